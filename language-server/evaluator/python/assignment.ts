import { numberOf, symbol } from '../../network/quantity.js';
import { child, namedChildren, type SyntaxNode } from '../../source/syntax-tree.js';
import { setAttribute } from '../attributes-of-modules.js';
import { Raised } from '../budget.js';
import { contentsOf } from '../framework-calls.js';
import type { Interpreter } from '../interpreter.js';
import { kernelTap, writeTap } from '../kernel-taps.js';
import { matrixPart, writeBlock } from '../matrix-parts.js';
import type { Scope } from '../scope.js';
import { placesOf, rangeOf } from '../slice-range.js';
import { selectPart } from '../tensors.js';
import { int, keyOf, type ListValue, list, none, type SliceValue, tuple, type Value } from '../values.js';
import { fillPart, writePart } from '../written-parts.js';
import { callMethod } from './calls.js';
import { evaluate } from './expressions.js';
import { iterate } from './iteration.js';
import type { Frame } from './statements.js';

/** Binds a target (name, attribute, subscript, pattern) to a value. */
export function assign(run: Interpreter, target: SyntaxNode, value: Value, scope: Scope, frame: Frame): void {
  switch (target.type) {
    case 'identifier':
      scope.assign(run.file.tree.textOf(target), value);
      return;
    case 'attribute': {
      const objectNode = child(target, 'object');
      const name = child(target, 'attribute');
      if (!objectNode || !name) return;
      const object = evaluate(run, objectNode, scope, frame);
      setAttribute(run, object, run.file.tree.textOf(name), value);
      if (
        object.kind === 'instance' &&
        object.module &&
        (value.kind === 'list' || value.kind === 'tuple' || value.kind === 'dict')
      ) {
        object.module.places ??= new Map();
        object.module.places.set(run.file.tree.textOf(name), run.location(target));
      }
      return;
    }
    case 'subscript':
      assignItem(run, target, value, scope, frame);
      return;
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'tuple':
    case 'list':
    case 'expression_list':
      unpack(run, namedChildren(target), value, target, scope, frame);
      return;
    case 'parenthesized_expression':
    case 'as_pattern_target':
      if (namedChildren(target)[0]) assign(run, namedChildren(target)[0]!, value, scope, frame);
      return;
    default:
      return;
  }
}

function unpack(
  run: Interpreter,
  targets: readonly SyntaxNode[],
  value: Value,
  node: SyntaxNode,
  scope: Scope,
  frame: Frame,
): void {
  const splat = targets.findIndex((target) => target.type === 'list_splat_pattern' || target.type === 'list_splat');
  if (value.kind === 'unknown') {
    for (const target of targets) {
      const isSplat = target.type.startsWith('list_splat');
      const inner = isSplat ? (namedChildren(target)[0] ?? target) : target;
      const entry = value.shape && !isSplat && inner.type === 'identifier' ? int(symbol(run.file.tree.textOf(inner))) : value;
      assign(run, inner, entry, scope, frame);
    }
    return;
  }
  if (value.kind === 'tensor') {
    targets.forEach((target, i) => {
      assign(run, target, selectPart(run, value, i, node), scope, frame);
    });
    return;
  }
  const items = iterate(run, value, node);
  if (splat === -1) {
    targets.forEach((target, i) => {
      assign(run, target, items[i] ?? run.unknown('There are fewer values than names here.', node), scope, frame);
    });
    return;
  }
  const after = targets.length - splat - 1;
  targets.forEach((target, i) => {
    if (i < splat) assign(run, target, items[i] ?? none, scope, frame);
    else if (i > splat) assign(run, target, items[items.length - (targets.length - i)] ?? none, scope, frame);
    else if (namedChildren(target)[0])
      assign(run, namedChildren(target)[0]!, list(items.slice(splat, items.length - after)), scope, frame);
  });
}

function assignItem(run: Interpreter, target: SyntaxNode, value: Value, scope: Scope, frame: Frame): void {
  const objectNode = child(target, 'value');
  const parts = target.children.filter((part) => part.field === 'subscript');
  if (!objectNode || parts.length === 0) return;
  const object = evaluate(run, objectNode, scope, frame);
  const keys = parts.map((part) => evaluate(run, part, scope, frame));
  const key = keys.length === 1 ? keys[0]! : tuple(keys);
  if (object.kind === 'dict') object.entries.set(keyOf(key), { key, value });
  else if (object.kind === 'list' && key.kind === 'number') {
    const index = numberOf(key.value);
    if (index !== null) object.items[index < 0 ? object.items.length + index : index] = value;
  } else if (object.kind === 'list' && key.kind === 'slice') replaceSlice(run, object, key, value, target);
  else if (object.kind === 'instance') callMethod(run, object, '__setitem__', [key, value], target);
  else if (object.kind === 'tensor') writePart(run, object, key, value, target);
  else if (object.kind === 'parameter' && run.trace && value.kind === 'tensor') fillPart(run, object, key, value, target);
  else if (object.kind === 'parameter') {
    const tap = value.kind === 'parameter' ? kernelTap(object, key) : null;
    const held = value.kind === 'parameter' ? value.parameter.writes.at(-1) : undefined;
    if (tap && held) {
      tap.parameter.writes.push(held);
      writeTap(tap);
      return;
    }
    const part = matrixPart(object, key);
    const source = { kind: 'call', text: 'assignment to a part of the tensor', location: run.location(target) } as const;
    part.parameter.writes.push(...contentsOf(value, source).writes);
    writeBlock(part);
  }
}

/** `x[1:3] = values`: as many as there are stand where the slice stood; with a step, one for each place, or none for all of them. */
function replaceSlice(run: Interpreter, { items, array }: ListValue, key: SliceValue, value: Value, node: SyntaxNode): void {
  const range = rangeOf(key, items.length);
  if (!range) {
    run.note('The bounds of this slice are not known: the list is shown as it was.', node);
    return;
  }
  const places = placesOf(range);
  // A tensor of known numbers keeps its length, and takes one number for all places.
  const values = array && value.kind === 'number' ? places.map(() => value) : iterate(run, value, node);
  if (range.step === 1) items.splice(range.first, places.length, ...values);
  else if (values.length === places.length) for (const [i, place] of places.entries()) items[place] = values[i]!;
  else if (values.length === 0) for (const place of places.sort((a, b) => b - a)) items.splice(place, 1);
  else throw new Raised('ValueError', `${values.length} values do not fit into ${places.length} places.`);
}

export function deleteTarget(run: Interpreter, target: SyntaxNode, scope: Scope, frame: Frame): void {
  if (target.type === 'identifier') scope.delete(run.file.tree.textOf(target));
  else if (target.type === 'attribute') {
    const object = child(target, 'object') ? evaluate(run, child(target, 'object')!, scope, frame) : none;
    const name = child(target, 'attribute') ? run.file.tree.textOf(child(target, 'attribute')!) : '';
    if (object.kind === 'instance') {
      object.attributes.delete(name);
      object.module?.children.delete(name);
      object.module?.parameters.delete(name);
    }
  } else if (target.type === 'subscript') {
    const object = child(target, 'value') ? evaluate(run, child(target, 'value')!, scope, frame) : none;
    const key = child(target, 'subscript') ? evaluate(run, child(target, 'subscript')!, scope, frame) : none;
    if (object.kind === 'dict') object.entries.delete(keyOf(key));
    else if (object.kind === 'list' && key.kind === 'number') {
      const index = numberOf(key.value);
      if (index !== null) object.items.splice(index < 0 ? object.items.length + index : index, 1);
    } else if (object.kind === 'list' && key.kind === 'slice') replaceSlice(run, object, key, list([]), target);
    else if (object.kind === 'instance') callMethod(run, object, '__delitem__', [key], target);
  } else for (const part of namedChildren(target)) deleteTarget(run, part, scope, frame);
}

import { numberOf } from '../../network/quantity.js';
import { namedChildren, type SyntaxNode } from '../../source/syntax-tree.js';
import { Raised } from '../budget.js';
import type { Interpreter } from '../interpreter.js';
import type { Scope } from '../scope.js';
import { placesOf, rangeOf } from '../slice-range.js';
import { entryOf } from '../tables.js';
import { selectTensor, slicedParameter } from '../tensors.js';
import { keyOf, list, type NumberValue, type SliceValue, type StringValue, string, tuple, type Value } from '../values.js';
import { arrayPart } from './broadcasting.js';
import { callMethod, callValue } from './calls.js';
import { evaluate } from './expressions.js';
import { formatValue } from './format.js';
import { iterate } from './iteration.js';
import type { Frame } from './statements.js';

/** `value[subscript]`. */
export function subscript(run: Interpreter, node: SyntaxNode, scope: Scope, frame: Frame): Value {
  const parts = node.children.filter((part) => part.field === 'subscript');
  const valueNode = namedChildren(node)[0];
  if (!valueNode || parts.length === 0) return run.unknown('The code is not complete here.', node);
  const object = evaluate(run, valueNode, scope, frame);
  const keys = parts.map((part) => evaluate(run, part, scope, frame));
  const key = keys.length === 1 ? keys[0]! : tuple(keys);
  run.current = node;
  return item(run, object, key, node);
}

/** `object[key]` on values. */
export function item(run: Interpreter, object: Value, key: Value, node: SyntaxNode): Value {
  switch (object.kind) {
    case 'list': {
      const keys = key.kind === 'tuple' ? key.items : [key];
      if (object.array && (key.kind === 'tuple' || key.kind === 'none' || key.kind === 'ellipsis'))
        return (
          arrayPart(object, keys, (items, one) => (one.kind === 'slice' ? slice(items, one) : null)) ??
          keys.find(({ kind }) => kind === 'unknown') ??
          run.unknown('This part of a table of numbers is not followed.', node)
        );
      const picked = itemOfSequence(run, object.items, key, 'list', node);
      // A part of an array is an array.
      return picked.kind === 'list' && key.kind === 'slice' ? { ...object, items: picked.items } : picked;
    }
    case 'tuple':
      return itemOfSequence(run, object.items, key, 'tuple', node);
    case 'range':
      return itemOfSequence(run, iterate(run, object, node), key, 'list', node);
    case 'string': {
      const picked = itemOfSequence(run, [...object.value].map(string), key, 'list', node);
      return picked.kind === 'list'
        ? string(picked.items.map((one) => (one.kind === 'string' ? one.value : '')).join(''))
        : picked;
    }
    case 'dict': {
      const value = entryOf(run, object, key);
      if (value) return value;
      if (object.missing) {
        const value = callValue(run, object.missing, { positional: [], keywords: new Map(), node }, null);
        object.entries.set(keyOf(key), { key, value });
        return value;
      }
      if (object.open !== undefined && key.kind === 'string') return run.open.named(key.value);
      run.open.askForKey(key, object);
      if (key.kind === 'unknown') return { ...key, reason: `The key is not known: ${key.reason}` };
      if (key.kind === 'number' && numberOf(key.value) === null) return run.unknown('This key is not known.', node);
      throw new Raised('KeyError', formatValue(key) ?? 'this key');
    }
    case 'instance':
      return callMethod(run, object, '__getitem__', [key], node) ?? run.unknown(`'${object.class.name}' has no items.`, node);
    case 'tensor':
      return selectTensor(run, object, key, node);
    case 'parameter':
      return slicedParameter(run, object, key, node);
    case 'class':
      if (object.flavour === 'enum' && key.kind === 'string')
        return object.attributes.get(key.value) ?? run.unknown(`'${key.value}' is no member.`, node);
      // `Generic[T]`, `list[int]`: the class itself.
      return object;
    case 'unknown':
      // A part of a shape is a shape; an entry is a number.
      return object.shape && key.kind !== 'slice'
        ? { kind: 'unknown', reason: object.reason, location: object.location }
        : object;
    case 'number':
      // What nobody gives may be a tuple or a dict.
      return (key.kind === 'string' || key.kind === 'number' ? run.open.part(object, label(key)) : undefined) ?? { ...object };
    default:
      return object;
  }
}

const label = (key: StringValue | NumberValue): string => `[${key.kind === 'string' ? `"${key.value}"` : formatValue(key)}]`;

function itemOfSequence(run: Interpreter, items: readonly Value[], key: Value, kind: 'list' | 'tuple', node: SyntaxNode): Value {
  if (key.kind === 'slice') {
    const picked = slice(items, key);
    return picked
      ? kind === 'list'
        ? list(picked)
        : tuple(picked)
      : run.unknown('The bounds of this slice are not known.', node);
  }
  const index = key.kind === 'number' ? numberOf(key.value) : key.kind === 'bool' ? Number(key.value) : null;
  if (index === null) return key.kind === 'unknown' ? key : run.unknown('This index is not known.', node);
  const value = items[index < 0 ? items.length + index : index];
  if (!value) throw new Raised('IndexError', 'Index out of range.');
  return value;
}

/** Python's slicing; `null` where a bound is not a number. */
function slice(items: readonly Value[], key: SliceValue): Value[] | null {
  const range = rangeOf(key, items.length);
  return range && placesOf(range).map((place) => items[place]!);
}

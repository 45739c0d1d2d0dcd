import { numberOf } from '../../network/quantity.js';
import type { SyntaxNode } from '../../source/syntax-tree.js';
import { Raised } from '../budget.js';
import type { Interpreter } from '../interpreter.js';
import { noteMissing } from '../tables.js';
import { tensorAttribute } from '../tensors.js';
import {
  bool,
  builtin,
  type Call,
  dict,
  int,
  keyOf,
  type ListValue,
  list,
  type NumberValue,
  none,
  set,
  string,
  tuple,
  type Value,
} from '../values.js';
import { arrayMethod, tensorOfNumbers } from './arrays.js';
import { sorted } from './builtins.js';
import { furtherArguments, isUnsaid, iterate } from './iteration.js';
import { equal } from './operators.js';
import { stringMethod } from './strings.js';

/** What a tensor of known numbers becomes where no numbers are followed: one that flows. */
function methodOfTensor(run: Interpreter, object: ListValue, name: string): Value | undefined {
  const [tensor] = tensorOfNumbers(run, object, run.current ?? run.file.tree.root);
  return tensor && tensorAttribute(run, tensor, name);
}

/** Methods and attributes of Python's own types. */
export function methodOf(run: Interpreter, object: Value, name: string): Value | undefined {
  if (run.open.isOpen(object)) return ofOpen(run, object, name);
  switch (object.kind) {
    case 'string':
      return stringMethod(object.value, name);
    case 'list':
      return (
        (object.array ? arrayMethod(run, object, name) : undefined) ??
        listMethod(run, object, name) ??
        (object.array && !object.numpy ? methodOfTensor(run, object, name) : undefined)
      );
    case 'tuple':
      return tupleMethod(object, name);
    case 'dict':
      return dictMethod(run, object, name);
    case 'set':
      return setMethod(run, object, name);
    case 'number':
      return numberMethod(object, name);
    default:
      return undefined;
  }
}

/**
 * An argument that nobody gives may be a number, a text, which is open still in other letters, a dict, or an object with settings. What else is made
 * of it is not known.
 */
function ofOpen(run: Interpreter, object: Value, name: string): Value | undefined {
  const own = object.kind === 'number' ? numberMethod(object, name) : undefined;
  const notKnown = (node: SyntaxNode) => run.unknown(`'${run.open.nameOf(object)}' is not given in this file.`, node);
  if (own || name.startsWith('__')) return own;
  if (sameWord.has(name) || name === 'copy') return builtin(name, () => object);
  if (stringMethod('', name) || name === 'keys' || name === 'values' || name === 'items')
    return builtin(name, ({ node }) => notKnown(node));
  if (name === 'get' || name === 'pop')
    return builtin(name, ({ positional: [key, otherwise], keywords, node }) => {
      const part = key?.kind === 'string' ? run.open.part(object, `["${key.value}"]`) : undefined;
      return otherwise ?? keywords.get('default') ?? part ?? notKnown(node);
    });
  return run.open.part(object, `.${name}`);
}

const sameWord = new Set(['lower', 'upper', 'casefold', 'capitalize', 'title', 'strip', 'lstrip', 'rstrip']);

function numberMethod(object: NumberValue, name: string): Value | undefined {
  if (name === 'item' || name === 'tolist' || name === 'float') return builtin(name, () => object);
  if (name === 'is_integer') return builtin(name, () => bool(Number.isInteger(numberOf(object.value))));
  return name === 'bit_length'
    ? builtin(name, () => int(Math.floor(Math.log2(Math.abs(numberOf(object.value) ?? 1) || 0.5)) + 1))
    : undefined;
}

function listMethod(run: Interpreter, object: Extract<Value, { kind: 'list' }>, name: string): Value | undefined {
  const items = object.items;
  const on = (work: (call: Call) => Value | undefined): Value => builtin(name, (call) => work(call) ?? none);
  switch (name) {
    case 'append':
      return on(({ positional: [item], node }) => {
        if (items.length >= run.limits.rounds) run.note(`A list of more than ${run.limits.rounds} items is cut.`, node);
        else if (item) items.push(item);
      });
    case 'extend':
      return on(({ positional: [more], node }) => {
        if (more) items.push(...iterate(run, more, node));
      });
    case 'insert':
      return on(({ positional: [position, item] }) => {
        const index = position?.kind === 'number' ? numberOf(position.value) : null;
        if (index !== null && item) items.splice(index, 0, item);
      });
    case 'pop':
      return on(({ positional: [position] }) => {
        const index = position?.kind === 'number' ? numberOf(position.value) : -1;
        const [removed] = items.splice(index ?? -1, 1);
        if (!removed) throw new Raised('IndexError', 'pop from empty list');
        return removed;
      });
    case 'remove':
      return on(({ positional: [item] }) => {
        const index = items.findIndex((one) => item && equal(one, item) === true);
        if (index >= 0) items.splice(index, 1);
      });
    case 'clear':
      return on(() => {
        items.length = 0;
      });
    case 'reverse':
      return on(() => {
        items.reverse();
      });
    case 'sort':
      return on((call) => {
        const order = sorted(run, { ...call, positional: [object] });
        if (order.kind === 'list') items.splice(0, items.length, ...order.items);
      });
    case 'copy':
      return on(() => list(items.slice()));
    case 'index':
    case 'count':
      return tupleMethod(object, name);
    default:
      return undefined;
  }
}

function tupleMethod(object: Extract<Value, { kind: 'list' | 'tuple' }>, name: string): Value | undefined {
  const items = object.items;
  switch (name) {
    case 'index':
      return builtin(name, ({ positional: [item] }) => int(items.findIndex((one) => item && equal(one, item) === true)));
    case 'count':
      return builtin(name, ({ positional: [item] }) => int(items.filter((one) => item && equal(one, item) === true).length));
    case '_asdict':
      return object.kind === 'tuple' && object.fields
        ? builtin(name, () => dict(object.fields!.map((field, i) => [string(field), items[i]!] as const)))
        : undefined;
    case '_replace':
      return object.kind === 'tuple' && object.fields
        ? builtin(name, ({ keywords }) => ({
            ...object,
            items: object.fields!.map((field, i) => keywords.get(field) ?? items[i]!),
          }))
        : undefined;
    default:
      return undefined;
  }
}

export function dictMethod(run: Interpreter, object: Extract<Value, { kind: 'dict' }>, name: string): Value | undefined {
  const entries = object.entries;
  const on = (work: (call: Call) => Value | undefined): Value => builtin(name, (call) => work(call) ?? none);
  switch (name) {
    case 'keys':
    case 'values':
    case 'items':
      if (!isUnsaid(object)) break;
      return builtin(name, ({ node }) => furtherArguments(`**${object.open}`, run.location(node)));
  }
  switch (name) {
    case 'keys':
      return on(() => list([...entries.values()].map((entry) => entry.key)));
    case 'values':
      return on(() => list([...entries.values()].map((entry) => entry.value)));
    case 'items':
      return on(() => list([...entries.values()].map((entry) => tuple([entry.key, entry.value]))));
    case 'get':
      return on(({ positional: [key = none, otherwise], keywords }) => {
        run.open.askForKey(key, object);
        const entry = entries.get(keyOf(key));
        if (!entry) noteMissing(run, object, key);
        return entry?.value ?? otherwise ?? keywords.get('default') ?? none;
      });
    case 'pop':
      return on(({ positional: [key, otherwise] }) => {
        const entry = key && entries.get(keyOf(key));
        if (!entry && !otherwise && object.open !== undefined && key?.kind === 'string') return run.open.named(key.value);
        if (key) run.open.askForKey(key, object);
        if (key) entries.delete(keyOf(key));
        if (!entry && !otherwise) throw new Raised('KeyError', key?.kind === 'string' ? key.value : 'key');
        return entry?.value ?? otherwise;
      });
    case 'setdefault':
      return on(({ positional: [key, value = none] }) => {
        if (!key) return none;
        const entry = entries.get(keyOf(key));
        if (entry) return entry.value;
        entries.set(keyOf(key), { key, value });
        return value;
      });
    case 'update':
      return on(({ positional: [more], keywords, node }) => {
        if (more?.kind === 'dict') for (const [key, entry] of more.entries) entries.set(key, { ...entry });
        else if (more)
          for (const pair of iterate(run, more, node))
            if ((pair.kind === 'tuple' || pair.kind === 'list') && pair.items.length === 2)
              entries.set(keyOf(pair.items[0]!), { key: pair.items[0]!, value: pair.items[1]! });
        for (const [key, value] of keywords) entries.set(keyOf(string(key)), { key: string(key), value });
      });
    case 'copy':
      return on(() =>
        dict(
          [...entries.values()].map((entry) => [entry.key, entry.value] as const),
          object.missing,
        ),
      );
    case 'clear':
      return on(() => {
        entries.clear();
      });
    default:
      return undefined;
  }
}

function setMethod(run: Interpreter, object: Extract<Value, { kind: 'set' }>, name: string): Value | undefined {
  const entries = object.entries;
  switch (name) {
    case 'add':
      return builtin(name, ({ positional: [item] }) => {
        if (item) entries.set(keyOf(item), item);
        return none;
      });
    case 'discard':
    case 'remove':
      return builtin(name, ({ positional: [item] }) => {
        if (item) entries.delete(keyOf(item));
        return none;
      });
    case 'update':
      return builtin(name, ({ positional: [more], node }) => {
        if (more) for (const item of iterate(run, more, node)) entries.set(keyOf(item), item);
        return none;
      });
    case 'union':
      return builtin(name, ({ positional: [more], node }) =>
        set([...entries.values(), ...(more ? iterate(run, more, node) : [])]),
      );
    case 'copy':
      return builtin(name, () => set(entries.values()));
    default:
      return undefined;
  }
}

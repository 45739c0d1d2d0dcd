import { Raised } from '../budget.js';
import type { Interpreter } from '../interpreter.js';
import {
  type Builtin,
  builtin,
  type Call,
  type DictValue,
  dict,
  type Instance,
  int,
  keyOf,
  list,
  none,
  string,
  type Value,
} from '../values.js';
import { callMethod } from './calls.js';
import { dictMethod } from './methods.js';
import { contains } from './operators.js';
import { item } from './subscript.js';

// Classes that derive from `dict`, as settings with attributes do. An instance holds its entries under a name that no program has.

const place = '\0entries';

/** The entries of an instance of such a class. */
export function entriesOf(value: Value | undefined): DictValue | undefined {
  if (value?.kind === 'dict') return value;
  const held = value?.kind === 'instance' ? value.attributes.get(place) : undefined;
  return held?.kind === 'dict' ? held : undefined;
}

/** Called when the instance is made, before its constructor. */
export function holdEntries({ attributes }: Instance): void {
  attributes.set(place, dict());
}

/** What a program finds in `__dict__`. */
export const isHidden = (name: string): boolean => name === place;

/** A method that `dict` has, on the entries of an instance. */
export function inheritedFromDict(run: Interpreter, self: Instance, name: string): Value | undefined {
  const held = entriesOf(self);
  return held && (ownMethod(run, self, held, name) ?? dictMethod(run, held, name));
}

/** `dict.get`, `dict.__setitem__`: with the instance, or a plain dict, as the first argument. */
export function methodOfDict(run: Interpreter, name: string): Builtin {
  return builtin(name, (call) => {
    const [self, ...positional] = call.positional;
    const held = entriesOf(self);
    const method =
      held && ((self?.kind === 'instance' ? ownMethod(run, self, held, name) : undefined) ?? dictMethod(run, held, name));
    return method?.kind === 'builtin'
      ? method.call({ ...call, positional })
      : run.unknown(`dict.${name}() is not followed here.`);
  });
}

function ownMethod(run: Interpreter, self: Instance, held: DictValue, name: string): Builtin | undefined {
  const on = (work: (call: Call) => Value | undefined): Builtin => builtin(name, (call) => work(call) ?? none);
  switch (name) {
    case '__init__':
      return on((call) => {
        const given = entriesOf(call.positional[0]);
        const update = dictMethod(run, held, 'update');
        if (update?.kind === 'builtin') update.call(given ? { ...call, positional: [given, ...call.positional.slice(1)] } : call);
      });
    case '__getitem__':
      return on(({ positional: [key = none], node }) => {
        if (held.entries.has(keyOf(key))) return item(run, held, key, node);
        const made = self.class.resolution.some(({ attributes }) => attributes.has('__missing__'));
        return made ? callMethod(run, self, '__missing__', [key], node) : item(run, held, key, node);
      });
    case '__setitem__':
    case '__setattr__':
      return on(({ positional: [key = none, value = none] }) => {
        held.entries.set(keyOf(key), { key, value });
        return none;
      });
    case '__delitem__':
    case '__delattr__':
      return on(({ positional: [key = none] }) => {
        if (!held.entries.delete(keyOf(key))) throw new Raised('KeyError', key.kind === 'string' ? key.value : 'key');
        return none;
      });
    case '__contains__':
      return on(({ positional: [key = none], node }) => contains(run, key, held, true, node));
    case '__len__':
      return on(() => int(held.entries.size));
    case '__iter__':
      return on(() => list([...held.entries.values()].map(({ key }) => key)));
    default:
      return undefined;
  }
}

/** `self.__dict__ = self`: entries are attributes, too. */
export function entryAsAttribute(self: Instance, name: string): Value | undefined {
  if (self.attributes.get('__dict__') !== self) return undefined;
  return entriesOf(self)?.entries.get(keyOf(string(name)))?.value;
}

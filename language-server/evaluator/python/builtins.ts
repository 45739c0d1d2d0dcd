import type { Shape } from '../../network/graph.js';
import { add, compareQuantities, maximum, minimum, numberOf, power } from '../../network/quantity.js';
import { setAttribute } from '../attributes-of-modules.js';
import { Raised } from '../budget.js';
import type { Interpreter } from '../interpreter.js';
import { Scope } from '../scope.js';
import {
  bool,
  builtin,
  type Call,
  dict,
  float,
  int,
  list,
  type NumberValue,
  namedEntries,
  nativeClass,
  none,
  scopeAsDict,
  set,
  string,
  tuple,
  typeName,
  type Value,
} from '../values.js';
import { attribute } from './attributes.js';
import { absence, callMethod, callValue } from './calls.js';
import { isSubclass, makeClass } from './classes.js';
import { entriesOf } from './dict-classes.js';
import { formatValue, representation } from './format.js';
import { iterate } from './iteration.js';
import { binary, compare, isInstance } from './operators.js';
import { truth } from './truth.js';

/** Names that every file sees. They find the interpreter through `holder`, which the evaluation of a file sets. */
export function makeBuiltins(holder: { run: Interpreter }): Scope {
  const scope = new Scope('builtins', null);
  const define = (name: string, call: (run: Interpreter, call: Call) => Value) =>
    scope.variables.set(
      name,
      builtin(name, (given) => call(holder.run, given)),
    );
  for (const [name, call] of Object.entries(functions)) define(name, call);
  for (const name of ['property', 'staticmethod', 'classmethod'] as const)
    define(name, (_, { positional: [function_] }) => ({
      kind: 'descriptor',
      variant: name === 'property' ? 'property' : name === 'staticmethod' ? 'static' : 'class',
      function: function_ ?? none,
    }));
  for (const name of exceptions) scope.variables.set(name, nativeClass(name, { qualified: name, flavour: 'exception' }));
  scope.variables.set('__name__', string('__main__'));
  scope.variables.set('__file__', string(''));
  scope.variables.set('NotImplemented', none);
  return scope;
}

const exceptions = [
  'Exception',
  'BaseException',
  'ValueError',
  'TypeError',
  'KeyError',
  'IndexError',
  'AttributeError',
  'NotImplementedError',
  'RuntimeError',
  'ImportError',
  'ModuleNotFoundError',
  'AssertionError',
  'ZeroDivisionError',
  'StopIteration',
  'OSError',
  'FileNotFoundError',
  'NameError',
  'Warning',
  'UserWarning',
  'DeprecationWarning',
  'FutureWarning',
  'RuntimeWarning',
  'OverflowError',
  'LookupError',
  'ArithmeticError',
];

const functions: Readonly<Record<string, (run: Interpreter, call: Call) => Value>> = {
  len: (run, { positional: [value], node }) => lengthOf(run, value ?? none, node),
  range: (run, { positional, node }) => range(run, positional, node),
  int: (run, { positional: [value], node }) => toInt(run, value, node),
  float: (run, { positional: [value], node }) => toFloat(run, value, node),
  str: (run, { positional: [value], node }) => textOf(run, value, formatValue, node),
  repr: (run, { positional: [value], node }) => textOf(run, value, representation, node),
  bool: (run, { positional: [value], node }) => {
    const decided = value ? truth(run, value) : false;
    return decided === undefined ? run.unknown('The truth of this value is not known.', node) : bool(decided);
  },
  list: (run, call) => collected(run, call, (items) => list([...items])),
  tuple: (run, call) => collected(run, call, tuple),
  set: (run, call) => collected(run, call, set),
  frozenset: (run, call) => collected(run, call, set),
  dict: (run, call) => makeDict(run, call),
  iter: (run, { positional: [value], node }) => list(value ? [...iterate(run, value, node)] : []),
  next: (run, { positional: [value, otherwise], node }) => {
    if (value?.kind === 'unknown') return value;
    // Iterators are lists here; taking the next item removes it.
    if (value?.kind === 'list') return value.items.shift() ?? otherwise ?? none;
    return (value ? iterate(run, value, node)[0] : undefined) ?? otherwise ?? none;
  },
  enumerate: (run, { positional: [value, first], keywords, node }) => {
    const start = first ?? keywords.get('start');
    const offset = start?.kind === 'number' ? start.value : 0;
    return list((value ? iterate(run, value, node) : []).map((item, i) => tuple([int(add(offset, i)), item])));
  },
  zip: (run, { positional, node }) => list(sideBySide(run, positional, node).map(tuple)),
  map: (run, { positional: [function_, ...values], node }) =>
    list(
      sideBySide(run, values, node).map((positional) =>
        callValue(run, function_ ?? none, { positional, keywords: new Map(), node }, null),
      ),
    ),
  filter: (run, { positional: [function_, value], node }) =>
    list(
      (value ? iterate(run, value, node) : []).filter(
        (item) =>
          truth(
            run,
            !function_ || function_.kind === 'none'
              ? item
              : callValue(run, function_, { positional: [item], keywords: new Map(), node }, null),
          ) !== false,
      ),
    ),
  reversed: (run, { positional: [value], node }) => list(value ? [...iterate(run, value, node)].reverse() : []),
  sorted: (run, call) => sorted(run, call),
  sum: (run, { positional: [value, start], node }) => sum(run, value, start, node),
  max: (run, call) => extreme(run, call, 'max'),
  min: (run, call) => extreme(run, call, 'min'),
  abs: (_, { positional: [value] }) =>
    value?.kind === 'number' && numberOf(value.value) !== null
      ? { ...value, value: Math.abs(numberOf(value.value)!) }
      : (value ?? none),
  round: (run, { positional: [value, digits], node }) => round(run, value, digits, node),
  pow: (_, { positional: [base, exponent] }) =>
    base?.kind === 'number' && exponent?.kind === 'number' ? { ...base, value: power(base.value, exponent.value) } : none,
  divmod: (run, { positional: [a, b], node }) => {
    const x = a?.kind === 'number' ? numberOf(a.value) : null;
    const y = b?.kind === 'number' ? numberOf(b.value) : null;
    if (x === null || !y) return run.unknown('These numbers are not known.', node);
    return tuple([int(Math.floor(x / y)), int(x - y * Math.floor(x / y))]);
  },
  any: (run, { positional: [value], node }) => quantify(run, value, node, true),
  all: (run, { positional: [value], node }) => quantify(run, value, node, false),
  isinstance: (run, { positional: [value, type], node }) => {
    const answer = isInstance(run, value ?? none, type ?? none);
    return answer === undefined ? run.unknown('The type of this value is not known.', node) : bool(answer);
  },
  issubclass: (run, { positional: [type, ancestor], node }) => {
    const ancestors = ancestor?.kind === 'tuple' ? ancestor.items : ancestor ? [ancestor] : [];
    if (type?.kind !== 'class') return type?.kind === 'unknown' ? run.unknown('This class is not known.', node) : bool(false);
    return bool(ancestors.some((one) => one.kind === 'class' && isSubclass(type, one)));
  },
  type: (run, { positional: [value, bases, attributes], node }) => {
    if (value?.kind === 'string' && bases?.kind === 'tuple' && attributes?.kind === 'dict')
      return makeClass(run, value.value, bases.items, namedEntries(attributes), node);
    if (value?.kind === 'instance') return value.class;
    if (value?.kind === 'unknown') return value;
    const own = value?.kind === 'builtin' ? value.members?.get('__class__') : undefined;
    if (own) return own;
    return (
      run.builtins.variables.get(value ? typeName(value) : '') ?? run.unknown('The type of this value is not followed.', node)
    );
  },
  hasattr: (run, { positional: [object, name], node }) => {
    if (object?.kind === 'unknown') return run.unknown('The attributes of this value are not known.', node);
    const value = object && name?.kind === 'string' ? attributeOrNothing(run, object, name.value) : undefined;
    return bool(value !== undefined && !(object?.kind === 'instance' && value === object.class.beyond));
  },
  getattr: (run, { positional: [object, name, otherwise], node }) => {
    if (!object || name?.kind !== 'string') return otherwise ?? run.unknown('The name of this attribute is not known.', node);
    const value = otherwise ? attributeOrNothing(run, object, name.value) : attribute(run, object, name.value);
    // An attribute of a missing base class is only a guess: a given default is a fact.
    if (value && !(otherwise && object.kind === 'instance' && value === object.class.beyond)) return value;
    if (otherwise) return otherwise;
    throw new Raised('AttributeError', `'${typeName(object)}' has no attribute '${name.value}'.`);
  },
  setattr: (run, { positional: [object, name, value] }) => {
    if (object && name?.kind === 'string' && value) setAttribute(run, object, name.value, value);
    return none;
  },
  delattr: (_, { positional: [object, name] }) => {
    if (object?.kind === 'instance' && name?.kind === 'string') {
      object.attributes.delete(name.value);
      object.module?.children.delete(name.value);
      object.module?.parameters.delete(name.value);
    }
    return none;
  },
  callable: (_, { positional: [value] }) =>
    bool(value !== undefined && ['function', 'bound', 'builtin', 'class', 'framework'].includes(value.kind)) as Value,
  id: (_, { positional: [value] }) => value ?? none,
  hash: (_, { positional: [value] }) => value ?? none,
  // For the framework's classes: what is not known is rather a module than a dict of modules.
  __is_dict__: (_, { positional: [value] }) => bool(entriesOf(value) !== undefined),
  // For the framework's classes that keep what their constructors were given.
  __arguments_of__: (run, { positional: [self] }) =>
    dict([...((self?.kind === 'instance' && run.givenTo.get(self)) || [])].map(([key, value]) => [string(key), value] as const)),
  vars: (run, { positional: [value] }) => (value ? (attribute(run, value, '__dict__') ?? none) : none),
  print: () => none,
  super: () => none,
  object: () => none,
  slice: (_, { positional: [first = none, second, third] }) => ({
    kind: 'slice',
    start: second ? first : none,
    stop: second ?? first,
    step: third ?? none,
  }),
  input: (run, { node }) => run.unknown('What a user types is not known.', node),
  open: (run, { node }) => run.unknown('Files are not read.', node),
  eval: (run, { node }) => run.unknown('eval() is not followed.', node),
  exec: (run, { node }) => run.unknown('exec() is not followed.', node),
  globals: (run) => scopeAsDict(moduleScope(run)),
  // Called where the names are known.
  locals: (run, { node }) => run.unknown('locals() is not followed.', node),
  chr: (run, { positional: [value], node }) =>
    value?.kind === 'number' && numberOf(value.value) !== null
      ? string(String.fromCharCode(numberOf(value.value)!))
      : run.unknown('This character is not known.', node),
  ord: (run, { positional: [value], node }) =>
    value?.kind === 'string' && value.value !== ''
      ? int(value.value.codePointAt(0)!)
      : run.unknown('This character is not known.', node),
};

function moduleScope(run: Interpreter): Scope {
  return run.file.scope;
}

/** Items of several sequences row by row, up to the end of the shortest; what is not known is as long as what is. */
function sideBySide(run: Interpreter, values: readonly Value[], node: Call['node']): Value[][] {
  if (values.length === 0) return [];
  const columns = values.map((value) => iterate(run, value, node));
  const known = columns.filter((_, i) => values[i]!.kind !== 'unknown');
  const length = Math.min(...(known.length > 0 ? known : columns).map((column) => column.length));
  return Array.from({ length }, (_, i) => columns.map((column) => column[i] ?? column[0]!));
}

/** A `__getattr__` that raises says that there is nothing of this name; so does an argument that nobody gives, where a default is at hand. */
function attributeOrNothing(run: Interpreter, object: Value, name: string): Value | undefined {
  if (run.open.isOpen(object)) return undefined;
  try {
    return attribute(run, object, name);
  } catch (error) {
    if (error instanceof Raised && error.typeName === 'AttributeError') return undefined;
    throw error;
  }
}

function lengthOf(run: Interpreter, value: Value, node: Call['node']): Value {
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return int(value.items.length);
    case 'dict':
    case 'set':
      return int(value.entries.size);
    case 'string':
      return int([...value.value].length);
    case 'range':
      return int(iterate(run, value, node).length);
    case 'parameter':
      return firstSize(run, value.parameter.shape, node);
    case 'tensor':
      return firstSize(run, value.shape, node);
    case 'instance':
      return (
        callMethod(run, value, '__len__', [], node) ?? run.unknown(`The length of '${value.class.name}' is not known.`, node)
      );
    default:
      return value.kind === 'unknown' ? value : run.unknown('This length is not known.', node);
  }
}

function firstSize(run: Interpreter, shape: Shape, node: Call['node']): Value {
  return shape?.[0] === undefined ? run.unknown('The length of this tensor is not known.', node) : int(shape[0]);
}

function range(run: Interpreter, positional: readonly Value[], node: Call['node']): Value {
  const numbers = positional.map((value) =>
    value.kind === 'number' ? value.value : value.kind === 'bool' ? Number(value.value) : null,
  );
  if (numbers.some((number) => number === null)) return run.unknown('The bounds of this range are not known.', node);
  const [first = 0, second, third] = numbers as (NumberValue['value'] | undefined)[];
  const step = third === undefined ? 1 : numberOf(third);
  if (step === null || step === 0) return run.unknown('The step of this range is not known.', node);
  return { kind: 'range', start: second === undefined ? 0 : first, stop: second === undefined ? first : second, step };
}

function toInt(run: Interpreter, value: Value | undefined, node: Call['node']): Value {
  if (!value) return int(0);
  if (value.kind === 'bool') return int(value.value ? 1 : 0);
  if (value.kind === 'number') {
    const number = numberOf(value.value);
    return number === null ? int(value.value) : int(Math.trunc(number));
  }
  if (value.kind === 'string' && /^\s*[-+]?\d+\s*$/.test(value.value)) return int(Number(value.value));
  if (value.kind === 'string') throw new Raised('ValueError', `invalid literal for int(): '${value.value}'`);
  return value.kind === 'unknown' ? value : run.unknown('This number is not known.', node);
}

function toFloat(run: Interpreter, value: Value | undefined, node: Call['node']): Value {
  if (!value) return float(0);
  if (value.kind === 'bool') return float(value.value ? 1 : 0);
  if (value.kind === 'number') return float(value.value);
  if (value.kind === 'string' && value.value.trim() !== '' && Number.isFinite(Number(value.value)))
    return float(Number(value.value));
  const infinity = value.kind === 'string' ? /^\s*([-+]?)inf(inity)?\s*$/i.exec(value.value) : null;
  if (infinity) return float(infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  return value.kind === 'unknown' ? value : run.unknown('This number is not known.', node);
}

function textOf(run: Interpreter, value: Value | undefined, show: (value: Value) => string | null, node: Call['node']): Value {
  const text = value ? show(value) : '';
  return text === null ? run.unknown('This text is not known.', node) : string(text);
}

function makeDict(run: Interpreter, { positional: [from], keywords, node }: Call): Value {
  if (from?.kind === 'unknown') return from;
  if (from?.kind === 'namespace') return run.unknown(absence(run, from.name), node);
  const pairs: [Value, Value][] = [];
  const held = entriesOf(from);
  if (held) for (const entry of held.entries.values()) pairs.push([entry.key, entry.value]);
  else if (from)
    for (const pair of iterate(run, from, node))
      if ((pair.kind === 'tuple' || pair.kind === 'list') && pair.items.length === 2)
        pairs.push([pair.items[0]!, pair.items[1]!]);
  for (const [key, value] of keywords) pairs.push([string(key), value]);
  return dict(pairs);
}

/** `set(text)`: of items that nobody knows neither their number nor they are known. */
function collected(run: Interpreter, { positional: [value], node }: Call, collect: (items: readonly Value[]) => Value): Value {
  if (value?.kind === 'unknown') return value;
  return collect(value ? iterate(run, value, node) : []);
}

/** `sorted(items, key=…, reverse=…)`; in the given order where a comparison is open. */
export function sorted(run: Interpreter, { positional: [value], keywords, node }: Call): Value {
  if (value?.kind === 'unknown') return value;
  const key = keywords.get('key');
  const items = (value ? iterate(run, value, node) : []).map((item) => ({
    item,
    by: key && key.kind !== 'none' ? callValue(run, key, { positional: [item], keywords: new Map(), node }, null) : item,
  }));
  const before = (a: Value, b: Value) => truth(run, compare(run, '<', a, b, node)) === true;
  items.sort((a, b) => (before(a.by, b.by) ? -1 : before(b.by, a.by) ? 1 : 0));
  const reverse = keywords.get('reverse');
  if (reverse && truth(run, reverse)) items.reverse();
  return list(items.map(({ item }) => item));
}

function sum(run: Interpreter, value: Value | undefined, start: Value | undefined, node: Call['node']): Value {
  const items = value ? iterate(run, value, node) : [];
  let total: Value = start ?? int(0);
  for (const item of items) {
    if (total.kind === 'number' && item.kind === 'number')
      total = { ...total, float: total.float || item.float, value: add(total.value, item.value) };
    else if (total.kind === 'number' && item.kind === 'bool') total = { ...total, value: add(total.value, item.value ? 1 : 0) };
    else if (total.kind === 'list' && item.kind === 'list') total = list([...total.items, ...item.items]);
    else if (total.kind === 'number' && total.value === 0) total = item;
    else total = binary(run, '+', total, item, node);
  }
  return total;
}

function extreme(run: Interpreter, call: Call, which: 'max' | 'min'): Value {
  const { positional, keywords, node } = call;
  const items = positional.length === 1 && positional[0] ? iterate(run, positional[0], node) : positional;
  if (items.length === 0) return keywords.get('default') ?? run.unknown('The largest of nothing is not defined.', node);
  if (keywords.has('key')) {
    const order = sorted(run, { ...call, positional: [list([...items])] });
    return (order.kind === 'list' ? (which === 'max' ? order.items.at(-1) : order.items[0]) : undefined) ?? none;
  }
  const numbers = items.map((item) => (item.kind === 'number' ? item : item.kind === 'bool' ? int(Number(item.value)) : null));
  if (numbers.every((number): number is NumberValue => number !== null)) {
    const combine = which === 'max' ? maximum : minimum;
    return numbers.reduce((a, b) => {
      const order = compareQuantities(a.value, b.value);
      if (order !== undefined) return (which === 'max' ? order >= 0 : order <= 0) ? a : b;
      return { kind: 'number', float: a.float || b.float, value: combine(a.value, b.value) };
    });
  }
  const order = sorted(run, { ...call, positional: [list([...items])] });
  return (order.kind === 'list' ? (which === 'max' ? order.items.at(-1) : order.items[0]) : undefined) ?? none;
}

/** Python rounds halves to even. */
function round(run: Interpreter, value: Value | undefined, digits: Value | undefined, node: Call['node']): Value {
  const number = value?.kind === 'number' ? numberOf(value.value) : null;
  if (number === null) return value?.kind === 'number' ? int(value.value) : run.unknown('This number is not known.', node);
  const places = digits?.kind === 'number' ? (numberOf(digits.value) ?? 0) : 0;
  const scaled = number * 10 ** places;
  const floor = Math.floor(scaled);
  const rounded = scaled - floor === 0.5 ? (floor % 2 === 0 ? floor : floor + 1) : Math.round(scaled);
  return digits && digits.kind !== 'none' ? float(rounded / 10 ** places) : int(rounded);
}

function quantify(run: Interpreter, value: Value | undefined, node: Call['node'], wanted: boolean): Value {
  const results = (value ? iterate(run, value, node) : []).map((item) => truth(run, item));
  if (results.includes(wanted)) return bool(wanted);
  return results.includes(undefined) ? run.unknown('This cannot be decided.', node) : bool(!wanted);
}

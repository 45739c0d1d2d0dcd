import {
  add,
  compareQuantities,
  divide,
  equals,
  floorDivide,
  modulo,
  multiply,
  numberOf,
  power,
  subtract,
} from '../../network/quantity.js';
import type { SyntaxNode } from '../../source/syntax-tree.js';
import { Raised } from '../budget.js';
import type { Interpreter } from '../interpreter.js';
import { noteMissing } from '../tables.js';
import { tensorBinary } from '../tensors.js';
import {
  bool,
  type ClassValue,
  dict,
  float,
  int,
  keyOf,
  list,
  type NumberValue,
  set,
  string,
  tuple,
  typeName,
  type Value,
} from '../values.js';
import { entryByEntry, isArray, isRowAgainstColumn, isTriangle } from './broadcasting.js';
import { absence, callMethod } from './calls.js';
import { isSubclass } from './classes.js';
import { iterate } from './iteration.js';
import { percentFormat } from './strings.js';
import { truth } from './truth.js';

/** `left operator right` for the operators of arithmetic. */
export function binary(run: Interpreter, operator: string, left: Value, right: Value, node: SyntaxNode): Value {
  if (left.kind === 'tensor' || right.kind === 'tensor' || left.kind === 'parameter' || right.kind === 'parameter')
    return tensorBinary(run, operator, left, right, node);
  const a = asNumber(left);
  const b = asNumber(right);
  if (a && b) return arithmetic(run, operator, a, b, node);
  if (isArray(left) || isArray(right))
    return (
      entryByEntry(left, right, (x, y) => binary(run, operator, x, y, node)) ??
      run.unknown('Arithmetic on these tables of numbers is not followed.', node)
    );
  if (left.kind === 'instance' || right.kind === 'instance') {
    const result = overloaded(run, operator, left, right, node);
    if (result) return result;
  }
  switch (operator) {
    case '+':
      if (left.kind === 'string' && right.kind === 'string') return string(left.value + right.value);
      if (left.kind === 'list' && right.kind === 'list') return list([...left.items, ...right.items]);
      if (left.kind === 'tuple' && right.kind === 'tuple') return tuple([...left.items, ...right.items]);
      break;
    case '*': {
      const [sequence, count] = a ? [right, a] : [left, b];
      if (count && (sequence.kind === 'list' || sequence.kind === 'tuple' || sequence.kind === 'string'))
        return repeat(run, sequence, count, node);
      break;
    }
    case '%':
      if (left.kind === 'string')
        return percentFormat(left.value, right) ?? run.unknown('A part of this string is not known.', node);
      break;
    case '|':
      if (left.kind === 'dict' && right.kind === 'dict')
        return dict([...left.entries.values(), ...right.entries.values()].map((e) => [e.key, e.value] as const));
      if (left.kind === 'set' && right.kind === 'set') return set([...left.entries.values(), ...right.entries.values()]);
      // `int | None` in an annotation that is evaluated.
      if (left.kind === 'class' || right.kind === 'class') return left;
      break;
    case '-':
      if (left.kind === 'set' && right.kind === 'set')
        return set([...left.entries].filter(([key]) => !right.entries.has(key)).map(([, value]) => value));
      break;
    case '&':
      if (left.kind === 'set' && right.kind === 'set')
        return set([...left.entries].filter(([key]) => right.entries.has(key)).map(([, value]) => value));
      if (left.kind === 'bool' && right.kind === 'bool') return bool(left.value && right.value);
      break;
  }
  if (left.kind === 'unknown') return left;
  if (right.kind === 'unknown') return right;
  const foreign = [left, right].find((value) => value.kind === 'namespace');
  if (foreign?.kind === 'namespace') return run.unknown(absence(run, foreign.name), node);
  return run.unknown(`'${operator}' between ${typeName(left)} and ${typeName(right)} is not followed.`, node);
}

function asNumber(value: Value): NumberValue | null {
  if (value.kind === 'number') return value;
  return value.kind === 'bool' ? int(value.value ? 1 : 0) : null;
}

function arithmetic(run: Interpreter, operator: string, a: NumberValue, b: NumberValue, node: SyntaxNode): Value {
  const make = a.float || b.float ? float : int;
  switch (operator) {
    case '+':
      return make(add(a.value, b.value));
    case '-':
      return make(subtract(a.value, b.value));
    case '*':
      return make(multiply(a.value, b.value));
    case '/':
      requireNonZero(b);
      return float(divide(a.value, b.value));
    case '//':
      requireNonZero(b);
      return make(floorDivide(a.value, b.value));
    case '%':
      requireNonZero(b);
      return make(modulo(a.value, b.value));
    case '**': {
      const exponent = numberOf(b.value);
      const result = power(a.value, b.value);
      const value = numberOf(result);
      if (value !== null && !Number.isFinite(value)) return run.unknown('This number is too large.', node);
      return exponent !== null && exponent < 0 ? float(result) : make(result);
    }
  }
  const x = numberOf(a.value);
  const y = numberOf(b.value);
  if (x === null || y === null) return run.unknown(`'${operator}' on a size that is not known.`, node);
  switch (operator) {
    case '<<':
      return y < 31 ? int(x * 2 ** y) : run.unknown('This number is too large.', node);
    case '>>':
      return int(Math.floor(x / 2 ** y));
    case '&':
      return int(Number(BigInt(Math.trunc(x)) & BigInt(Math.trunc(y))));
    case '|':
      return int(Number(BigInt(Math.trunc(x)) | BigInt(Math.trunc(y))));
    case '^':
      return int(Number(BigInt(Math.trunc(x)) ^ BigInt(Math.trunc(y))));
    default:
      return run.unknown(`The operator '${operator}' is not followed.`, node);
  }
}

function requireNonZero(value: NumberValue): void {
  if (numberOf(value.value) === 0) throw new Raised('ZeroDivisionError', 'Division by zero.');
}

function repeat(
  run: Interpreter,
  sequence: Extract<Value, { kind: 'list' | 'tuple' | 'string' }>,
  count: NumberValue,
  node: SyntaxNode,
): Value {
  const times = numberOf(count.value);
  if (times === null) {
    run.note('It is not known how often this is repeated: shown as if once.', node);
    return sequence;
  }
  const length = sequence.kind === 'string' ? sequence.value.length : sequence.items.length;
  if (length * times > run.limits.rounds)
    return run.unknown(`A sequence of ${(length * times).toLocaleString('en-US')} items is not followed.`, node);
  const rounds = Math.max(0, Math.floor(times));
  if (sequence.kind === 'string') return string(sequence.value.repeat(rounds));
  const items = Array.from({ length: rounds }, () => sequence.items).flat();
  return sequence.kind === 'list' ? list(items) : tuple(items);
}

const methodNames: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'truediv',
  '//': 'floordiv',
  '%': 'mod',
  '@': 'matmul',
  '**': 'pow',
  '|': 'or',
  '&': 'and',
};

function overloaded(run: Interpreter, operator: string, left: Value, right: Value, node: SyntaxNode): Value | undefined {
  const name = methodNames[operator];
  if (!name) return undefined;
  return (
    (left.kind === 'instance' ? callMethod(run, left, `__${name}__`, [right], node) : undefined) ??
    (right.kind === 'instance' ? callMethod(run, right, `__r${name}__`, [left], node) : undefined)
  );
}

export function negate(run: Interpreter, value: Value, node: SyntaxNode): Value {
  if (value.kind === 'number') return { ...value, value: multiply(-1, value.value) };
  if (value.kind === 'bool') return int(value.value ? -1 : 0);
  if (value.kind === 'tensor' || value.kind === 'parameter') return tensorBinary(run, '*', value, int(-1), node);
  return value.kind === 'unknown' ? value : run.unknown('This negation is not followed.', node);
}

export function positive(value: Value): Value {
  return value;
}

/** `left operator right` for comparisons; an undecided one is `unknown`. */
export function compare(run: Interpreter, operator: string, left: Value, right: Value, node: SyntaxNode | null = null): Value {
  const mask = [left, right].find((value) => value.kind === 'unknown' && value.causal);
  if (mask && !operator.startsWith('is')) return mask;
  if ((isArray(left) || isArray(right)) && !operator.startsWith('is') && left.kind !== 'none' && right.kind !== 'none')
    return compareEntries(run, operator, left, right, node);
  if (run.trace && left.kind === 'tensor' && right.kind === 'tensor' && operator !== '==' && operator !== '!=') {
    const isTriangular = run.trace.isRowAgainstColumn(left, right);
    if (isTriangular) return triangular(run, node);
  }
  if (
    (left.kind === 'tensor' || right.kind === 'tensor') &&
    !operator.startsWith('is') &&
    left.kind !== 'none' &&
    right.kind !== 'none'
  ) {
    const { reason, location } = run.unknown('This comparison cannot be decided.', node);
    return { kind: 'unknown', reason, location, answers: true };
  }
  switch (operator) {
    case 'is':
    case 'is not': {
      const same = identical(left, right);
      return same === undefined
        ? run.unknown('This comparison cannot be decided.', node)
        : bool(operator === 'is' ? same : !same);
    }
    case '==':
    case '!=': {
      const isAsked = run.open.ask(left, texts(right)) || run.open.ask(right, texts(left));
      const same = isAsked ? false : equal(left, right);
      return same === undefined
        ? run.unknown('This comparison cannot be decided.', node)
        : bool(operator === '==' ? same : !same);
    }
    default: {
      const order = orderOf(left, right);
      if (order === undefined) return run.unknown('This comparison cannot be decided.', node);
      return bool(operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0);
    }
  }
}

const texts = (value: Value): Value[] => (value.kind === 'string' ? [value] : []);

/** Of places of tokens, a row against a column is the mask that leaves each token those up to itself. */
function compareEntries(run: Interpreter, operator: string, left: Value, right: Value, node: SyntaxNode | null): Value {
  if (operator !== '==' && operator !== '!=' && isRowAgainstColumn(left, right)) return triangular(run, node);
  const table = entryByEntry(left, right, (x, y) => compare(run, operator, x, y, node));
  if (!table) return run.unknown('This comparison of numbers is not followed.', node);
  return isTriangle(table) ? triangular(run, node) : table;
}

function triangular(run: Interpreter, node: SyntaxNode | null): Value {
  const { reason, location } = run.unknown('The entries of a triangular mask are not followed.', node);
  return { kind: 'unknown', reason, location, causal: true };
}

function identical(left: Value, right: Value): boolean | undefined {
  if (left.kind === 'unknown' || right.kind === 'unknown') {
    // A tensor whose entries are not followed is there, all the same.
    return [left, right].some((value) => value.kind === 'unknown' && (value.causal || value.answers)) &&
      [left, right].some(({ kind }) => kind === 'none')
      ? false
      : undefined;
  }
  if (left.kind === 'none' || right.kind === 'none') return left.kind === right.kind;
  if (left.kind === 'namespace' && right.kind === 'namespace') return left.name === right.name;
  return keyOf(left) === keyOf(right);
}

/** `==`; `undefined` where a symbol or an unknown value leaves it open. */
export function equal(left: Value, right: Value): boolean | undefined {
  const isOpen = ({ kind }: Value) => kind === 'unknown' || kind === 'tensor' || kind === 'parameter';
  if (isOpen(left) || isOpen(right)) return undefined;
  const a = asNumber(left);
  const b = asNumber(right);
  if (a && b) return equals(a.value, b.value);
  if ((left.kind === 'list' && right.kind === 'list') || (left.kind === 'tuple' && right.kind === 'tuple')) {
    if (left.items.length !== right.items.length) return false;
    const results = left.items.map((item, i) => equal(item, right.items[i]!));
    return results.includes(false) ? false : results.includes(undefined) ? undefined : true;
  }
  // A namespace that is not there may be equal to anything but what it cannot be.
  if (left.kind === 'namespace' || right.kind === 'namespace')
    return left.kind === right.kind ? identical(left, right) : left.kind === 'none' || right.kind === 'none' ? false : undefined;
  return keyOf(left) === keyOf(right);
}

function orderOf(left: Value, right: Value): number | undefined {
  const a = asNumber(left);
  const b = asNumber(right);
  if (a && b) return compareQuantities(a.value, b.value);
  if (left.kind === 'string' && right.kind === 'string') return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
  if ((left.kind === 'tuple' || left.kind === 'list') && (right.kind === 'tuple' || right.kind === 'list')) {
    for (let i = 0; i < Math.min(left.items.length, right.items.length); i++) {
      const order = orderOf(left.items[i]!, right.items[i]!);
      if (order !== 0) return order;
    }
    return left.items.length - right.items.length;
  }
  return undefined;
}

/** `item in container`. */
export function contains(run: Interpreter, item: Value, container: Value, wanted: boolean, node: SyntaxNode): Value {
  const answer = isIn(run, item, container, node);
  return answer === undefined ? run.unknown('This membership cannot be decided.', node) : bool(answer === wanted);
}

function isIn(run: Interpreter, item: Value, container: Value, node: SyntaxNode): boolean | undefined {
  if (isAskedFor(run, item, container)) return false;
  if (item.kind === 'unknown' || container.kind === 'unknown' || run.open.isOpen(container)) return undefined;
  switch (container.kind) {
    case 'string':
      return item.kind === 'string' ? container.value.includes(item.value) : undefined;
    case 'dict':
      if (container.entries.has(keyOf(item))) return true;
      noteMissing(run, container, item);
      return false;
    case 'set':
      return container.entries.has(keyOf(item));
    case 'list':
    case 'tuple':
    case 'range': {
      const results = iterate(run, container, node).map((other) => equal(item, other));
      return results.includes(true) ? true : results.includes(undefined) ? undefined : false;
    }
    case 'instance': {
      const result = callMethod(run, container, '__contains__', [item], node);
      return result ? truth(run, result) : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether an argument that nobody gives is looked for among texts or keys. */
function isAskedFor(run: Interpreter, item: Value, container: Value): boolean {
  if (container.kind === 'dict') return run.open.askForKey(item, container);
  if (container.kind === 'set') return run.open.ask(item, [...container.entries.values()].flatMap(texts));
  return (container.kind === 'list' || container.kind === 'tuple') && run.open.ask(item, container.items.flatMap(texts));
}

const pythonTypes: Readonly<Record<string, readonly Value['kind'][]>> = {
  int: ['number', 'bool'],
  float: ['number'],
  str: ['string'],
  bool: ['bool'],
  list: ['list'],
  tuple: ['tuple'],
  dict: ['dict'],
  set: ['set'],
  type: ['class'],
  slice: ['slice'],
  FunctionType: ['function'],
  LambdaType: ['function'],
  MethodType: ['bound'],
  BuiltinFunctionType: ['builtin', 'framework'],
  Iterable: ['list', 'tuple', 'dict', 'set', 'string', 'range'],
  Sequence: ['list', 'tuple', 'string', 'range'],
  Mapping: ['dict'],
  Callable: ['function', 'bound', 'builtin', 'framework', 'class'],
  Number: ['number'],
  Enum: ['instance'],
};

/** `isinstance(value, type)`; `undefined`: undecided. */
export function isInstance(run: Interpreter, value: Value, type: Value): boolean | undefined {
  if (type.kind === 'tuple' || type.kind === 'list') {
    const results = type.items.map((one) => isInstance(run, value, one));
    return results.includes(true) ? true : results.includes(undefined) ? undefined : false;
  }
  if (value.kind === 'unknown') return undefined;
  if (type.kind === 'class') return isInstanceOf(value, type);
  const name = type.kind === 'builtin' || type.kind === 'namespace' ? type.name.split('.').at(-1)! : '';
  const kinds = pythonTypes[name];
  if (kinds?.includes('dict') && value.kind === 'instance' && value.class.flavour === 'dict') return true;
  if (kinds) {
    if (!kinds.includes(value.kind)) return false;
    if (value.kind === 'number') return name === 'float' ? value.float : name === 'int' ? !value.float : true;
    return value.kind === 'instance' ? value.class.flavour === 'enum' : true;
  }
  if (name === 'Tensor') return value.kind === 'tensor' || value.kind === 'parameter';
  if (name === 'Parameter') return value.kind === 'parameter' && value.trainable;
  if (name === 'partial') return value.kind === 'builtin' && value.name === 'partial';
  // An instance of a class that could be read is none of a class that could not, unless an ancestor is missing too.
  if (type.kind === 'namespace' && value.kind === 'instance') return value.class.unknownBase ? undefined : false;
  if (type.kind === 'unknown') return undefined;
  return type.kind === 'namespace' && value.kind === 'instance' ? undefined : false;
}

function isInstanceOf(value: Value, type: ClassValue): boolean | undefined {
  if (value.kind === 'instance') return isSubclass(value.class, type) ? true : value.class.unknownBase ? undefined : false;
  if (value.kind === 'tuple' && value.fields) return undefined;
  return false;
}

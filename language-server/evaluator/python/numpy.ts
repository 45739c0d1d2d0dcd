import type { Family } from '../../network/distribution.js';
import type { Parameter } from '../../network/graph.js';
import { add, ceil, divide, floor, multiply, numberOf, power, type Quantity, subtract } from '../../network/quantity.js';
import type { Interpreter } from '../interpreter.js';
import { bindSignature } from '../signature.js';
import { builtin, type Call, float, int, type ListValue, nativeNamespace, none, type Value } from '../values.js';
import { arrayOf, numbersIn } from './arrays.js';
import { iterate } from './iteration.js';
import { binary } from './operators.js';

/** The part of numpy that constructors compute sizes, rates and weights with: numbers, short arrays of them, and random tensors. */
export function numpy(run: Interpreter): Record<string, Value> {
  return {
    pi: float(Math.PI),
    e: float(Math.E),
    inf: float(Number.MAX_VALUE),
    newaxis: none,
    ...onEntries,
    ...Object.fromEntries(Object.entries(functions).map(([name, row]) => [name, followed(run, name, row)])),
    ...Object.fromEntries(wholeTypes.map((name) => [name, cast(name, (x) => int(Math.trunc(x)))])),
    ...Object.fromEntries(floatTypes.map((name) => [name, cast(name, float)])),
    random: nativeNamespace('numpy.random', randomness(run)),
  };
}

const wholeTypes = ['int_', 'int8', 'int16', 'int32', 'int64', 'uint8', 'intp'];
const floatTypes = ['float_', 'float16', 'float32', 'float64'];

interface Row {
  readonly signature: string;
  /** `undefined`: not known. */
  readonly value: (bound: Record<string, Value>, run: Interpreter, call: Call) => Value | undefined;
}

function followed(run: Interpreter, name: string, { signature, value }: Row): Value {
  return builtin(name, (call) => {
    const bound = Object.fromEntries(bindSignature(signature, call, name));
    const unknown = Object.values(bound).find(({ kind }) => kind === 'unknown');
    return value(bound, run, call) ?? unknown ?? run.unknown(`The result of numpy.${name}() is not known.`, call.node);
  });
}

/** What functions of one number make of numbers and of arrays of them. */
const onEntries: Readonly<Record<string, Value>> = Object.fromEntries(
  (
    [
      ['sqrt', Math.sqrt, (q) => power(q, 0.5)],
      ['square', (x) => x * x, (q) => power(q, 2)],
      ['floor', Math.floor, floor],
      ['ceil', Math.ceil, ceil],
      ['log', Math.log],
      ['log2', Math.log2],
      ['log10', Math.log10],
      ['log1p', Math.log1p],
      ['exp', Math.exp],
      ['sin', Math.sin],
      ['cos', Math.cos],
      ['tanh', Math.tanh],
      ['abs', Math.abs],
      ['rint', Math.round],
    ] as readonly (readonly [string, (x: number) => number, ((q: Quantity) => Quantity)?])[]
  ).map(([name, work, symbolic]) => {
    const one = (value: Value): Value => {
      const x = value.kind === 'number' ? numberOf(value.value) : null;
      if (x !== null && Number.isFinite(work(x))) return name === 'abs' && isWhole(value) ? int(work(x)) : float(work(x));
      return value.kind === 'number' && symbolic ? float(symbolic(value.value)) : notKnown(name, value);
    };
    return [
      name,
      builtin(name, ({ positional: [value = none] }) => (isSequence(value) ? arrayOf(value.items.map(one)) : one(value))),
    ];
  }),
);

const functions: Readonly<Record<string, Row>> = {
  array: { signature: 'object, dtype=None, *, copy=True, ndmin=0', value: asArray },
  asarray: { signature: 'object, dtype=None', value: asArray },
  arange: {
    signature: 'start, stop=None, step=1, dtype=None',
    value: ({ start, stop, step }) => {
      const [from, to, by] = stop!.kind === 'none' ? [0, known(start), known(step)] : [known(start), known(stop), known(step)];
      return from === null || to === null || !by ? undefined : sequence(Math.ceil((to - from) / by), (i) => from + by * i);
    },
  },
  linspace: {
    signature: 'start, stop, num=50, endpoint=True, dtype=None',
    value: ({ start, stop, num, endpoint }) => {
      const [from, to, count] = [known(start), known(stop), known(num)];
      if (from === null || to === null || count === null || endpoint!.kind !== 'bool') return undefined;
      const steps = endpoint!.value ? count - 1 : count;
      return sequence(count, (i) => from + (steps > 0 ? ((to - from) * i) / steps : 0), float);
    },
  },
  logspace: {
    signature: 'start, stop, num=50, endpoint=True, base=10.0, dtype=None',
    value: ({ start, stop, num, base }) => {
      const [from, to, count, of] = [known(start), known(stop), known(num), known(base)];
      if (from === null || to === null || count === null || of === null) return undefined;
      return sequence(count, (i) => of ** (from + (count > 1 ? ((to - from) * i) / (count - 1) : 0)), float);
    },
  },
  zeros: { signature: 'shape, dtype=None', value: ({ shape }, run, call) => filled(run, call, 'zeros', shape!, 0) },
  ones: { signature: 'shape, dtype=None', value: ({ shape }, run, call) => filled(run, call, 'ones', shape!, 1) },
  full: {
    signature: 'shape, fill_value, dtype=None',
    value: ({ shape, fill_value: fill }, run, call) =>
      fill!.kind === 'number' ? filled(run, call, 'constant', shape!, fill!.value) : undefined,
  },
  fromstring: {
    signature: "string, dtype=None, count=-1, sep=''",
    value: ({ string: text, dtype, sep }) => {
      if (text!.kind !== 'string' || sep!.kind !== 'string' || sep!.value === '') return undefined;
      const whole = dtype!.kind === 'builtin' && /int/.test(dtype!.name);
      return arrayOf(text!.value.split(sep!.value).map((part) => (whole ? int(Number.parseInt(part, 10)) : float(Number(part)))));
    },
  },
  concatenate: { signature: 'arrays, axis=0', value: ({ arrays }, run, { node }) => joined(iterate(run, arrays!, node)) },
  append: {
    signature: 'arr, values',
    value: ({ arr, values }) => joined([arr!, isSequence(values!) ? values! : arrayOf([values!])]),
  },
  prod: { signature: 'a, axis=None, dtype=None', value: ({ a }) => folded(a!, multiply, 1) },
  sum: { signature: 'a, axis=None, dtype=None', value: ({ a }) => folded(a!, add, 0) },
  mean: {
    signature: 'a, axis=None',
    value: ({ a }) => {
      const total = folded(a!, add, 0);
      return total?.kind === 'number' && isSequence(a!) ? float(divide(total.value, a!.items.length)) : total;
    },
  },
  max: { signature: 'a, axis=None', value: ({ a }) => chosen(a!, Math.max) },
  amax: { signature: 'a, axis=None', value: ({ a }) => chosen(a!, Math.max) },
  min: { signature: 'a, axis=None', value: ({ a }) => chosen(a!, Math.min) },
  amin: { signature: 'a, axis=None', value: ({ a }) => chosen(a!, Math.min) },
  cumsum: { signature: 'a, axis=None', value: ({ a }) => running(a!, add) },
  cumprod: { signature: 'a, axis=None', value: ({ a }) => running(a!, multiply) },
  diff: {
    signature: 'a',
    value: ({ a }) => {
      const numbers = quantitiesIn(a!);
      return numbers && arrayOf(numbers.slice(1).map((value, i) => made(subtract(value, numbers[i]!), a!)));
    },
  },
  power: { signature: 'x1, x2', value: ({ x1, x2 }, run, { node }) => binary(run, '**', x1!, x2!, node) },
  multiply: { signature: 'x1, x2', value: ({ x1, x2 }, run, { node }) => binary(run, '*', x1!, x2!, node) },
  add: { signature: 'x1, x2', value: ({ x1, x2 }, run, { node }) => binary(run, '+', x1!, x2!, node) },
  maximum: { signature: 'x1, x2', value: ({ x1, x2 }) => ofTwo(x1!, x2!, Math.max) },
  minimum: { signature: 'x1, x2', value: ({ x1, x2 }) => ofTwo(x1!, x2!, Math.min) },
  clip: {
    signature: 'a, a_min, a_max',
    value: ({ a, a_min: low, a_max: high }) => {
      const raised = ofTwo(a!, low!, Math.max);
      return raised && ofTwo(raised, high!, Math.min);
    },
  },
  round: { signature: 'a, decimals=0', value: ({ a, decimals }) => rounded(a!, known(decimals)) },
  around: { signature: 'a, decimals=0', value: ({ a, decimals }) => rounded(a!, known(decimals)) },
};

/** Tensors with a law, and what no run tells beforehand. Generators have the same methods. */
function randomness(run: Interpreter): Record<string, Value> {
  const methods: Record<string, Value> = {
    ...Object.fromEntries(Object.entries(laws).map(([name, row]) => [name, followed(run, `random.${name}`, row)])),
    ...Object.fromEntries(['seed', 'get_state', 'set_state', 'shuffle'].map((name) => [name, builtin(name, () => none)])),
    ...Object.fromEntries(
      ['randint', 'integers', 'choice', 'permutation', 'binomial', 'poisson'].map((name) => [
        name,
        builtin(name, ({ node }) => run.unknown('Which random numbers a run draws is not known.', node)),
      ]),
    ),
  };
  const generator = builtin('generator', () => nativeNamespace('numpy.random.Generator', methods));
  return { ...methods, RandomState: generator, default_rng: generator };
}

const laws: Readonly<Record<string, Row>> = {
  normal: {
    signature: 'loc=0.0, scale=1.0, size=None',
    value: ({ loc, scale, size }, run, call) => {
      const deviation = quantity(scale);
      return drawn(run, call, 'normal', shapeFrom(size!), quantity(loc), deviation && multiply(deviation, deviation));
    },
  },
  uniform: {
    signature: 'low=0.0, high=1.0, size=None',
    value: ({ low, high, size }, run, call) => {
      const [from, to] = [quantity(low), quantity(high)];
      if (from === null || to === null) return drawn(run, call, 'uniform', shapeFrom(size!), null, null);
      const width = subtract(to, from);
      return drawn(run, call, 'uniform', shapeFrom(size!), divide(add(from, to), 2), divide(multiply(width, width), 12));
    },
  },
  standard_normal: { signature: 'size=None', value: ({ size }, run, call) => drawn(run, call, 'normal', shapeFrom(size!), 0, 1) },
  random: { signature: 'size=None', value: ({ size }, run, call) => drawn(run, call, 'uniform', shapeFrom(size!), 0.5, 1 / 12) },
  random_sample: {
    signature: 'size=None',
    value: ({ size }, run, call) => drawn(run, call, 'uniform', shapeFrom(size!), 0.5, 1 / 12),
  },
  randn: { signature: '*shape', value: ({ shape }, run, call) => drawn(run, call, 'normal', shapeFrom(shape!), 0, 1) },
  rand: { signature: '*shape', value: ({ shape }, run, call) => drawn(run, call, 'uniform', shapeFrom(shape!), 0.5, 1 / 12) },
};

/** A random tensor; a single random number is not known. */
function drawn(
  run: Interpreter,
  { node }: Call,
  family: Family,
  shape: Parameter['shape'] | undefined,
  mean: Quantity | null,
  variance: Quantity | null,
): Value | undefined {
  if (shape === undefined || shape?.length === 0) return undefined;
  const source = { kind: 'call', text: run.file.tree.textOf(node).slice(0, 60), location: run.location(node) } as const;
  const parameter: Parameter = { name: '', shape, writes: [{ family, mean, variance, formula: null, source }] };
  return { kind: 'parameter', parameter, trainable: false };
}

/** `size=(4, 3)`, `size=4`; `undefined`: none is given, `null`: it is not known. */
function shapeFrom(size: Value): Parameter['shape'] | undefined {
  if (size.kind === 'none') return undefined;
  const sizes = isSequence(size) ? size.items : [size];
  return sizes.every((one) => one.kind === 'number')
    ? sizes.map((one) => (one as Extract<Value, { kind: 'number' }>).value)
    : null;
}

function filled(run: Interpreter, call: Call, family: Family, shape: Value, value: Quantity): Value | undefined {
  const sizes = shapeFrom(shape);
  const [count] = sizes ?? [];
  if (sizes?.length === 1 && typeof count === 'number' && count <= longest) return sequence(count, () => numberOf(value) ?? 0);
  return drawn(run, call, family, sizes, value, 0);
}

const longest = 10_000;

function sequence(length: number, entry: (i: number) => number, make?: (x: number) => Value): Value | undefined {
  if (!(length >= 0 && length <= longest)) return undefined;
  const numbers = Array.from({ length: Math.floor(length) }, (_, i) => entry(i));
  const whole = numbers.every(Number.isInteger);
  return arrayOf(numbers.map(make ?? (whole ? int : float)));
}

function asArray({ object, dtype }: Record<string, Value>): Value | undefined {
  if (object!.kind !== 'list' && object!.kind !== 'tuple' && object!.kind !== 'range') return object;
  if (object!.kind === 'range') return undefined;
  const whole = dtype!.kind === 'builtin' && /^u?int/.test(dtype!.name);
  return arrayOf(
    object!.items.map((one) => {
      const inner = one.kind === 'list' || one.kind === 'tuple' ? asArray({ object: one, dtype: dtype! }) : one;
      const x = whole && inner?.kind === 'number' ? numberOf(inner.value) : null;
      return x === null ? (inner ?? one) : int(Math.trunc(x));
    }),
  );
}

function joined(arrays: readonly Value[]): ListValue | undefined {
  return arrays.every(isSequence) ? arrayOf(arrays.flatMap((one) => (isSequence(one) ? one.items : []))) : undefined;
}

const isSequence = (value: Value): value is Extract<Value, { kind: 'list' | 'tuple' }> =>
  value.kind === 'list' || value.kind === 'tuple';
const isWhole = (value: Value): boolean => value.kind === 'number' && !value.float;
const known = (value: Value | undefined): number | null => (value?.kind === 'number' ? numberOf(value.value) : null);
const quantity = (value: Value | undefined): Quantity | null => (value?.kind === 'number' ? value.value : null);

function quantitiesIn(value: Value): Quantity[] | undefined {
  const items = isSequence(value) ? value.items : [value];
  const numbers = items.flatMap((one) =>
    one.kind === 'number' ? [one.value] : isSequence(one) ? (quantitiesIn(one) ?? []) : [],
  );
  return numbers.length >= items.length ? numbers : undefined;
}

/** A number of the kind that the entries of an array have. */
function made(value: Quantity, from: Value): Value {
  const items = isSequence(from) ? from.items : [from];
  return items.every((one) => isWhole(one) || isSequence(one)) ? int(value) : float(value);
}

function folded(value: Value, work: (a: Quantity, b: Quantity) => Quantity, start: Quantity): Value | undefined {
  const numbers = quantitiesIn(value);
  return numbers && made(numbers.reduce(work, start), value);
}

function running(value: Value, work: (a: Quantity, b: Quantity) => Quantity): Value | undefined {
  const totals: Quantity[] = [];
  for (const one of quantitiesIn(value) ?? []) totals.push(totals.length > 0 ? work(totals.at(-1)!, one) : one);
  return quantitiesIn(value) && arrayOf(totals.map((total) => made(total, value)));
}

function chosen(value: Value, work: (...numbers: number[]) => number): Value | undefined {
  const numbers = numbersIn(value);
  return numbers && numbers.length > 0 ? made(work(...numbers), value) : undefined;
}

function ofTwo(a: Value, b: Value, work: (x: number, y: number) => number): Value | undefined {
  const length = Math.max(isSequence(a) ? a.items.length : 1, isSequence(b) ? b.items.length : 1);
  const entry = (value: Value, i: number) => known(isSequence(value) ? value.items[i] : value);
  const numbers = Array.from({ length }, (_, i) => [entry(a, i), entry(b, i)] as const);
  if (numbers.some(([x, y]) => x === null || y === null)) return undefined;
  const results = numbers.map(([x, y]) => made(work(x!, y!), isWhole(a) || isSequence(a) ? b : a));
  return isSequence(a) || isSequence(b) ? arrayOf(results) : results[0];
}

function rounded(value: Value, digits: number | null): Value | undefined {
  const numbers = numbersIn(isSequence(value) ? value : arrayOf([value]));
  if (!numbers || digits === null) return undefined;
  const results = numbers.map((x) => float(Math.round(x * 10 ** digits) / 10 ** digits));
  return isSequence(value) ? arrayOf(results) : results[0];
}

/** `np.int64(x)`, also where it is named as the type of an array. */
function cast(name: string, make: (x: number) => Value): Value {
  return builtin(name, ({ positional: [value = none] }) => {
    const x = known(value);
    return x === null ? value : make(x);
  });
}

function notKnown(name: string, value: Value): Value {
  return value.kind === 'unknown'
    ? value
    : { kind: 'unknown', reason: `The argument of numpy.${name}() is not known.`, location: null };
}

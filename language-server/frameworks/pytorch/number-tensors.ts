import { isQuantity } from '../expression.js';
import type { Argument, Arguments, FunctionRow, ValueRow } from '../framework.js';
import { isList } from './arguments.js';

const quotient: ValueRow = {
  signature: 'input, other, *, rounding_mode=None',
  array: true,
  value: (bound) => {
    const round = { floor: Math.floor, trunc: Math.trunc }[String(bound.rounding_mode)] ?? ((x: number) => x);
    return pairwise('', (a, b) => round(a / b)).value(bound);
  },
};

const outer: ValueRow = {
  signature: 'input, vec2',
  table: true,
  value: ({ input, vec2 }) => {
    const [rows, columns] = [numbersOf(input), numbersOf(vec2)];
    return rows && columns && rows.length * columns.length <= 100_000 ? rows.map((a) => columns.map((b) => a * b)) : undefined;
  },
};

/** Tensors of known numbers, as constructors compute sizes and rates with: `torch.linspace(0, rate, depth)`. */
export const numberTensors: Readonly<Record<string, ValueRow>> = {
  'torch.arange': {
    signature: 'start, end=None, step=1, *, dtype=None, device=None',
    array: true,
    value: ({ start, end, step }) => {
      const [from, to] = end === null ? [0, start] : [start, end];
      if (typeof from !== 'number' || typeof to !== 'number' || typeof step !== 'number' || step === 0) return undefined;
      return sequence(Math.ceil((to - from) / step), (i) => from + step * i);
    },
  },
  'torch.linspace': {
    signature: 'start, end, steps=100, *, dtype=None, device=None',
    float: true,
    array: true,
    value: ({ start, end, steps }) =>
      typeof start === 'number' && typeof end === 'number' && typeof steps === 'number'
        ? sequence(steps, (i) => (steps > 1 ? start + ((end - start) * i) / (steps - 1) : start))
        : undefined,
  },
  'torch.meshgrid': {
    signature: '*tensors, indexing=None',
    grids: true,
    value: ({ tensors, indexing }) => {
      const axes = axesIn(tensors).map(numbersOf);
      const size = axes.reduce((product, axis) => product * (axis?.length ?? 0), 1);
      if (axes.length === 0 || axes.includes(undefined) || size > 10_000) return undefined;
      // The first two axes change places where x comes before y.
      const order = axes.map((_, i) => (indexing === 'xy' && i < 2 && axes.length > 1 ? 1 - i : i));
      const table = (depth: number, which: number, value: number): Argument =>
        depth === order.length
          ? value
          : axes[order[depth]!]!.map((one) => table(depth + 1, which, order[depth] === which ? one : value));
      return axes.map((_, which) => table(0, which, 0));
    },
  },
  'torch.tensor': each('input, *, dtype=None, device=None, requires_grad=False', (x) => x),
  'torch.from_numpy': each('input', (x) => x),
  'torch.as_tensor': each('input, dtype=None, device=None', (x) => x),
  'torch.round': each('input, *, decimals=0', roundHalfEven),
  'torch.floor': each('input', Math.floor),
  'torch.ceil': each('input', Math.ceil),
  'torch.log': each('input', Math.log),
  'torch.log2': each('input', Math.log2),
  'torch.exp': each('input', Math.exp),
  'torch.sqrt': each('input', Math.sqrt),
  // Of the tables that encode places, too large to be kept: sin² and cos² of one angle add up to 1.
  'torch.sin': { ...each('input', Math.sin), ofUnknown: 1 / 2 },
  'torch.cos': { ...each('input', Math.cos), ofUnknown: 1 / 2 },
  'torch.pow': pairwise('input, exponent', (a, b) => a ** b),
  'torch.div': quotient,
  'torch.divide': quotient,
  'torch.mul': pairwise('input, other', (a, b) => a * b),
  'torch.multiply': pairwise('input, other', (a, b) => a * b),
  'torch.outer': outer,
  'torch.ger': outer,
  'torch.unique': {
    signature: 'input, sorted=True, return_inverse=False, return_counts=False, dim=None',
    array: true,
    value: ({ input, return_inverse: inverse, return_counts: counts, dim }) => {
      const numbers = numbersOf(input);
      if (!numbers || inverse !== false || dim !== null) return undefined;
      const different = [...new Set(numbers)].sort((a, b) => a - b);
      if (!counts) return different;
      return [different, different.map((one) => numbers.filter((number) => number === one).length)];
    },
  },
  'torch.diff': {
    signature: 'input, n=1, dim=-1',
    array: true,
    value: ({ input }) => {
      const numbers = numbersOf(input);
      return numbers?.slice(1).map((value, i) => value - numbers[i]!);
    },
  },
  'torch.cumsum': {
    signature: 'input, dim=0',
    array: true,
    value: ({ input }) => {
      let total = 0;
      return numbersOf(input)?.map((value) => (total += value));
    },
  },
};

/** What elementwise functions make of one number. */
const elementwise: Readonly<Record<string, (x: number, bound: Arguments) => number | undefined>> = {
  exp: Math.exp,
  log: Math.log,
  log2: Math.log2,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  abs: Math.abs,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  clamp: clamped,
  clip: clamped,
};

function clamped(x: number, { min, max }: Arguments): number | undefined {
  const isBound = (bound: Argument): bound is number | null => bound === null || typeof bound === 'number';
  if (!isBound(min) || !isBound(max)) return undefined;
  return Math.min(max ?? Number.POSITIVE_INFINITY, Math.max(min ?? Number.NEGATIVE_INFINITY, x));
}

/** Rows by name, of which those that work on each entry tell what they make of a constant. */
export function withConstants(
  rows: Readonly<Record<string, FunctionRow>>,
  prefix: string,
): Readonly<Record<string, FunctionRow>> {
  const told = Object.entries(elementwise).flatMap(([name, work]) => {
    const row = rows[`${prefix}${name}`];
    if (!row) return [];
    const constant = (bound: Arguments) => {
      const x = bound[row.tensors[0]!];
      const result = typeof x === 'number' ? work(x, bound) : undefined;
      return Number.isFinite(result) ? result : undefined;
    };
    return [[`${prefix}${name}`, { ...row, constant }] as const];
  });
  return { ...rows, ...Object.fromEntries(told) };
}

function each(signature: string, work: (x: number) => number): ValueRow {
  return {
    signature,
    table: true,
    value: ({ input }) => entrywise(input, work),
  };
}

function entrywise(input: Argument, work: (x: number) => number): Argument {
  if (typeof input === 'number') return work(input);
  if (!isList(input)) return undefined;
  const entries = input.map((one) => entrywise(one, work));
  return entries.includes(undefined) ? undefined : entries;
}

function pairwise(signature: string, work: (a: number, b: number) => number): ValueRow {
  return {
    signature,
    array: true,
    value: ({ input, exponent, other }) => {
      const second = exponent ?? other;
      const [a, b] = [numbersOf(input), numbersOf(second)];
      if (typeof input === 'number')
        return typeof second === 'number' ? work(input, second) : b?.map((value) => work(input, value));
      if (typeof second === 'number') return a?.map((value) => work(value, second));
      return a && b && a.length === b.length ? a.map((value, i) => work(value, b[i]!)) : undefined;
    },
  };
}

/** As PyTorch rounds: halves go to the even neighbour. */
function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  return x - below === 0.5 ? below + (Math.abs(below) % 2) : Math.round(x);
}

/** `meshgrid(a, b)` and `meshgrid([a, b])`. */
function axesIn(given: Argument): readonly Argument[] {
  if (!isList(given)) return [];
  const [first] = given;
  return given.length === 1 && isList(first) && isList(first[0]) ? first : given;
}

function numbersOf(value: Argument): number[] | undefined {
  if (value === undefined || value === null || typeof value !== 'object' || isQuantity(value)) return undefined;
  const items = [...value];
  return items.every((one) => typeof one === 'number') ? items : undefined;
}

function sequence(length: number, entry: (i: number) => number): number[] | undefined {
  return length >= 0 && length <= 10_000 ? Array.from({ length: Math.floor(length) }, (_, i) => entry(i)) : undefined;
}

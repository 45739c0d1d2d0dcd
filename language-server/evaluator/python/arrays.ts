import type { Parameter } from '../../network/graph.js';
import { numberOf, subtract } from '../../network/quantity.js';
import type { SyntaxNode } from '../../source/syntax-tree.js';
import type { Interpreter } from '../interpreter.js';
import { tensorAttribute } from '../tensors.js';
import { bool, builtin, type Call, float, int, type ListValue, list, type Tensor, tuple, type Value } from '../values.js';

/** An array of numpy whose entries are known. */
export const arrayOf = (items: Value[]): ListValue => ({ kind: 'list', items, array: true, numpy: true });

/** The numbers of an array, also of one with several axes; `undefined` where one is not known. */
export function numbersIn(value: Value): number[] | undefined {
  if (value.kind !== 'list' && value.kind !== 'tuple') return undefined;
  const numbers = value.items.map((item) => {
    const one = item.kind === 'number' ? numberOf(item.value) : item.kind === 'bool' ? Number(item.value) : null;
    return one === null ? numbersIn(item) : [one];
  });
  return numbers.some((one) => one === undefined) ? undefined : numbers.flatMap((one) => one!);
}

/** Sizes along the axes of an array; those of uneven lists are those of their first. */
export function sizesOf({ items }: { readonly items: readonly Value[] }): number[] {
  const [first] = items;
  return [items.length, ...(first?.kind === 'list' && first.array ? sizesOf(first) : [])];
}

export function momentsOf(numbers: readonly number[]): { mean: number; variance: number } {
  const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  return { mean, variance: numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0) / numbers.length };
}

/** What flows from such numbers, as from the places of tokens, `torch.arange(n)`: the same for all inputs. */
export function tensorOfNumbers(run: Interpreter, value: ListValue, node: SyntaxNode): Tensor[] {
  const numbers = numbersIn(value);
  if (!run.trace || !numbers || numbers.length === 0) return [];
  const at = run.location(node);
  const source = { kind: 'call', text: 'known numbers', location: at } as const;
  const shape = sizesOf(value);
  const parameter: Parameter = {
    name: 'numbers',
    shape,
    writes: [{ family: 'constant', ...momentsOf(numbers), formula: null, source }],
  };
  const tensor = run.trace.add({ kind: 'parameter', parameter }, 'numbers', [], shape, at);
  run.trace.fix(tensor.node);
  return [tensor];
}

/** Methods and attributes of a tensor of known numbers, and of an array of numpy. */
export function arrayMethod(run: Interpreter, object: ListValue, name: string): Value | undefined {
  const { items } = object;
  const like = (entries: Value[]): ListValue => ({ ...object, items: entries });
  const each = (work: (value: Value) => Value): Value => builtin(name, () => eachEntry(object, work));
  switch (name) {
    case 'tolist':
      return builtin(name, () => plain(object));
    case 'item':
      return builtin(name, ({ node }) => items[0] ?? run.unknown('This tensor is empty.', node));
    case 'int':
    case 'long':
      return each(truncated);
    case 'astype':
      return builtin(name, ({ positional: [type], keywords }) => {
        const given = type ?? keywords.get('dtype');
        if (given?.kind !== 'builtin') return object;
        return eachEntry(object, /int/.test(given.name) ? truncated : given.name === 'bool' ? (value) => value : floating);
      });
    case 'float':
    case 'double':
    case 'cpu':
    case 'detach':
    case 'to':
    case 'type':
    case 'copy':
    case 'clone':
    case 'contiguous':
      return each((value) => value);
    case 'numpy':
      return builtin(name, () => ({ ...object, numpy: true }));
    case 'numel':
      return builtin(name, () => int(sizesOf(object).reduce((a, b) => a * b, 1)));
    case 'size':
      // A number of numpy's arrays, and a method of tensors.
      if (object.numpy) return int(sizesOf(object).reduce((a, b) => a * b, 1));
      return builtin(name, ({ positional: [axis] }) => shapeOrSize(run, object, axis));
    case 'shape':
      return tuple(sizesOf(object).map((size) => int(size)));
    case 'ndim':
      return int(sizesOf(object).length);
    case 'dim':
      return builtin(name, () => int(sizesOf(object).length));
    case 'view':
    case 'reshape':
      return reshaped(run, object, name);
    case 'flatten':
    case 'ravel':
      return builtin(name, () => like(flat(items)));
    case 'flip':
      return builtin(name, ({ positional, keywords, node }) => {
        const given = positional[0] ?? keywords.get('dims');
        const axis = given?.kind === 'tuple' || given?.kind === 'list' ? given.items[0] : given;
        const place = axis?.kind === 'number' ? numberOf(axis.value) : null;
        if (sizesOf(object).length > 1 || !(place === 0 || place === -1))
          return run.unknown('Along which axes these numbers are turned around is not followed.', node);
        return like(items.toReversed());
      });
    case 'max':
    case 'min':
    case 'sum':
    case 'prod':
    case 'mean':
      return builtin(name, ({ positional, keywords, node }) =>
        positional.length > 0 || keywords.size > 0
          ? run.unknown('What an array has along one axis is not followed.', node)
          : reduced(run, name, items, node),
      );
    case 'any':
    case 'all':
      return builtin(name, ({ node }) => {
        const numbers = numbersIn(object);
        if (!numbers) return run.unknown('These numbers are not known.', node);
        return bool(name === 'any' ? numbers.some((x) => x !== 0) : numbers.every((x) => x !== 0));
      });
    case 'unsqueeze':
      return builtin(name, ({ positional: [dim], keywords, node }) => {
        const given = dim ?? keywords.get('dim');
        const axis = given?.kind === 'number' ? numberOf(given.value) : null;
        const sizes = sizesOf(object);
        const place = axis !== null && axis < 0 ? axis + sizes.length + 1 : axis;
        if (place !== null && place >= 0 && place <= sizes.length) return rows(object, flat(items), sizes.toSpliced(place, 0, 1));
        return run.unknown('The dimension that is added here is not followed.', node);
      });
    case 'split':
      return builtin(name, ({ positional: [sizes] }) => arraySplit(object, sizes));
    default:
      return undefined;
  }
}

/** `.view(1, 9)`, with one size that the others decide; where sizes are not numbers, a tensor that flows. */
function reshaped(run: Interpreter, object: ListValue, name: string): Value {
  return builtin(name, (call) => {
    const [first] = call.positional;
    const given = first?.kind === 'tuple' || first?.kind === 'list' ? first.items : call.positional;
    const sizes = given.map((size) => (size.kind === 'number' ? numberOf(size.value) : null));
    const entries = flat(object.items);
    const known = sizes.reduce<number>((product, size) => (size === -1 ? product : product * (size ?? Number.NaN)), 1);
    const count = sizes.filter((size) => size === -1).length > 0 ? known * Math.floor(entries.length / known) : known;
    if (sizes.length > 0 && count === entries.length)
      return rows(
        object,
        entries,
        sizes.map((size) => (size === -1 ? entries.length / known : size!)),
      );
    const [tensor] = tensorOfNumbers(run, object, call.node);
    const method = tensor && tensorAttribute(run, tensor, name);
    return method?.kind === 'builtin' ? method.call(call) : run.unknown('The shape of this tensor is not followed.', call.node);
  });
}

function rows(object: ListValue, entries: readonly Value[], [first = 1, ...rest]: readonly number[]): ListValue {
  if (rest.length === 0) return { ...object, items: [...entries] };
  const size = entries.length / first;
  return {
    ...object,
    items: Array.from({ length: first }, (_, i) => rows(object, entries.slice(i * size, (i + 1) * size), rest)),
  };
}

/** `~mask` of truths that are known. */
export const inverted = (mask: ListValue): ListValue =>
  eachEntry(mask, (value) =>
    value.kind === 'bool' ? bool(!value.value) : value.kind === 'number' ? { ...value, value: subtract(-1, value.value) } : value,
  );

const plain = (object: ListValue): ListValue =>
  list(object.items.map((item) => (item.kind === 'list' && item.array ? plain(item) : item)));

const flat = (items: readonly Value[]): Value[] =>
  items.flatMap((item) => (item.kind === 'list' && item.array ? flat(item.items) : [item]));

const eachEntry = (object: ListValue, work: (value: Value) => Value): ListValue => ({
  ...object,
  items: object.items.map((item) => (item.kind === 'list' && item.array ? eachEntry(item, work) : work(item))),
});

function truncated(value: Value): Value {
  const number = value.kind === 'number' ? numberOf(value.value) : null;
  return number === null ? value : int(Math.trunc(number));
}

const floating = (value: Value): Value => (value.kind === 'number' ? float(value.value) : value);

function shapeOrSize(run: Interpreter, object: ListValue, axis: Value | undefined): Value {
  const sizes = sizesOf(object);
  if (!axis) return tuple(sizes.map((size) => int(size)));
  const place = axis.kind === 'number' ? numberOf(axis.value) : null;
  const size = place === null ? undefined : sizes[place < 0 ? sizes.length + place : place];
  return size === undefined ? run.unknown('This size is not known.') : int(size);
}

/** `widths.max()`: one number of a tensor of known numbers. */
function reduced(
  run: Interpreter,
  name: 'max' | 'min' | 'sum' | 'prod' | 'mean',
  items: readonly Value[],
  node: Call['node'],
): Value {
  const entries = flat(items);
  const numbers = numbersIn(list(entries));
  if (!numbers || numbers.length === 0) return run.unknown(`The ${name} of these numbers is not known.`, node);
  const total = () => numbers.reduce((a, b) => a + b, 0);
  const results = {
    max: () => Math.max(...numbers),
    min: () => Math.min(...numbers),
    sum: total,
    prod: () => numbers.reduce((a, b) => a * b, 1),
    mean: () => total() / numbers.length,
  };
  const isFloat = name === 'mean' || entries.some((item) => item.kind === 'number' && item.float);
  return { kind: 'number', value: results[name](), float: isFloat };
}

/** `torch.linspace(0, rate, sum(depths)).split(depths)`. */
function arraySplit(object: ListValue, sizes: Value | undefined): Value {
  if (sizes?.kind !== 'list' && sizes?.kind !== 'tuple')
    return { kind: 'unknown', reason: 'The sizes of these parts are not known.', location: null };
  let start = 0;
  return tuple(
    sizes.items.map((size): Value => {
      const length = size.kind === 'number' ? (numberOf(size.value) ?? 0) : 0;
      start += length;
      return { ...object, items: object.items.slice(start - length, start) };
    }),
  );
}

import type { Reshape, Shape } from '../../network/graph.js';
import { divide, multiply, type Quantity, symbol } from '../../network/quantity.js';
import type { Argument, Arguments, FunctionRow, ModuleRow, Operated, OperationContext, OperationRow } from '../framework.js';
import { quantity } from './arguments.js';
import { overDimensions, sliding } from './pooling.js';
import { plain, type Tables } from './rows.js';

/** One axis of a tensor: the product of these, which are names, `1`, other numbers, or `…` for all axes that have no name. */
type Group = readonly string[];

interface Pattern {
  readonly left: readonly Group[];
  readonly right: readonly Group[];
}

/**
 * `b (h d) ... -> b h ... d`. Rogozhnikov 2022, "Einops: clear and reliable tensor manipulations with Einstein-like notation", ICLR.
 *
 * @returns `null` where it is no such pattern
 */
function patternOf(argument: Argument): Pattern | null {
  if (typeof argument !== 'string' || argument.length > 500) return null;
  const sides = argument.replaceAll('...', '…').split('->').map(groupsOf);
  const [left, right] = sides;
  return sides.length === 2 && left && right ? { left, right } : null;
}

function groupsOf(side: string): Group[] | null {
  const groups: Group[] = [];
  const rest = side.replaceAll(/\(([^()]*)\)|([^\s()]+)/g, (_, inner: string | undefined, single: string | undefined) => {
    groups.push(single === undefined ? (inner ?? '').split(/\s+/).filter((name) => name !== '') : [single]);
    return '';
  });
  return rest.trim() === '' && groups.flat().every((name) => /^(\w+|…)$/.test(name)) ? groups : null;
}

interface Sizes {
  readonly of: ReadonlyMap<string, Quantity>;
  /** Of the axes that `…` stands for; `null`: not known. */
  readonly others: readonly Quantity[] | null;
}

/** Sizes of all names on the left; `null` where they do not fit the input. */
function sizesOf({ left }: Pattern, input: Shape, bound: Arguments): Sizes | null {
  if (!input) return { of: namedSizes(left, bound), others: null };
  const rest = left.findIndex((group) => group.includes('…'));
  // Dimensions without names can only be taken as they are.
  if (rest >= 0 && left[rest]!.length > 1) return null;
  const missing = input.length - left.length;
  if (rest < 0 ? missing !== 0 : missing < -1) return null;
  const others = rest < 0 ? [] : input.slice(rest, rest + missing + 1);
  const of = new Map<string, Quantity>();
  for (const [i, group] of left.entries()) {
    if (i === rest) continue;
    const whole = input[rest >= 0 && i > rest ? i + missing : i]!;
    let known: Quantity = 1;
    let open: string | null = null;
    for (const name of group) {
      const size = sizeOf(name, bound);
      if (size !== null) {
        of.set(name, size);
        known = multiply(known, size);
      } else if (open === null) open = name;
      else return null;
    }
    if (open !== null) of.set(open, divide(whole, known));
  }
  return { of, others };
}

/** Of a tensor that is not known a pattern tells how many axes it has: each size that is not given becomes a symbol. */
function namedSizes(left: readonly Group[], bound: Arguments): Map<string, Quantity> {
  const text = left.map((group) => (group.length === 1 ? group[0] : `(${group.join(' ')})`)).join(' ');
  return new Map(left.flat().map((name) => [name, sizeOf(name, bound) ?? symbol(`${name} of ${text}`)]));
}

const sizeOf = (name: string, bound: Arguments): Quantity | null => (/^\d+$/.test(name) ? Number(name) : quantity(bound[name]));

/** The shape that the groups stand for. */
function shapeOf(groups: readonly Group[], { of, others }: Sizes, bound: Arguments): Shape {
  if (!others && groups.flat().includes('…')) return null;
  const shape: Quantity[] = [];
  for (const group of groups) {
    if (group.length === 1 && group[0] === '…') {
      shape.push(...others!);
      continue;
    }
    let size: Quantity = 1;
    for (const name of group) {
      const factor = name === '…' ? others!.reduce<Quantity>(multiply, 1) : (of.get(name) ?? sizeOf(name, bound));
      if (factor === null) return null;
      size = multiply(size, factor);
    }
    shape.push(size);
  }
  return shape;
}

const notRead = 'The pattern of this einops call is not known.';

/** Entries move or are copied; none changes. */
const rearrange: OperationRow = ({ arguments: bound, inputs }) => {
  const pattern = patternOf(bound.pattern);
  if (!pattern) return notRead;
  if (inputs.length > 1) return 'A list of tensors as one tensor is not followed.';
  const sizes = sizesOf(pattern, inputs[0] ?? null, bound);
  const shape = sizes && shapeOf(pattern.right, sizes, bound);
  return { operation: { kind: 'reshape', ...(shape && inputs[0] && movesOf(pattern, sizes, bound)) }, shape };
};

/** Each name a dimension: those of the left side, in the order of the right one, where those that are new hold copies. */
function movesOf({ left, right }: Pattern, { of, others }: Sizes, bound: Arguments): Omit<Reshape, 'kind'> {
  const named = (groups: readonly Group[]) =>
    groups.flat().flatMap((name) => (name === '…' ? others!.map((_, i) => `… ${i}`) : name === '1' ? [] : [name]));
  const size = (name: string) =>
    name.startsWith('… ') ? others![Number(name.slice(2))]! : (of.get(name) ?? sizeOf(name, bound))!;
  const names = named(left);
  const wanted = named(right);
  const added = wanted.filter((name) => !names.includes(name));
  return {
    split: [...added.map(() => 1), ...names.map(size)],
    order: wanted.map((name) => (names.includes(name) ? added.length + names.indexOf(name) : added.indexOf(name))),
    ...(added.length > 0 && { copies: wanted.map(size) }),
  };
}

/** Axes that the right side leaves out are averaged, or their maximum is taken. */
const reduce: OperationRow = (context) => {
  const { arguments: bound, inputs } = context;
  const pattern = patternOf(bound.pattern);
  if (!pattern) return notRead;
  const kept = new Set(pattern.right.flat());
  const dropped = (name: string) => !kept.has(name) && !/^\d+$/.test(name);
  if (!pattern.left.flat().some(dropped)) return rearrange(context);
  const variant = bound.reduction === 'mean' ? 'average' : bound.reduction === 'max' || bound.reduction === 'min' ? 'max' : null;
  if (!variant)
    return `A reduction by ${typeof bound.reduction === 'string' ? bound.reduction : 'a function'} is not described by the theory used here.`;
  const sizes = sizesOf(pattern, inputs[0] ?? null, bound);
  const shape = sizes && shapeOf(pattern.right, sizes, bound);
  const operated = windowed(pattern, dropped, variant, bound, inputs) ?? wholly(pattern, dropped, variant, inputs);
  return typeof operated === 'string' ? operated : { ...operated, shape };
};

/** `b c (h 2) (w 2) -> b c h w`: non-overlapping windows over the last axes. */
function windowed(
  { left, right }: Pattern,
  dropped: (name: string) => boolean,
  variant: 'average' | 'max',
  bound: Arguments,
  inputs: OperationContext['inputs'],
): Operated | string | null {
  const n = left.length - 2;
  const spatial = left.slice(2);
  if (n < 1 || n > 3 || right.length !== left.length || !spatial.every((group) => group.length === 2 && dropped(group[1]!)))
    return null;
  const kernel = spatial.map((group) => sizeOf(group[1]!, bound));
  if (kernel.includes(null) || right.slice(2).some(([name], i) => name !== spatial[i]![0])) return null;
  const window = { kernel_size: kernel as Quantity[], stride: null, padding: 0 };
  return sliding(n, variant)({ arguments: window, inputs, layer: null });
}

/** Axes that vanish as a whole. */
function wholly(
  { left }: Pattern,
  dropped: (name: string) => boolean,
  variant: 'average' | 'max',
  inputs: OperationContext['inputs'],
): Operated | string {
  const axes = left.flatMap((group, i) => (group.length > 0 && group.every((name) => name !== '…' && dropped(name)) ? [i] : []));
  const parts = left.some((group, i) => !axes.includes(i) && group.some((name) => name !== '…' && dropped(name)));
  if (parts || left.some(([first]) => first === '…')) return 'A mean over parts of an axis is not followed.';
  return overDimensions(variant, false)({ arguments: { dim: axes, keepdim: false }, inputs, layer: null });
}

const options = ', **axes_lengths';
const layer = (signature: string, operation: OperationRow): ModuleRow => plain(`${signature}${options}`, operation);
const call = (signature: string, operation: OperationRow): FunctionRow => ({
  signature: `tensor, ${signature}${options}`,
  tensors: ['tensor'],
  operation,
});

/** Functions and layers of einops; those that take several tensors are written in the library. */
export const einopsTables: Tables = {
  modules: {
    'einops.layers.torch.Rearrange': layer('pattern', rearrange),
    'einops.layers.torch.Reduce': layer('pattern, reduction', reduce),
  },
  functions: {
    'einops.rearrange': call('pattern', rearrange),
    'einops.repeat': call('pattern', rearrange),
    'einops.reduce': call('pattern, reduction', reduce),
  },
};

import type { Shape } from '../../network/graph.js';
import {
  add,
  compareQuantities,
  divide,
  equals,
  floorDivide,
  multiply,
  numberOf,
  type Quantity,
  subtract,
  symbol,
} from '../../network/quantity.js';
import { tooSmall } from '../../network/too-small.js';

/** What slides over an input: one entry a spatial dimension. */
export interface Window {
  readonly kernel: readonly Quantity[];
  readonly stride: readonly Quantity[];
  readonly padding: readonly Quantity[];
  readonly dilation: readonly Quantity[];
}

/** ⌊(in + 2p − d(k−1) − 1)/s⌋ + 1 in each spatial dimension. Dumoulin & Visin 2016, arXiv:1603.07285, relationship 15. */
export function slidingShape(
  input: Shape,
  { kernel, stride, padding, dilation }: Window,
  roundUp = false,
): readonly Quantity[] | null {
  const spatial = spatialOf(input, kernel.length);
  if (!spatial) return null;
  const result = spatial.map((size, i) => {
    const reach = add(multiply(dilation[i]!, subtract(kernel[i]!, 1)), 1);
    const room = subtract(add(size, multiply(2, padding[i]!)), reach);
    if (stride[i] === 0) return null;
    if (!roundUp) return add(floorDivide(room, stride[i]!), 1);
    const count = add(multiply(-1, floorDivide(multiply(-1, room), stride[i]!)), 1);
    // A window that would start beyond the input and its left padding is left out.
    const beyond = compareQuantities(multiply(subtract(count, 1), stride[i]!), add(size, padding[i]!));
    return beyond === undefined ? null : beyond >= 0 ? subtract(count, 1) : count;
  });
  return result.includes(null) ? null : (result as Quantity[]);
}

/** What is said where nothing can slide in steps of this size; `null` where it can. */
export function doesNotSlide({ kernel, stride, padding, dilation }: Window): string | null {
  const isBelow = (least: number) => (size: Quantity) => typeof size === 'number' && size < least;
  const isImpossible = [kernel, stride, dilation].some((sizes) => sizes.some(isBelow(1))) || padding.some(isBelow(0));
  return isImpossible ? 'No window slides in steps of this size: the program would stop with an error.' : null;
}

/** What is said where a window does not fit into its input; `null` where it does, or where sizes are not known. */
export function doesNotFit(spatial: readonly Quantity[] | null): string | null {
  const isEmpty = spatial?.some((size) => typeof size === 'number' && size < 1);
  return isEmpty ? tooSmall : null;
}

/** (in − 1)·s − 2p + d(k−1) + output padding + 1 in each spatial dimension. Same source, relationship 14. */
export function transposedShape(input: Shape, window: Window, outputPadding: readonly Quantity[]): readonly Quantity[] | null {
  return (
    spatialOf(input, window.kernel.length)?.map((size, i) => {
      const spread = multiply(subtract(size, 1), window.stride[i]!);
      const reach = multiply(window.dilation[i]!, subtract(window.kernel[i]!, 1));
      return add(add(subtract(spread, multiply(2, window.padding[i]!)), add(reach, outputPadding[i]!)), 1);
    }) ?? null
  );
}

/** The last n sizes; `null` where the input has not that many. */
export function spatialOf(input: Shape, n: number): readonly Quantity[] | null {
  return input && input.length > n ? input.slice(input.length - n) : null;
}

/** The input with other sizes in its spatial dimensions, and other channels if given. */
export function withSpatial(input: Shape, spatial: readonly Quantity[] | null, channels?: Quantity | null): Shape {
  if (!input || !spatial) return null;
  const front = input.slice(0, input.length - spatial.length);
  if (channels === undefined) return [...front, ...spatial];
  return channels === null || front.length === 0 ? null : [...front.slice(0, -1), channels, ...spatial];
}

/** Entries of a tensor. */
export function entriesOf(shape: readonly Quantity[]): Quantity {
  return shape.reduce<Quantity>(multiply, 1);
}

/** `tensor.reshape(sizes)`: one size may be −1 and is calculated where the quotient is exact. */
export function reshaped(input: Shape, wanted: readonly (Quantity | null)[]): Shape {
  const open = wanted.indexOf(-1);
  if (wanted.includes(null)) return null;
  const known = wanted as readonly Quantity[];
  if (open === -1) return known;
  if (!input) return null;
  const rest = entriesOf(known.filter((_, i) => i !== open));
  if (numberOf(rest) === 0) return null;
  const size = divide(entriesOf(input), rest);
  return isSize(size) ? known.map((one, i) => (i === open ? size : one)) : null;
}

/** A whole number, or a polynomial without quotients. */
function isSize(size: Quantity): boolean {
  if (typeof size === 'number') return Number.isInteger(size);
  return size.terms.every(
    ({ coefficient, powers }) => Number.isInteger(coefficient) && powers.every(([, exponent]) => exponent > 0),
  );
}

/** Dimensions `first` to `last` become one. */
export function flattened(input: Shape, first: number, last: number): Shape {
  if (!input || first > last) return null;
  return [...input.slice(0, first), entriesOf(input.slice(first, last + 1)), ...input.slice(last + 1)];
}

/** Shape of an elementwise operation on tensors; `null` where it is not known. */
export function broadcast(shapes: readonly Shape[]): Shape {
  return shapes.reduce<Shape | undefined>((a, b) => (a === undefined ? b : both(a, b)), undefined) ?? null;
}

function both(a: Shape, b: Shape): Shape {
  if (!a || !b) return null;
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
  return longer.map((size, i) => {
    const other = shorter[i - (longer.length - shorter.length)];
    return other !== undefined && equals(size, 1) ? other : size;
  });
}

/** Names of the spatial sizes of an input that is not declared. */
const spatialNames: readonly (readonly string[])[] = [[], ['length'], ['height', 'width'], ['depth', 'height', 'width']];

/**
 * The input of a layer with channels first. Where nothing is known of it, it is a batch with symbols for what nobody said:
 * the layer itself tells its channels and its number of dimensions.
 */
export function channelsFirst(input: Shape, channels: Quantity | null, n: number): Shape {
  return input ?? [symbol('batch'), channels ?? symbol('channels'), ...(spatialNames[n] ?? []).map(symbol)];
}

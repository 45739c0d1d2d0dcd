import type { Affine, Node, Pooling, Shape } from '../network/graph.js';
import { divide, equals, multiply, numberOf, type Quantity } from '../network/quantity.js';

/** Sizes of a feature map along its spatial dimensions; empty where a tensor has none. */
export type Extent = readonly number[];

export function positions(extent: Extent): number {
  let product = 1;
  for (let i = 0; i < extent.length; i++) product *= extent[i]!;
  return product;
}

export const sameExtent = (a: Extent, b: Extent): boolean =>
  a === b || (a.length === b.length && a.every((size, i) => size === b[i]));

/** Number of entries of a tensor; `null` where its shape is not known. */
export const entriesOf = (shape: Shape): Quantity | null =>
  shape ? shape.reduce<Quantity>((product, size) => multiply(product, size), 1) : null;

/**
 * What models of images are built for; only ratios of sizes and the effect of padding depend on it. A transposed convolution without stride and
 * padding makes a map of a single vector, as at the start of generators.
 */
export function assumedExtent(reader: Affine | Pooling): Extent {
  const dimensions = reader.kernel.length;
  if (reader.kind === 'affine' && reader.variant === 'transposed') {
    const taps = reader.kernel.map((_, i) => tapsOf(reader, i, 1));
    if (taps.every(({ kernel, stride, padding }) => kernel > 1 && stride === 1 && padding === 0)) return taps.map(() => 1);
  }
  if (dimensions === 1) return [1024];
  return dimensions === 2 ? [224, 224] : Array(dimensions).fill(32);
}

/** Spatial sizes of a node's own shape, where all of them are numbers. */
export function extentOfShape(node: Node, dimensions: number): Extent | null {
  if (!node.shape || node.shape.length < dimensions + 2) return null;
  const sizes = node.shape.slice(-dimensions).map(numberOf);
  return sizes.every((size): size is number => size !== null) ? sizes : null;
}

export const convolvedExtent = (node: Affine, extent: Extent): Extent => extent.map((size, i) => tapsOf(node, i, size).outputs);

export const pooledExtent = (node: Node & Pooling, extent: Extent): Extent =>
  extent.map((size, i) => windowOf(node, i, size).outputs);

/** Number of positions that enter one output of a pooling. */
export const windowSize = (node: Node & Pooling, extent: Extent): number =>
  extent.reduce((product, size, i) => product * Math.min(size, windowOf(node, i, size).kernel), 1);

/** True where a convolution reads zeros beyond the border. */
export const padsWithZeros = (node: Affine): boolean =>
  node.variant === 'convolution' && node.paddingMode === 'zeros' && node.padding !== 'valid';

/** Whether the border of its output gets less than the middle: from zeros, or because less of a transposed convolution overlaps there. */
export const drainsBorder = (node: Affine): boolean => node.variant === 'transposed' || padsWithZeros(node);

/** Share of a convolution's taps that meet the image, at the border and in its middle. */
export const validShare = (node: Affine, extent: Extent): number => validShares(node, extent).own;

/**
 * The same for one position, and for two different positions, of which both taps must meet the image: zero padding makes the border differ from
 * the middle, also where all else is the same everywhere.
 */
export function validShares(node: Affine, extent: Extent): { readonly own: number; readonly pairs: number } {
  if (!drainsBorder(node) || extent.length === 0) return { own: 1, pairs: 1 };
  let [own, both, count] = [1, 1, 1];
  extent.forEach((size, i) => {
    const taps = tapsOf(node, i, size);
    const along = node.variant === 'transposed' ? overlapAlong(size, taps) : validAlong(size, taps);
    own *= along.own;
    both *= along.both;
    count *= taps.outputs;
  });
  return { own, pairs: count > 1 ? (count * both - own) / (count - 1) : own };
}

/** Geometry of a convolution or pooling along one dimension. */
export interface Taps {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly outputs: number;
}

function validAlong(size: number, taps: Taps): { own: number; both: number } {
  if (taps.padding === 0) return { own: 1, both: 1 };
  let [own, both] = [0, 0];
  for (let tap = 0; tap < taps.kernel; tap++) {
    const { first, last } = outputsOfTap(size, taps, tap);
    const valid = Math.max(0, last - first + 1) / taps.outputs;
    own += valid / taps.kernel;
    both += (valid * valid) / taps.kernel;
  }
  return { own, both };
}

/**
 * The same for a transposed convolution, whose σ_w² counts kernel/stride taps a position, as there are in the middle of its output. Two positions
 * share a tap only if their distance is a multiple of the stride.
 */
function overlapAlong(size: number, taps: Taps): { own: number; both: number } {
  const adjoint = { ...taps, outputs: size };
  let [own, both] = [0, 0];
  for (let tap = 0; tap < taps.kernel; tap++) {
    const { first, last } = outputsOfTap(taps.outputs, adjoint, tap);
    const share = Math.max(0, last - first + 1) / taps.outputs;
    own += share;
    both += share * share;
  }
  return { own: (own * taps.stride) / taps.kernel, both: (both * taps.stride) / taps.kernel };
}

/** Outputs whose tap meets a position of the map: 0 ≤ output·stride − offset < size. */
export function outputsOfTap(size: number, { stride, padding, dilation, outputs }: Taps, tap: number) {
  const offset = padding - tap * dilation;
  const first = Math.max(0, Math.ceil(offset / stride));
  const last = Math.min(outputs - 1, Math.floor((size - 1 + offset) / stride));
  return { first, last, offset };
}

export function tapsOf({ variant, kernel, stride, padding, dilation }: Affine, i: number, size: number): Taps {
  const taps = { kernel: at(kernel, i, 1), stride: at(stride, i, 1), padding: 0, dilation: at(dilation, i, 1), outputs: 0 };
  if (variant === 'transposed') {
    taps.padding = typeof padding === 'string' ? 0 : at(padding, i, 0);
    taps.outputs = Math.max(1, (size - 1) * taps.stride - 2 * taps.padding + taps.dilation * (taps.kernel - 1) + 1);
  } else if (padding === 'same') {
    taps.padding = Math.floor((taps.dilation * (taps.kernel - 1)) / 2);
    taps.outputs = Math.ceil(size / taps.stride);
  } else {
    taps.padding = padding === 'valid' ? 0 : at(padding, i, 0);
    taps.outputs = outputSize(size, taps);
  }
  return taps;
}

/** Geometry along one dimension; where the node's own shape is known it tells how many outputs there are, also with rounding up. */
export function windowOf(node: Node & Pooling, i: number, size: number): Taps {
  const window = declaredWindow(node, i, size);
  if (node.variant.startsWith('global')) return window;
  const dimensions = Math.max(node.kernel.length, node.target?.length ?? 0);
  const outputs = dimensions > 0 && node.shape?.length === dimensions + 2 ? numberOf(node.shape[2 + i]) : null;
  return outputs === null ? window : { ...window, outputs };
}

function declaredWindow(node: Pooling, i: number, size: number): Taps {
  if (node.variant.startsWith('global')) return { kernel: size, stride: size, padding: 0, dilation: 1, outputs: 1 };
  if (node.variant.startsWith('adaptive')) {
    const outputs = numberOf(node.target?.[i]) ?? size;
    const kernel = Math.max(1, Math.ceil(size / outputs));
    return { kernel, stride: Math.max(1, Math.floor(size / outputs)), padding: 0, dilation: 1, outputs };
  }
  const kernel = at(node.kernel, i, 1);
  const window = { kernel, stride: at(node.stride, i, kernel), padding: at(node.padding, i, 0), dilation: 1 };
  return { ...window, outputs: outputSize(size, window) };
}

/** First position and number of positions of each window of a pooling along one dimension; adaptive ones may be of unequal size. */
export function windowsAlong(
  node: Node & Pooling,
  i: number,
  size: number,
): readonly { readonly first: number; readonly count: number }[] {
  const { kernel, stride, padding, outputs } = windowOf(node, i, size);
  const adaptive = node.variant.startsWith('adaptive');
  return Array.from({ length: outputs }, (_, output) => {
    const start = adaptive ? Math.floor((output * size) / outputs) : Math.max(0, output * stride - padding);
    const end = adaptive ? Math.ceil(((output + 1) * size) / outputs) : Math.min(size, output * stride - padding + kernel);
    return { first: start, count: Math.max(1, end - start) };
  });
}

const outputSize = (size: number, { kernel, stride, padding, dilation }: Omit<Taps, 'outputs'>): number =>
  Math.max(1, Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1);

/** Entries of one tensor for each of another, `null` where it is not a number. */
export function entriesRatio(a: Shape, b: Shape): number | null {
  if (!a || !b) return null;
  const known = ratioOfNumbers(a, b);
  if (known !== null) return known;
  const [above, below] = [factorsOf(a), factorsOf(b)];
  if (above.number === 0 || below.number === 0) return below.number === 0 ? null : 0;
  const left = below.symbols.filter((size) => {
    const at = above.symbols.findIndex((other) => other === size || equals(other, size) === true);
    if (at >= 0) above.symbols.splice(at, 1);
    return at < 0;
  });
  if (left.length === 0 && above.symbols.length === 0) return above.number / below.number;
  // A product of sizes that are not known is a number only beside others of them.
  if (left.length === 0 || above.symbols.length === 0) return null;
  return numberOf(divide(entriesOf(a)!, entriesOf(b)!));
}

/** Nearly all shapes are numbers, which need no lists of symbols. */
function ratioOfNumbers(a: readonly Quantity[], b: readonly Quantity[]): number | null {
  let [above, below] = [1, 1];
  for (let i = 0; i < a.length; i++) above *= typeof a[i] === 'number' ? (a[i] as number) : Number.NaN;
  for (let i = 0; i < b.length; i++) below *= typeof b[i] === 'number' ? (b[i] as number) : Number.NaN;
  return below === 0 || Number.isNaN(above / below) ? null : above / below;
}

/** The sizes that are not known, apart from the product of the others. */
function factorsOf(shape: readonly Quantity[]): { number: number; symbols: Quantity[] } {
  let number = 1;
  const symbols: Quantity[] = [];
  for (const size of shape)
    if (typeof size === 'number') number *= size;
    else symbols.push(size);
  return { number, symbols };
}

const at = (sizes: readonly Quantity[], i: number, fallback: number): number => numberOf(sizes[i] ?? sizes[0]) ?? fallback;

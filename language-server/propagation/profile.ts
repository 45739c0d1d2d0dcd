import type { Affine, Node, Pooling } from '../network/graph.js';
import { type Extent, outputsOfTap, type Taps, tapsOf, windowOf, windowsAlong } from './extent.js';

/**
 * How squared signals or gradients are spread over a feature map: one vector of mean 1 a spatial dimension, their product at a position. Zero
 * padding drains the border, and what is left gathers in the middle, so that later convolutions lose less than the first.
 */
export type Profile = readonly Float64Array[];

export function flat(extent: Extent): Profile {
  const profile: Float64Array[] = [];
  for (const [i, size] of extent.entries())
    profile.push(i > 0 && size === extent[i - 1] ? profile[i - 1]! : new Float64Array(size).fill(1));
  return profile;
}

/** The profile below a convolution, and the share of the total that does not fall on padding. */
export function belowConvolution(node: Affine, extent: Extent, above: Profile): { profile: Profile; share: number } {
  let share = 1;
  const axes: Axis[] = [];
  for (const [i, size] of extent.entries()) {
    const taps = tapsOf(node, i, size);
    const known = axes.find((axis) => axis.above === above[i] && axis.size === size && sameTaps(axis.taps, taps));
    const axis = known ?? { above: above[i], size, taps, ...belowAxis(size, taps, above[i]) };
    axes.push(axis);
    share *= axis.share;
  }
  return { profile: axes.map(({ below }) => below), share: Number.isFinite(share) ? share : 0 };
}

/**
 * The profile behind a convolution that pads with zeros, the share of its taps' input that is not padding, and the product of means at a
 * position and over all: each tap has a mean of its own, and means of the input go as the roots of its second moments.
 */
export function aboveConvolution(
  node: Affine,
  extent: Extent,
  below: Profile,
): { profile: Profile; share: number; means: Profile } {
  let share = 1;
  const axes: AxisAbove[] = [];
  for (const [i, size] of extent.entries()) {
    const taps = tapsOf(node, i, size);
    const known = axes.find((axis) => axis.from === below[i] && axis.size === size && sameTaps(axis.taps, taps));
    const axis = known ?? { from: below[i], size, taps, ...aboveAxis(size, taps, below[i]) };
    axes.push(axis);
    share *= axis.share;
  }
  return {
    profile: axes.map(({ to }) => to),
    share: Number.isFinite(share) ? share : 0,
    means: axes.map(({ means }) => means),
  };
}

interface AxisAbove extends Omit<Axis, 'above' | 'below'> {
  readonly from: Float64Array | undefined;
  readonly to: Float64Array;
  readonly means: Float64Array;
}

function aboveAxis(size: number, taps: Taps, below: Float64Array | undefined): Pick<AxisAbove, 'to' | 'means' | 'share'> {
  const [to, means] = [new Float64Array(taps.outputs), new Float64Array(taps.outputs)];
  const values = below ?? new Float64Array(size).fill(1);
  const roots = rootsOf(values);
  for (let tap = 0; tap < taps.kernel; tap++) {
    const { first, last, offset } = outputsOfTap(size, taps, tap);
    let ownMean = 0;
    for (let output = first; output <= last; output++) {
      const position = output * taps.stride - offset;
      to[output]! += values[position]!;
      ownMean += roots[position]! / taps.outputs;
    }
    for (let output = first; output <= last; output++) means[output]! += ownMean * roots[output * taps.stride - offset]!;
  }
  const share = sum(to) / (taps.kernel * taps.outputs);
  return { to: normalized(to), means: normalized(means), share };
}

/** What is left when each channel's mean, of this share of the second moment, is taken away: where means are small, that adds. */
export function withoutMeans(profile: Profile | null, means: Profile | null, share: number): Profile | null {
  if (!profile || !(share < 1)) return profile;
  const isSame = (i: number) => isRepeated(profile, i) && isRepeated(means, i);
  return alongAxes(profile, isSame, (axis, i) => {
    const product = means?.[i] ?? normalized(rootsOf(axis));
    const values = new Float64Array(axis.length);
    for (let position = 0; position < axis.length; position++)
      values[position] = Math.max(0, axis[position]! - 2 * share * product[position]! + share);
    return normalized(values);
  });
}

/** One vector a dimension; where one comes out as that before it, both are the same vector. */
function alongAxes<T>(
  axes: readonly T[],
  isSame: (i: number) => boolean,
  make: (axis: T, i: number) => Float64Array,
): Float64Array[] {
  const vectors: Float64Array[] = [];
  for (let i = 0; i < axes.length; i++) vectors.push(i > 0 && isSame(i) ? vectors[i - 1]! : make(axes[i]!, i));
  return vectors;
}

/** Whether a dimension has the very vector of the one before it, as those of square maps do: then what is made of it is the same, too. */
const isRepeated = (profile: Profile | null, i: number): boolean => i > 0 && (!profile || profile[i] === profile[i - 1]);

function rootsOf(values: Float64Array): Float64Array {
  const roots = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) roots[i] = Math.sqrt(values[i]!);
  return roots;
}

/** The profile behind a pooling: windows have what their positions have in the mean. */
export function abovePooling(node: Node & Pooling, extent: Extent, below: Profile | null): Profile | null {
  if (!below) return null;
  const isSame = (i: number) => isRepeated(below, i) && sameWindows(node, extent, i);
  return alongAxes(extent, isSame, (size, i) => {
    const windows = windowsAlong(node, i, size);
    const values = new Float64Array(windows.length);
    for (const [output, { first, count }] of windows.entries()) {
      const end = Math.min(size, first + count);
      let total = 0;
      for (let position = first; position < end; position++) total += below[i]?.[position] ?? 1;
      values[output] = total / Math.max(1, end - first);
    }
    return normalized(values);
  });
}

/** Windows along a dimension that are those along the one before it. */
const sameWindows = (node: Node & Pooling, extent: Extent, i: number): boolean =>
  extent[i] === extent[i - 1] && sameTaps(windowOf(node, i, extent[i]!), windowOf(node, i - 1, extent[i - 1]!));

/** One dimension of a map; most maps are square, and kernels too, so that the next dimension can share the vector. */
interface Axis {
  readonly above: Float64Array | undefined;
  readonly size: number;
  readonly taps: Taps;
  readonly below: Float64Array;
  readonly share: number;
}

const sameTaps = (a: Taps, b: Taps): boolean =>
  a.kernel === b.kernel &&
  a.stride === b.stride &&
  a.padding === b.padding &&
  a.dilation === b.dilation &&
  a.outputs === b.outputs;

function belowAxis(size: number, taps: Taps, above: Float64Array | undefined): Pick<Axis, 'below' | 'share'> {
  const below = new Float64Array(size);
  const weights = above ?? new Float64Array(taps.outputs).fill(1);
  for (let tap = 0; tap < taps.kernel; tap++) {
    const { first, last, offset } = outputsOfTap(size, taps, tap);
    for (let output = first; output <= last; output++) below[output * taps.stride - offset]! += weights[output] ?? 0;
  }
  const share = sum(below) / (taps.kernel * sum(weights));
  return { below: normalized(below), share };
}

/** The profile below a pooling: each position gets what the windows over it have. */
export function belowPooling(node: Node & Pooling, extent: Extent, above: Profile): Profile {
  const isSame = (i: number) => isRepeated(above, i) && sameWindows(node, extent, i);
  return alongAxes(extent, isSame, (size, i) => {
    const values = new Float64Array(size);
    for (const [output, { first, count }] of windowsAlong(node, i, size).entries()) {
      const weight = above[i]?.[output] ?? 1;
      for (let position = first; position < Math.min(size, first + count); position++) values[position]! += weight;
    }
    return normalized(values);
  });
}

/** Weighted mean of two profiles of the same map. */
export function mixed(a: Profile | null, b: Profile | null, shareOfB: number): Profile | null {
  if (!a || !b || a.length !== b.length) return a ?? b;
  const isSame = (i: number) => isRepeated(a, i) && isRepeated(b, i);
  return alongAxes(a, isSame, (axis, i) => {
    const other = b[i]!;
    const values = new Float64Array(axis.length);
    for (let position = 0; position < axis.length; position++)
      values[position] = (1 - shareOfB) * axis[position]! + shareOfB * (other[position] ?? 1);
    return values;
  });
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

/** Mean of the profiles of maps of one size, by their shares of what is added. */
export function mixedBy(extent: Extent, profiles: readonly (Profile | null)[], shares: readonly number[]): Profile | null {
  if (profiles.every((profile) => profile === profiles[0])) return profiles[0] ?? null;
  const total = shares.reduce((all, share) => all + share, 0);
  if (!(total > 0)) return null;
  const isSame = (i: number) => extent[i] === extent[i - 1] && profiles.every((profile) => isRepeated(profile, i));
  return alongAxes(extent, isSame, (size, i) => {
    const mean = new Float64Array(size);
    profiles.forEach((profile, k) => {
      for (let position = 0; position < size; position++)
        mean[position]! += (shares[k]! / total) * (profile ? profile[i]![position]! : 1);
    });
    return mean;
  });
}

/** Divides by the mean, in place. */
function normalized(values: Float64Array): Float64Array {
  const mean = sum(values) / values.length;
  if (!(mean > 0)) return values.fill(1);
  for (let i = 0; i < values.length; i++) values[i]! /= mean;
  return values;
}

import { LruMap } from '../meanfield/lru-map.js';
import type { Affine, Node, Pooling } from '../network/graph.js';
import { type Extent, outputsOfTap, type Taps, tapsOf, windowOf, windowsAlong } from './extent.js';

/**
 * How squared signals or gradients are spread over a feature map: one vector of mean 1 a spatial dimension, their product at a position. Zero
 * padding drains the border, and what is left gathers in the middle, so that later convolutions lose less than the first.
 */
export type Profile = readonly Float64Array[];

export function flat(extent: Extent): Profile {
  const profile: Float64Array[] = [];
  for (const [i, size] of extent.entries()) profile.push(i > 0 && size === extent[i - 1] ? profile[i - 1]! : flatVector(size));
  return profile;
}

/** The same vector for all who hold one, so that what is made of it is found again. */
function flatVector(size: number): Float64Array {
  const known = flatVectors.get(size)?.deref();
  if (known) return known;
  const vector = new Float64Array(size).fill(1);
  flatVectors.set(size, new WeakRef(vector));
  return vector;
}

const flatVectors = new LruMap<number, WeakRef<Float64Array>>(64);

/** The profile below a convolution, and the share of the total that does not fall on padding. */
export function belowConvolution(node: Affine, extent: Extent, above: Profile): { profile: Profile; share: number } {
  let share = 1;
  const axes: Axis[] = [];
  for (let i = 0; i < extent.length; i++) {
    const axis = axisOf(axes[i - 1], node, i, extent[i]!, above[i], node.variant === 'transposed' ? belowTransposed : belowAxis);
    axes.push(axis);
    share *= axis.share;
  }
  return { profile: axes.map(({ to }) => to), share: Number.isFinite(share) ? share : 0 };
}

/**
 * The profile behind a convolution that pads with zeros or is transposed, the share of its taps' input that is not padding, and the product of means at a
 * position and over all: each tap has a mean of its own, and means of the input go as the roots of its second moments.
 */
export function aboveConvolution(
  node: Affine,
  extent: Extent,
  below: Profile,
): { profile: Profile; share: number; means: () => Profile } {
  let share = 1;
  const axes: Axis[] = [];
  for (let i = 0; i < extent.length; i++) {
    const axis = axisOf(axes[i - 1], node, i, extent[i]!, below[i], node.variant === 'transposed' ? aboveTransposed : aboveAxis);
    axes.push(axis);
    share *= axis.share;
  }
  return {
    profile: axes.map(({ to }) => to),
    share: Number.isFinite(share) ? share : 0,
    means: () => meansAbove(axes, node.variant === 'transposed'),
  };
}

/** Most maps are square, and kernels too, so that a dimension can share the vector of the one before it. */
function axisOf(
  before: Axis | undefined,
  node: Affine,
  i: number,
  size: number,
  from: Float64Array | undefined,
  make: (size: number, taps: Taps, from: Float64Array | undefined) => AxisMade,
): Axis {
  const taps = tapsOf(node, i, size);
  if (before && before.from === from && before.size === size && sameTaps(before.taps, taps)) return before;
  const { to, share } = make(size, taps, from);
  return { from, size, taps, to, share };
}

/** Layers of one shape make the same of the same vector, forwards and, where the kernel lies in the middle, also backwards. */
function aboveAxis(size: number, taps: Taps, below: Float64Array | undefined): AxisMade {
  const values = below ?? flatVector(size);
  const known = made.get(values);
  if (known && sameTaps(known.taps, taps)) return known;
  const axis = convolvedAxis(size, taps, values);
  made.set(values, axis);
  return axis;
}

type AxisMade = Pick<Axis, 'taps' | 'to' | 'share'>;

const made = new WeakMap<Float64Array, AxisMade>();

function convolvedAxis(size: number, taps: Taps, values: Float64Array): AxisMade {
  const { kernel, stride, outputs } = taps;
  const to = new Float64Array(outputs);
  for (let tap = 0; tap < kernel; tap++) {
    const { first, last, offset } = outputsOfTap(size, taps, tap);
    for (let output = first, at = first * stride - offset; output <= last; output++, at += stride) to[output]! += values[at]!;
  }
  const total = sum(to);
  return { taps, to: normalized(to, total), share: total / (kernel * outputs) };
}

function meansAbove(axes: readonly Axis[], transposed: boolean): Profile {
  return alongAxes(
    axes,
    (i) => axes[i] === axes[i - 1],
    ({ size, taps, from }) => {
      const roots = rootsOf(from ?? new Float64Array(size).fill(1));
      const means = new Float64Array(taps.outputs);
      for (let tap = 0; tap < taps.kernel; tap++) {
        const { first, last, offset } = transposed
          ? outputsOfTap(taps.outputs, adjoint(size, taps), tap)
          : outputsOfTap(size, taps, tap);
        const output = (at: number) => (transposed ? at * taps.stride - offset : at);
        const input = (at: number) => (transposed ? at : at * taps.stride - offset);
        let ownMean = 0;
        for (let at = first; at <= last; at++) ownMean += roots[input(at)]! / taps.outputs;
        for (let at = first; at <= last; at++) means[output(at)]! += ownMean * roots[input(at)]!;
      }
      return normalized(means);
    },
  );
}

/** What is left when each channel's mean, of this share of the second moment, is taken away: where means are small, that adds. */
export function withoutMeans(profile: Profile | null, meansOf: (() => Profile) | null, share: number): Profile | null {
  if (!profile || !(share < 1)) return profile;
  const means = meansOf?.() ?? null;
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

/** What a convolution makes of one dimension of a map. */
interface Axis {
  readonly from: Float64Array | undefined;
  readonly size: number;
  readonly taps: Taps;
  readonly to: Float64Array;
  readonly share: number;
}

const sameTaps = (a: Taps, b: Taps): boolean =>
  a.kernel === b.kernel &&
  a.stride === b.stride &&
  a.padding === b.padding &&
  a.dilation === b.dilation &&
  a.outputs === b.outputs;

function belowAxis(size: number, taps: Taps, above: Float64Array | undefined): AxisMade {
  const { kernel, stride, outputs } = taps;
  if (stride === 1 && outputs === size && 2 * taps.padding === taps.dilation * (kernel - 1)) return aboveAxis(size, taps, above);
  const to = new Float64Array(size);
  const weights = above ?? new Float64Array(outputs).fill(1);
  for (let tap = 0; tap < kernel; tap++) {
    const { first, last, offset } = outputsOfTap(size, taps, tap);
    const end = Math.min(last, weights.length - 1);
    for (let output = first, at = first * stride - offset; output <= end; output++, at += stride) to[at]! += weights[output]!;
  }
  const total = sum(to);
  return { taps, to: normalized(to, total), share: total / (kernel * sum(weights)) };
}

/** The convolution whose gradients a transposed one computes: it leads from the larger map to the smaller one. */
const adjoint = (size: number, taps: Taps): Taps => ({ ...taps, outputs: size });

/** Of the kernel/stride taps that σ_w² counts at each position of the larger map. */
const overlap = (size: number, { stride, outputs }: Taps): number => (size * stride) / outputs;

function aboveTransposed(size: number, taps: Taps, below: Float64Array | undefined): AxisMade {
  const { to, share } = belowAxis(taps.outputs, adjoint(size, taps), below);
  return { taps, to, share: share * overlap(size, taps) };
}

function belowTransposed(size: number, taps: Taps, above: Float64Array | undefined): AxisMade {
  const { to, share } = aboveAxis(taps.outputs, adjoint(size, taps), above);
  return { taps, to, share: share * overlap(size, taps) };
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
function normalized(values: Float64Array, total = sum(values)): Float64Array {
  const mean = total / values.length;
  if (!(mean > 0)) return values.fill(1);
  for (let i = 0; i < values.length; i++) values[i]! /= mean;
  return values;
}

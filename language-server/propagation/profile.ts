import type { Affine, Node, Pooling } from '../network/graph.js';
import { type Extent, outputsOfTap, type Taps, tapsOf, windowsAlong } from './extent.js';

/**
 * How squared gradients are spread over a feature map: one vector of mean 1 a spatial dimension, their product at a position. Zero padding
 * drains the border, and what is left gathers in the middle, so that later convolutions lose less than the first.
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
  return extent.map((size, i) => {
    const below = new Float64Array(size);
    windowsAlong(node, i, size).forEach(({ first, count }, output) => {
      const weight = above[i]?.[output] ?? 1;
      for (let position = first; position < Math.min(size, first + count); position++) below[position]! += weight;
    });
    return normalized(below);
  });
}

/** Weighted mean of two profiles of the same map. */
export function mixed(a: Profile | null, b: Profile | null, shareOfB: number): Profile | null {
  if (!a || !b || a.length !== b.length) return a ?? b;
  return a.map((axis, i) => axis.map((value, position) => (1 - shareOfB) * value + shareOfB * (b[i]![position] ?? 1)));
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

/** Divides by the mean, in place. */
function normalized(values: Float64Array): Float64Array {
  const mean = sum(values) / values.length;
  if (!(mean > 0)) return values.fill(1);
  for (let i = 0; i < values.length; i++) values[i]! /= mean;
  return values;
}

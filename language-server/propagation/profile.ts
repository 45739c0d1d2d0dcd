import type { Affine, Node, Pooling } from '../network/graph.js';
import { type Extent, outputsOfTap, tapsOf, windowsAlong } from './extent.js';

/**
 * How squared gradients are spread over a feature map: one vector of mean 1 a spatial dimension, their product at a position. Zero padding
 * drains the border, and what is left gathers in the middle, so that later convolutions lose less than the first.
 */
export type Profile = readonly Float64Array[];

export const flat = (extent: Extent): Profile => extent.map((size) => new Float64Array(size).fill(1));

/** The profile below a convolution, and the share of the total that does not fall on padding. */
export function belowConvolution(node: Affine, extent: Extent, above: Profile): { profile: Profile; share: number } {
  let share = 1;
  const profile = extent.map((size, i) => {
    const taps = tapsOf(node, i, size);
    const below = new Float64Array(size);
    const weights = above[i] ?? new Float64Array(taps.outputs).fill(1);
    for (let tap = 0; tap < taps.kernel; tap++) {
      const { first, last, offset } = outputsOfTap(size, taps, tap);
      for (let output = first; output <= last; output++) below[output * taps.stride - offset]! += weights[output] ?? 0;
    }
    share *= sum(below) / (taps.kernel * sum(weights));
    return normalized(below);
  });
  return { profile, share: Number.isFinite(share) ? share : 0 };
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

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

function normalized(values: Float64Array): Float64Array {
  const mean = sum(values) / values.length;
  return mean > 0 ? values.map((value) => value / mean) : values.fill(1);
}

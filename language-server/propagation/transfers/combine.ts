import { clampCorrelation, identityGain, type Signal, type Transferred } from '../signal.js';

/**
 * Σ a_i x_i. Branches that end in different weights are independent, so that only their means meet; one tensor added to itself adds in
 * phase. Yang & Schoenholz 2017, arXiv:1712.08969, §3.
 */
export function addUp(coefficients: readonly number[], inputs: readonly Signal[], ids: readonly number[]): Transferred {
  const merged = new Map<number, { signal: Signal; weight: number }>();
  inputs.forEach((signal, i) => {
    const known = merged.get(ids[i]!);
    merged.set(ids[i]!, { signal, weight: (known?.weight ?? 0) + (coefficients[i] ?? 1) });
  });
  const parts = [...merged.values()].filter(({ weight, signal }) => weight !== 0 && signal.logQ > Number.NEGATIVE_INFINITY);
  const gains = inputs.map((_, i) => {
    const factor = coefficients[i] ?? 1;
    return { ...identityGain, logSame: 2 * Math.log(Math.abs(factor)) };
  });
  const first = inputs[0]!;
  if (parts.length === 0) return { signal: { ...first, logQ: Number.NEGATIVE_INFINITY }, gains };
  // Relative to the largest part, so that no depth overflows.
  const top = Math.max(...parts.map(({ signal, weight }) => signal.logQ + 2 * Math.log(Math.abs(weight))));
  let q = 0;
  let c = 0;
  let cSpatial = 0;
  let mean = 0;
  let squaredMeans = 0;
  for (const { signal, weight } of parts) {
    const share = Math.exp(signal.logQ + 2 * Math.log(Math.abs(weight)) - top);
    const own = Math.sign(weight) * signal.mean * Math.sqrt(share);
    q += share;
    c += share * signal.c;
    cSpatial += share * signal.cSpatial;
    mean += own;
    squaredMeans += own * own;
  }
  const meeting = mean * mean - squaredMeans;
  const total = Math.max(q + meeting, Number.MIN_VALUE);
  const spatial = parts.map(({ signal }) => signal.spatial).find((sizes) => sizes !== null && sizes.length > 0) ?? first.spatial;
  return {
    signal: {
      logQ: top + Math.log(total),
      c: clampCorrelation((c + meeting) / total),
      cSpatial: clampCorrelation((cSpatial + meeting) / total),
      mean: mean / Math.sqrt(total),
      spatial,
    },
    gains,
  };
}

/** x ⊙ y of independent signals: second moments, covariances and means multiply. */
export function multiplyTogether(inputs: readonly Signal[], ids: readonly number[]): Transferred | string {
  const [a, b] = inputs;
  if (!a || !b || inputs.length !== 2) return 'a product of more than two tensors is not followed';
  if (ids[0] === ids[1]) return 'the square of a tensor is not followed';
  return {
    signal: {
      logQ: a.logQ + b.logQ,
      c: a.c * b.c,
      cSpatial: a.cSpatial * b.cSpatial,
      mean: a.mean * b.mean,
      spatial: larger(a, b),
    },
    gains: [
      { logSame: b.logQ, cross: b.cSpatial, shared: 0 },
      { logSame: a.logQ, cross: a.cSpatial, shared: 0 },
    ],
  };
}

/** A gate of one position a channel is spread over the map that it multiplies. */
function larger(a: Signal, b: Signal): Signal['spatial'] {
  const count = (signal: Signal) => (signal.spatial ?? []).reduce((x, y) => x * y, 1);
  return count(a) >= count(b) ? a.spatial : b.spatial;
}

/** Concatenation: the next layer sees the average over all channels. Weights are channel counts. */
export function concatenate(inputs: readonly Signal[], weights: readonly number[]): Transferred {
  const total = weights.reduce((a, b) => a + b, 0);
  const top = Math.max(...inputs.map(({ logQ }) => logQ));
  const first = inputs[0]!;
  const gains = inputs.map(() => identityGain);
  if (top === Number.NEGATIVE_INFINITY) return { signal: first, gains };
  let q = 0;
  let c = 0;
  let cSpatial = 0;
  let mean = 0;
  inputs.forEach((signal, i) => {
    const share = (weights[i]! / total) * Math.exp(signal.logQ - top);
    q += share;
    c += share * signal.c;
    cSpatial += share * signal.cSpatial;
    mean += (weights[i]! / total) * signal.mean * Math.exp((signal.logQ - top) / 2);
  });
  return {
    signal: { logQ: top + Math.log(q), c: c / q, cSpatial: cSpatial / q, mean: mean / Math.sqrt(q), spatial: first.spatial },
    gains,
  };
}

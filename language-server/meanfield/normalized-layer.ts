import type { Activation } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { pairMoments } from './pair-moments.js';
import { checkVariances, type Variances } from './variances.js';

/** A layer whose length a normalization over features fixes. */
export interface NormalizedLayer {
  /** Second moment of the pre-activations, the same after every layer. */
  readonly q: number;
  readonly chi1: number;
  /** c ↦ c′, the correlation map. */
  readonly cMap: (c: number) => number;
  /** d𝒞/dc */
  readonly cMapSlope: (c: number) => number;
}

/**
 * h ← W φ(Norm(h)) + b: pre-activations are normalized before φ, by LayerNorm or RMSNorm alike, because they have no mean.
 * χ₁ = σ_w² D(1)/(σ_w² V(1) + σ_b²), without biases D(1)/V(1) whatever σ_w.
 *
 * @throws RangeError for wrong variances, or both of them 0
 */
export function normBeforeActivation(phi: Activation, variances: Variances): NormalizedLayer {
  const { sigmaW2, sigmaB2 } = checked(variances);
  const { second, slopeSecond } = gaussianMoments(phi, 1);
  const q = sigmaW2 * second + sigmaB2;
  return {
    q,
    chi1: (sigmaW2 * slopeSecond) / q,
    cMap: (c) => (sigmaW2 * pairMoments(phi, 1, 1, c).value + sigmaB2) / q,
    cMapSlope: (c) => (sigmaW2 * pairMoments(phi, 1, 1, c).slope) / q,
  };
}

/**
 * h ← W Norm(φ(h)) + b: LayerNorm takes the features' mean away, RMSNorm leaves it. For ReLU that is the difference between χ₁ = 1.467,
 * chaotic for every σ_w, and 1.
 *
 * @throws RangeError for wrong variances, both of them 0, or features that do not vary
 */
export function normAfterActivation(phi: Activation, variances: Variances, norm: 'layer' | 'rms'): NormalizedLayer {
  const { sigmaW2, sigmaB2 } = checked(variances);
  const q = sigmaW2 + sigmaB2;
  const { mean, second, slopeSecond } = gaussianMoments(phi, q);
  const removed = norm === 'layer' ? mean * mean : 0;
  const spread = second - removed;
  if (!(spread > 0)) throw new RangeError(`features must vary, but their variance is ${spread}`);
  return {
    q,
    chi1: (sigmaW2 * slopeSecond) / spread,
    cMap: (c) => ((sigmaW2 * (pairMoments(phi, q, q, c).value - removed)) / spread + sigmaB2) / q,
    cMapSlope: (c) => (sigmaW2 * pairMoments(phi, q, q, c).slope) / spread,
  };
}

/**
 * Where correlations tend to: 1 unless χ₁ > 1, else the fixed point below, which Newton's method reaches from 0 without overshooting,
 * because the map is convex and rises on [0, 1].
 */
export function normalizedCStar({ chi1, cMap, cMapSlope }: NormalizedLayer): number {
  // ReLU under RMSNorm is critical up to rounding.
  if (chi1 <= 1 + 1e-12) return 1;
  let c = 0;
  for (let step = 0; step < 100; step++) {
    const change = (cMap(c) - c) / (1 - cMapSlope(c));
    if (!(change > 1e-14)) return c;
    c += change;
  }
  return c;
}

function checked(variances: Variances): Variances {
  checkVariances(variances);
  if (variances.sigmaW2 + variances.sigmaB2 === 0) throw new RangeError('sigmaW2 and sigmaB2 must not both be 0');
  return variances;
}

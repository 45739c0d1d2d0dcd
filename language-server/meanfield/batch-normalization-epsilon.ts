import type { Activation } from './activation.js';
import type { Affine } from './batch-normalization.js';
import { shiftedMoments } from './shifted-moments.js';

export type EpsilonFixedPoint =
  /** s: variance of the pre-activations across the batch; rate: growth of squared gradients per layer. */
  | { readonly kind: 'finite'; readonly batchVariance: number; readonly rate: number }
  /** ε outweighs the variance: the signal fades with depth, and squared gradients change by `rate` per layer. */
  | { readonly kind: 'dies'; readonly rate: number };

/**
 * What ε does to a deep stack of Linear → BatchNorm → φ in the limit of large batches: the largest fixed point of
 * s = σ_w² Var φ(γ √(s/(s+ε)) z + β), and λ = σ_w² γ² E φ′²/(s + ε) there. Yang et al. 2019, arXiv:1902.08129.
 *
 * @param sigmaW2 σ_w² > 0; without ε it would not matter
 * @throws RangeError for σ_w² ≤ 0, ε ≤ 0 or a non-finite argument
 */
export function epsilonFixedPoint(
  phi: Activation,
  sigmaW2: number,
  epsilon: number,
  { gamma = 1, beta = 0 }: Affine = {},
): EpsilonFixedPoint {
  if (!(sigmaW2 > 0 && Number.isFinite(sigmaW2))) throw new RangeError(`sigmaW2 must be a positive number, not ${sigmaW2}`);
  if (!(epsilon > 0 && Number.isFinite(epsilon))) throw new RangeError(`epsilon must be a positive number, not ${epsilon}`);
  const at = (s: number) => shiftedMoments(phi, gamma * Math.sqrt(s / (s + epsilon)), beta);
  const rate = (s: number) => (sigmaW2 * gamma * gamma * at(s).slopeSecond) / (s + epsilon);
  const ratio = (s: number) => (sigmaW2 * at(s).variance) / s;
  const s = largestFixedPoint(ratio, sigmaW2 * shiftedMoments(phi, gamma, beta).variance, 1e-12 * epsilon);
  return s === null ? { kind: 'dies', rate: rate(1e-12 * epsilon) } : { kind: 'finite', batchVariance: s, rate: rate(s) };
}

/** The largest s with ratio(s) = 1 below `high`, where the ratio is at most 1; `null` if there is none above `smallest`. */
function largestFixedPoint(ratio: (s: number) => number, high: number, smallest: number): number | null {
  let above = high;
  let below = high;
  while (ratio(below) < 1) {
    above = below;
    below /= 2;
    if (!(below > smallest)) return null;
  }
  for (let step = 0; step < 100 && above - below > 4e-16 * above; step++) {
    const middle = (above + below) / 2;
    if (ratio(middle) < 1) above = middle;
    else below = middle;
  }
  return (above + below) / 2;
}

import type { Activation } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { slopeMoments } from './slope-moments.js';

/** The critical point of a deep orthogonal network that keeps its Jacobian's spectrum narrow. */
export type IsometricSchedule =
  | { readonly kind: 'finite'; readonly q: number; readonly sigmaW2: number; readonly sigmaB2: number }
  /** σ²_rel does not fall to the target at any q: ReLU's slopes do not depend on q. */
  | { readonly kind: 'unreachable'; readonly smallest: number };

/**
 * The length q* at which L layers of orthogonal weights have σ²_rel = L (μ₂/μ₁² − 1) equal to a target, with (σ_w², σ_b²) on the critical
 * line there: σ_w² = 1/μ₁, σ_b² = q − σ_w² E φ². Pennington, Schoenholz, Ganguli 2017, arXiv:1711.04735.
 *
 * @param relativeVariance target σ²_rel > 0
 * @param depth number of layers L ≥ 1
 * @throws RangeError for a wrong target or depth
 */
export function isometricSchedule(phi: Activation, depth: number, relativeVariance: number): IsometricSchedule {
  if (!(depth >= 1 && Number.isFinite(depth))) throw new RangeError(`depth must be at least 1, not ${depth}`);
  if (!(relativeVariance > 0 && Number.isFinite(relativeVariance)))
    throw new RangeError(`relativeVariance must be a positive number, not ${relativeVariance}`);
  const excess = (logQ: number) => {
    const { mu1, mu2 } = slopeMoments(phi, Math.exp(logQ));
    return depth * (mu2 / (mu1 * mu1) - 1) - relativeVariance;
  };
  let [low, high] = [Math.log(1e-8), Math.log(1e4)];
  if (excess(low) > 0) return { kind: 'unreachable', smallest: excess(low) + relativeVariance };
  // The smallest root is wanted: it is where the spectrum first becomes as broad as the target.
  const step = Math.log(10) / 4;
  for (let at = low + step; at < high; at += step) if (excess(at) > 0) high = at;
  for (let i = 0; i < 80 && high - low > 1e-14; i++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) high = middle;
    else low = middle;
  }
  const q = Math.exp((low + high) / 2);
  const sigmaW2 = 1 / slopeMoments(phi, q).mu1;
  return { kind: 'finite', q, sigmaW2, sigmaB2: q - sigmaW2 * gaussianMoments(phi, q).second };
}

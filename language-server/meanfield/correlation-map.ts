import type { Activation } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { qMap } from './length-map.js';
import { pairDifference, pairMoments } from './pair-moments.js';
import type { Variances } from './variances.js';

/**
 * Correlation map 𝒞: c ↦ (σ_w² K(q, q, c) + σ_b²)/𝒱(q) for two inputs of equal length q. Poole et al. 2016, arXiv:1606.05340, eq. 5.
 * Dropout masks are drawn independently for both inputs, so only 𝒱 sees the keep probability.
 *
 * @param c correlation in [−1, 1]
 * @throws RangeError for c outside [−1, 1] or a wrong q
 */
export const cMap = (c: number, q: number, phi: Activation, variances: Variances): number =>
  (variances.sigmaW2 * pairMoments(phi, q, q, c).value + variances.sigmaB2) / qMap(q, phi, variances);

/** d𝒞/dc = σ_w² K′(q, q, c) q/𝒱(q); at a fixed point of the length map it is χ_c, and χ₁ at c = 1. */
export const cMapSlope = (c: number, q: number, phi: Activation, variances: Variances): number =>
  (variances.sigmaW2 * pairMoments(phi, q, q, c).slope * q) / qMap(q, phi, variances);

/**
 * The same map for the gap 1 − c, exact also for gap = 10⁻¹⁰: σ_w²[(1/ρ − 1) V + ½E(φ(u) − φ(v))²]/𝒱(q).
 *
 * @param gap 1 − c in [0, 2]
 */
export function gapMap(gap: number, q: number, phi: Activation, variances: Variances): number {
  const { sigmaW2, keep = 1 } = variances;
  const noise = keep === 1 ? 0 : (1 / keep - 1) * gaussianMoments(phi, q).second;
  return (sigmaW2 * (noise + pairDifference(phi, q, gap))) / qMap(q, phi, variances);
}

import type { Activation } from './activation.js';
import { criticalAtLength } from './critical-line.js';
import { gaussianMoments } from './gaussian-moments.js';
import { normalDensity } from './special-functions.js';

/**
 * How correlations approach 1 on the critical line, where no exponential rate is left: 1 − c ≈ prefactor / l^power after l layers.
 * Kinked φ: power 2; smooth φ: power 1. Hayou, Doucet, Rousseau 2019, arXiv:1902.06853, propositions 2 and 3.
 *
 * @param q a length q* > 0 on the critical line
 * @throws RangeError for q ≤ 0
 */
export function criticalRate(phi: Activation, q: number): { power: 1 | 2; prefactor: number } {
  if (!(q > 0 && Number.isFinite(q))) throw new RangeError(`q must be a finite number > 0, not ${q}`);
  const { sigmaW2 } = criticalAtLength(phi, q);
  const kinks = phi.kinks.reduce((sum, { at, jump }) => sum + (jump * jump * normalDensity(at / Math.sqrt(q))) / Math.sqrt(q), 0);
  if (kinks > 0) {
    // ε′ = ε − k ε^{3/2} with K′ ≈ D − √(qε/π) Σ J² p_q(k) in the variable E(u − v)²/2 = qε.
    const k = (2 / 3) * sigmaW2 * Math.sqrt(q / Math.PI) * kinks;
    return { power: 2, prefactor: 4 / (k * k) };
  }
  return { power: 1, prefactor: 2 / (q * sigmaW2 * gaussianMoments(phi, q).curvatureSecond) };
}

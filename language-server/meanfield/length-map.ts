import type { Activation } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import type { Variances } from './variances.js';

/**
 * Length map 𝒱: q ↦ (σ_w²/ρ) E[φ(√q z)²] + σ_b², z ~ N(0, 1), ρ the keep probability. Poole et al. 2016, arXiv:1606.05340, eq. 3;
 * with dropout Schoenholz et al. 2017, arXiv:1611.01232, eq. 17.
 *
 * @param q second moment of the pre-activations, q ≥ 0
 * @throws RangeError for a negative or non-finite q
 */
export const qMap = (q: number, phi: Activation, { sigmaW2, sigmaB2, keep = 1 }: Variances): number =>
  (sigmaW2 / keep) * gaussianMoments(phi, q).second + sigmaB2;

/** χ_q = (σ_w²/ρ) dV/dq: how a small change of q is passed on. */
export const qMapSlope = (q: number, phi: Activation, { sigmaW2, keep = 1 }: Variances): number =>
  (sigmaW2 / keep) * gaussianMoments(phi, q).secondSlope;

/**
 * χ₁ = (σ_w²/ρ) E[φ′(√q z)²]: mean squared singular value of one layer's Jacobian; squared gradients change by this factor in each layer.
 * Schoenholz et al. 2017, arXiv:1611.01232, eq. 6.
 */
export const chi1 = (q: number, phi: Activation, { sigmaW2, keep = 1 }: Variances): number =>
  (sigmaW2 / keep) * gaussianMoments(phi, q).slopeSecond;

/** χ₂ = σ_w² E[φ″(√q z)²]: curvature of the correlation map at c = 1 over q. Infinite where φ′ jumps. */
export const chi2 = (q: number, phi: Activation, { sigmaW2 }: Variances): number =>
  sigmaW2 * gaussianMoments(phi, q).curvatureSecond;

import type { Activation } from './activation.js';
import { cMapSlope, gapMap } from './correlation-map.js';
import { gaussianMoments } from './gaussian-moments.js';
import { chi1 } from './length-map.js';
import { checkVariances, type Variances } from './variances.js';

export interface CorrelationFixedPoint {
  readonly cStar: number;
  /** 1 − c*, exact where c* is close to 1. */
  readonly gap: number;
  /** χ_c, the slope of the correlation map at c*. */
  readonly chiC: number;
}

/**
 * Where the correlation of two inputs tends to, at a fixed point q* > 0 of the length map.
 *
 * 𝒞 is convex and non-decreasing on [0, 1] (its Hermite coefficients are squares), so it has at most one fixed point below 1, and without
 * dropout has it if and only if χ₁ > 1. Newton's method from c = 0 then climbs to it without overshooting.
 *
 * @param q the fixed point q* > 0
 * @throws RangeError for a wrong argument
 */
export function cStar(q: number, phi: Activation, variances: Variances): CorrelationFixedPoint {
  checkVariances(variances);
  if (!(q > 0 && Number.isFinite(q))) throw new RangeError(`q must be a finite number > 0, not ${q}`);
  const slopeAtOne = chi1(q, phi, variances);
  if ((variances.keep ?? 1) === 1 && slopeAtOne <= 1) return { cStar: 1, gap: 0, chiC: slopeAtOne };
  if (variances.sigmaB2 === 0 && gaussianMoments(phi, q).mean === 0) return at(1, q, phi, variances);
  return at(climb(q, phi, variances), q, phi, variances);
}

function at(gap: number, q: number, phi: Activation, variances: Variances): CorrelationFixedPoint {
  return { cStar: 1 - gap, gap, chiC: slopeAt(gap, q, phi, variances) };
}

const slopeAt = (gap: number, q: number, phi: Activation, variances: Variances): number => cMapSlope(1 - gap, q, phi, variances);

function climb(q: number, phi: Activation, variances: Variances): number {
  let gap = 1;
  for (let step = 0; step < 100; step++) {
    const excess = gap - gapMap(gap, q, phi, variances);
    const change = excess / (1 - slopeAt(gap, q, phi, variances));
    // Rounding, or a root at c = 0: there is nothing left to climb.
    if (!(change > 0)) return gap;
    gap -= Math.min(change, 0.999 * gap);
    if (change <= 1e-15 + 1e-12 * gap) return gap;
  }
  return gap;
}

import type { Activation } from './activation.js';
import { largeSignalGain } from './activation.js';
import { ByVariances } from './by-variances.js';
import { type CorrelationFixedPoint, cStar } from './correlation-fixed-point.js';
import { depthScale } from './depth-scale.js';
import { type FixedPoint, qStar } from './length-fixed-points.js';
import { chi1, qMapSlope } from './length-map.js';
import { LruMap } from './lru-map.js';
import { type Phase, phaseOf } from './phase.js';
import { checkVariances, type Variances } from './variances.js';

/** What a layer does if it is repeated for ever. Infinite depth scales are `Infinity`. */
export interface RepeatedLayer {
  readonly length: FixedPoint;
  readonly chiQ: number;
  /** At q*; for a diverging length its limit. */
  readonly chi1: number;
  /** `null` where q* is 0 or the length diverges: correlations have no fixed point of their own there. */
  readonly correlation: CorrelationFixedPoint | null;
  readonly xiQ: number;
  /**
   * −1/ln χ_c. At q* = 0 the map of q_ab is linear with slope χ₁, so differences fade with the signal on the scale of χ₁;
   * `null` where the length diverges.
   */
  readonly xiC: number | null;
  readonly xiGrad: number;
  readonly phase: Phase;
}

/**
 * Fixed points, χ's, depth scales and phase of a layer repeated for ever, as reached from the length q₀.
 * Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, arXiv:1611.01232.
 *
 * @param quick the same φ with interpolated integrals, for the first step away from q₀
 * @throws RangeError for a wrong argument
 */
export function repeatedLayer(phi: Activation, variances: Variances, q0 = 1, quick = phi): RepeatedLayer {
  checkVariances(variances);
  const length = qStar(phi, variances, q0, quick);
  switch (length.kind) {
    case 'diverges':
      return diverging(phi, variances, length);
    case 'finite':
    case 'neutral':
      return remembered(phi, variances, length, length.value);
    case 'undecided':
      return settled(phi, variances, length, (length.bounds[0] + length.bounds[1]) / 2);
  }
}

/** Many layers with the same variances reach the same point from lengths of their own. */
function remembered(phi: Activation, variances: Variances, length: FixedPoint, q: number): RepeatedLayer {
  // Straight length maps have closed forms, which are quicker than a look-up.
  if (phi.homogeneous) return settled(phi, variances, length, q);
  let known = cache.get(phi);
  if (!known) {
    known = new ByVariances(1024);
    cache.set(phi, known);
  }
  const reached = known.get(variances, () => new LruMap(64));
  const found = reached.get(q);
  return found?.length.kind === length.kind ? found : reached.set(q, settled(phi, variances, length, q));
}

const cache = new WeakMap<Activation, ByVariances<LruMap<number, RepeatedLayer>>>();

function settled(phi: Activation, variances: Variances, length: FixedPoint, q: number): RepeatedLayer {
  const gradient = chi1(q, phi, variances);
  const chiQ = qMapSlope(q, phi, variances);
  const correlation = q > 0 ? cStar(q, phi, variances) : null;
  return {
    length,
    chiQ,
    chi1: gradient,
    correlation,
    xiQ: depthScale(chiQ),
    xiC: depthScale(correlation ? correlation.chiC : gradient),
    xiGrad: depthScale(gradient),
    phase: phaseOf(gradient),
  };
}

function diverging(phi: Activation, { sigmaW2, keep = 1 }: Variances, length: FixedPoint): RepeatedLayer {
  const limit = (sigmaW2 / keep) * largeSignalGain(phi);
  const finite = Number.isFinite(limit);
  return {
    length,
    chiQ: limit,
    chi1: limit,
    correlation: null,
    xiQ: finite ? depthScale(limit) : 0,
    xiC: null,
    xiGrad: finite ? depthScale(limit) : 0,
    phase: phaseOf(limit),
  };
}

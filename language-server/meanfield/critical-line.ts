import type { Activation } from './activation.js';
import { isDiscontinuous, smallSignalGain } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { LruMap } from './lru-map.js';

/** A point of the line χ₁ = 1. */
export interface CriticalVariances {
  readonly qStar: number;
  readonly sigmaW2: number;
  /** Negative where no bias variance makes this length a fixed point. */
  readonly sigmaB2: number;
  readonly chiQ: number;
  readonly admissible: boolean;
  /** The length returns to q* after a disturbance. */
  readonly attracting: boolean;
}

/**
 * The variances that make q* a fixed point of the length map with χ₁ = 1: σ_w² = 1/D(q*), σ_b² = q* − V(q*)/D(q*).
 * Poole et al. 2016, arXiv:1606.05340; Hayou et al. 2019, arXiv:1902.06853, proposition 1.
 *
 * @throws RangeError for a negative or non-finite length
 */
export function criticalAtLength(phi: Activation, q: number): CriticalVariances {
  const { second, slopeSecond, secondSlope } = gaussianMoments(phi, q);
  const sigmaW2 = 1 / slopeSecond;
  const chiQ = sigmaW2 * secondSlope;
  // For homogeneous φ, V = D q, and rounding must not make σ_b² negative.
  const sigmaB2 = phi.homogeneous ? 0 : q - sigmaW2 * second;
  return { qStar: q, sigmaW2, sigmaB2, chiQ, admissible: sigmaB2 >= 0, attracting: q > 0 ? chiQ < 1 : shrinksNearZero(phi) };
}

/**
 * The critical initialization for a given bias variance: the attracting point of the critical line with that σ_b², the one of smallest q*
 * if there are several.
 *
 * @returns `null` where the line has no attracting point there (softplus everywhere; GELU, SiLU, Mish, Hardswish at small σ_b²)
 * @throws RangeError for a negative or non-finite variance
 */
export function criticalAtBias(phi: Activation, sigmaB2: number): CriticalVariances | null {
  if (!(sigmaB2 >= 0 && Number.isFinite(sigmaB2))) throw new RangeError(`sigmaB2 must be a finite number ≥ 0, not ${sigmaB2}`);
  if (isDiscontinuous(phi)) return null;
  if (phi.homogeneous) return sigmaB2 === 0 ? { ...criticalAtLength(phi, 1), attracting: true } : null;
  let known = cache.get(phi);
  if (!known) {
    known = new LruMap(256);
    cache.set(phi, known);
  }
  const found = known.get(sigmaB2) ?? known.set(sigmaB2, { point: search(phi, sigmaB2) });
  return found.point;
}

/**
 * The half-stable point χ₁ = χ_q = 1 of activations whose small fixed points repel (GELU, SiLU, Mish, Hardswish).
 * Roberts, Yaida, Hanin 2021, arXiv:2106.10165, section 5.3.4.
 */
export function halfStablePoint(phi: Activation): CriticalVariances | null {
  if (phi.homogeneous) return null;
  const repulsion = (q: number) => criticalAtLength(phi, q).chiQ - 1;
  for (let i = 1; i < lengths.length; i++) {
    const low = lengths[i - 1]!;
    const high = lengths[i]!;
    if (repulsion(low) > 1e-9 && repulsion(high) < 0) return criticalAtLength(phi, bisect(repulsion, low, high));
  }
  return null;
}

const cache = new WeakMap<Activation, LruMap<number, { point: CriticalVariances | null }>>();

const lengths = Float64Array.from({ length: 111 }, (_, i) => 1e-5 * 10 ** (i / 10));

function search(phi: Activation, sigmaB2: number): CriticalVariances | null {
  if (sigmaB2 === 0 && phi.phi(0) === 0 && smallSignalGain(phi) > 0 && shrinksNearZero(phi)) return criticalAtLength(phi, 0);
  const excess = (q: number) => criticalAtLength(phi, q).sigmaB2 - sigmaB2;
  for (let i = 1; i < lengths.length; i++) {
    const low = lengths[i - 1]!;
    const high = lengths[i]!;
    // σ_b² rises through the wanted value where the point attracts (dσ_b²/dq has the sign of 1 − χ_q along smooth lines); both are tested.
    if (excess(low) > 0 === excess(high) > 0) continue;
    const point = criticalAtLength(phi, bisect(excess, low, high));
    if (point.attracting) return { ...point, sigmaB2, admissible: true };
  }
  return null;
}

/** At q* = 0 both χ₁ and χ_q are 1; the next term decides whether small lengths shrink back. */
function shrinksNearZero(phi: Activation): boolean {
  const { second, slopeSecond } = gaussianMoments(phi, 1e-4);
  return second / 1e-4 < smallSignalGain(phi) && slopeSecond > 0;
}

function bisect(f: (q: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  const rising = f(high) > 0;
  while (high - low > 1e-15 * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (f(middle) > 0 === rising) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

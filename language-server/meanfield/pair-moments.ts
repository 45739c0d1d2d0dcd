import type { Activation, PairMoments } from './activation.js';
import { isDiscontinuous } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { hermiteExpansion, hermiteKernel } from './hermite-kernel.js';
import { LruMap } from './lru-map.js';
import { nestedOverlap, type Overlap } from './nested-quadrature.js';
import { isPiecewiseLinear, piecewiseLinearKernel } from './piecewise-linear-kernel.js';

/**
 * K = E[φ(u) φ(v)] and K′ = E[φ′(u) φ′(v)] = ∂K/∂r over a Gaussian pair with variances q₁, q₂ and covariance r = c √(q₁ q₂).
 * Daniely et al. 2016, arXiv:1602.05897 (dual activations); K′ by Price's theorem.
 *
 * Closed forms where they are known, one-dimensional integrals for piecewise linear φ, nested quadrature otherwise; relative error
 * below 1e-9.
 *
 * @param c correlation in [−1, 1]; values beyond by rounding are clamped
 * @param draft relative error 10⁻⁴ where a nested quadrature would be needed, ten to a hundred times as fast
 * @throws RangeError for a negative or non-finite variance, or |c| > 1
 */
export function pairMoments(phi: Activation, q1: number, q2: number, c: number, draft = false): PairMoments {
  if (!(q1 >= 0 && Number.isFinite(q1))) throw new RangeError(`q1 must be a finite number ≥ 0, not ${q1}`);
  if (!(q2 >= 0 && Number.isFinite(q2))) throw new RangeError(`q2 must be a finite number ≥ 0, not ${q2}`);
  if (!(Math.abs(c) <= 1 + 1e-9)) throw new RangeError(`c must lie in [−1, 1], not ${c}`);
  const clamped = Math.max(-1, Math.min(1, c));
  if (q1 === 0 || q2 === 0) return degenerate(phi, q1, q2);
  if (phi.kernel) return phi.kernel(q1, q2, clamped);
  if (clamped === 1 && q1 === q2) return identical(phi, q1);
  const expansion = draft && q1 === q2 ? hermiteExpansion(phi, q1) : null;
  if (expansion) return hermiteKernel(expansion, clamped);
  return remember(phi, `${q1} ${q2} ${clamped}${draft ? ' draft' : ''}`, () => integrate(phi, q1, q2, clamped, draft));
}

/**
 * V − K = ½E[(φ(u) − φ(v))²] at equal variance q and 1 − c = gap, with full relative accuracy also for gap = 10⁻¹⁰, where the
 * difference of V and K has none left.
 *
 * @throws RangeError for a negative or non-finite q, or a gap outside [0, 2]
 */
export function pairDifference(phi: Activation, q: number, gap: number): number {
  if (!(q >= 0 && Number.isFinite(q))) throw new RangeError(`q must be a finite number ≥ 0, not ${q}`);
  if (!(gap >= 0 && gap <= 2)) throw new RangeError(`gap must lie in [0, 2], not ${gap}`);
  if (q === 0 || gap === 0) return 0;
  if (phi.difference) return phi.difference(q, gap);
  if (gap > 0.05 && (phi.kernel || isPiecewiseLinear(phi)))
    return gaussianMoments(phi, q).second - pairMoments(phi, q, q, 1 - gap).value;
  return remember(phi, `${q} gap ${gap}`, () => nestedOverlap(phi, q, q, gap)).difference;
}

const integrate = (phi: Activation, q1: number, q2: number, c: number, draft: boolean): Overlap => {
  if (isPiecewiseLinear(phi)) return { ...piecewiseLinearKernel(phi, q1, q2, c), difference: Number.NaN };
  return nestedOverlap(phi, q1, q2, 1 - c, draft);
};

/** One input is 0 for all draws. */
function degenerate(phi: Activation, q1: number, q2: number): PairMoments {
  const first = gaussianMoments(phi, q1);
  const second = gaussianMoments(phi, q2);
  return { value: first.mean * second.mean, slope: (first.slopeMean ?? 0) * (second.slopeMean ?? 0) };
}

function identical(phi: Activation, q: number): PairMoments {
  const { second, slopeSecond } = gaussianMoments(phi, q);
  return { value: second, slope: isDiscontinuous(phi) ? Number.POSITIVE_INFINITY : slopeSecond };
}

const cache = new WeakMap<Activation, LruMap<string, Overlap>>();

function remember(phi: Activation, key: string, compute: () => Overlap): Overlap {
  let known = cache.get(phi);
  if (!known) {
    known = new LruMap(4096);
    cache.set(phi, known);
  }
  return known.get(key) ?? known.set(key, compute());
}

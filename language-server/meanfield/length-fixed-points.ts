import type { Activation } from './activation.js';
import { largeSignalGain } from './activation.js';
import { ByVariances } from './by-variances.js';
import { qMap, qMapSlope } from './length-map.js';
import { checkVariances, type Variances } from './variances.js';

export type FixedPoint =
  | { readonly kind: 'finite'; readonly value: number; readonly iterations: number }
  | { readonly kind: 'diverges' }
  /** The map moves q by less than rounding over a whole range: every q in it stays where it is. */
  | { readonly kind: 'neutral'; readonly value: number }
  | { readonly kind: 'undecided'; readonly bounds: readonly [number, number] };

export interface LengthFixedPoint {
  readonly q: number;
  /** χ_q = 𝒱′(q). */
  readonly slope: number;
  /** |χ_q| < 1. */
  readonly stable: boolean;
}

/** Lengths outside [10⁻⁷, 10⁶] are told apart from 0 and ∞ only by their trend. */
const smallest = 1e-7;
const largest = 1e6;

/**
 * All fixed points of the length map in {0} ∪ [10⁻⁷, 10⁶], ascending: a scan for changes of sign, then bisection and Newton.
 *
 * Homogeneous φ has a straight length map; its fixed point is solved for, and there is none where every q is one.
 *
 * @throws RangeError for a negative variance or a keep probability outside (0, 1]
 */
export function lengthFixedPoints(phi: Activation, variances: Variances): LengthFixedPoint[] {
  checkVariances(variances);
  if (phi.homogeneous) return homogeneousFixedPoint(phi, variances);
  let known = cache.get(phi);
  if (!known) {
    known = new ByVariances(1024);
    cache.set(phi, known);
  }
  return known.get(variances, () => allFixedPoints(phi, variances));
}

const cache = new WeakMap<Activation, ByVariances<LengthFixedPoint[]>>();

function allFixedPoints(phi: Activation, variances: Variances): LengthFixedPoint[] {
  const roots = scan(phi, variances);
  return isFixed(0, phi, variances) ? [describe(0, phi, variances), ...roots] : roots;
}

/**
 * The fixed point that is reached from the length q₀ of the first pre-activations.
 *
 * @param quick the same φ where q₀ need not meet the quadratures' last digits, only which way it moves
 * @throws RangeError for a wrong argument
 */
export function qStar(phi: Activation, variances: Variances, q0 = 1, quick = phi): FixedPoint {
  checkVariances(variances);
  if (!(q0 >= 0 && Number.isFinite(q0))) throw new RangeError(`q0 must be a finite number ≥ 0, not ${q0}`);
  if (phi.homogeneous) return homogeneousLimit(phi, variances, q0);
  if (!isMonotone(phi)) return iterate(phi, variances, q0);
  const drift = excess(q0, quick, variances);
  if (q0 > 0 && isNeutral(q0, quick, variances)) return { kind: 'neutral', value: q0 };
  return nextRoot(lengthFixedPoints(phi, variances), q0, drift);
}

/** Where 𝒱 increases, q moves straight to the next root in the direction of its first step. */
function nextRoot(points: readonly LengthFixedPoint[], q0: number, drift: number): FixedPoint {
  const here = points.find(({ q }) => Math.abs(q - q0) <= 1e-9 * q0);
  if (here) return { kind: 'finite', value: here.q, iterations: 0 };
  if (drift > 0) {
    const above = points.find(({ q }) => q > q0);
    return above ? { kind: 'finite', value: above.q, iterations: 1 } : { kind: 'diverges' };
  }
  const below = points.filter(({ q }) => q <= q0).at(-1);
  return { kind: 'finite', value: below?.q ?? 0, iterations: 1 };
}

function homogeneousFixedPoint(phi: Activation, variances: Variances): LengthFixedPoint[] {
  const slope = homogeneousSlope(phi, variances);
  if (isOne(slope)) return [];
  if (slope > 1) return variances.sigmaB2 === 0 ? [{ q: 0, slope, stable: false }] : [];
  return [{ q: variances.sigmaB2 / (1 - slope), slope, stable: true }];
}

function homogeneousLimit(phi: Activation, variances: Variances, q0: number): FixedPoint {
  const slope = homogeneousSlope(phi, variances);
  if (isOne(slope)) return variances.sigmaB2 === 0 ? { kind: 'neutral', value: q0 } : { kind: 'diverges' };
  if (slope > 1) return q0 === 0 && variances.sigmaB2 === 0 ? { kind: 'finite', value: 0, iterations: 1 } : { kind: 'diverges' };
  return { kind: 'finite', value: variances.sigmaB2 / (1 - slope), iterations: 1 };
}

const homogeneousSlope = (phi: Activation, { sigmaW2, keep = 1 }: Variances): number => (sigmaW2 / keep) * largeSignalGain(phi);

/** Rounding of σ_w² = n·(2/n) must not decide between a neutral length and a diverging one. */
const isOne = (slope: number): boolean => Math.abs(slope - 1) < 1e-12;

const excess = (q: number, phi: Activation, variances: Variances): number => qMap(q, phi, variances) - q;

/** relu6 at σ_w² = 2 equals ReLU up to e^{−18/q}: for q ≲ 1 a continuum of fixed points as far as any finite depth can tell. */
const isNeutral = (q: number, phi: Activation, variances: Variances): boolean =>
  Math.abs(excess(q, phi, variances)) <= 1e-8 * q && Math.abs(qMapSlope(q, phi, variances) - 1) <= 1e-6;

const isFixed = (q: number, phi: Activation, variances: Variances): boolean => excess(q, phi, variances) === 0;

/** V of cosines and the like falls somewhere, so that q may hop over a root. */
const isMonotone = (phi: Activation): boolean => phi.name !== 'cos';

const scanned = Float64Array.from({ length: 131 }, (_, i) => smallest * (largest / smallest) ** (i / 130));

function scan(phi: Activation, variances: Variances): LengthFixedPoint[] {
  const roots: LengthFixedPoint[] = [];
  let before = excess(scanned[0]!, phi, variances);
  for (let i = 1; i < scanned.length; i++) {
    // A function that overflows (exponential) has no roots further up.
    const after = excess(scanned[i]!, phi, variances);
    if (!Number.isFinite(after)) break;
    // Inside a neutral range the sign is that of rounding errors.
    if (before > 0 !== after > 0 && !isNeutral(scanned[i - 1]!, phi, variances))
      roots.push(describe(refine(scanned[i - 1]!, scanned[i]!, phi, variances), phi, variances));
    before = after;
  }
  return roots;
}

/** Newton steps with χ_q − 1, kept inside a shrinking bracket; near χ_q = 1 bisection alone is safe. */
function refine(low: number, high: number, phi: Activation, variances: Variances): number {
  const rising = excess(low, phi, variances) < 0;
  let q = Math.sqrt(low * high);
  for (let step = 0; step < 200 && high - low > 2e-16 * high; step++) {
    const value = excess(q, phi, variances);
    if (value === 0) return q;
    if (value > 0 === rising) high = q;
    else low = q;
    const slope = qMapSlope(q, phi, variances) - 1;
    const newton = q - value / slope;
    const usable = Math.abs(slope) > 1e-6 && newton > low && newton < high;
    const next = usable ? newton : (low + high) / 2;
    if (Math.abs(next - q) <= 1e-16 * q) return next;
    q = next;
  }
  return q;
}

function describe(q: number, phi: Activation, variances: Variances): LengthFixedPoint {
  const slope = qMapSlope(q, phi, variances);
  return { q, slope, stable: Math.abs(slope) < 1 };
}

function iterate(phi: Activation, variances: Variances, q0: number): FixedPoint {
  let q = q0;
  for (let iterations = 1; iterations <= 20_000; iterations++) {
    const next = qMap(q, phi, variances);
    if (!(next < largest)) return { kind: 'diverges' };
    if (Math.abs(next - q) <= 1e-15 * q) return { kind: 'finite', value: next, iterations };
    q = next;
  }
  return { kind: 'undecided', bounds: [Math.min(q, qMap(q, phi, variances)), Math.max(q, qMap(q, phi, variances))] };
}

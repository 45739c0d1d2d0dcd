import type { Activation } from './activation.js';
import { chi1, chi2, qMap } from './length-map.js';
import { checkVariances, type Variances } from './variances.js';

/** A circle of inputs as the pre-activations of one layer see it, per neuron: N, the width, is divided out. */
export interface CirclePoint {
  readonly q: number;
  readonly chi1: number;
  /** Infinite where φ′ jumps: the curve has corners, and no curvature. */
  readonly chi2: number;
  /** ln ḡ, ḡ = |∂h/∂θ|²/N: the Euclidean metric, which over- and underflows in deep networks. */
  readonly logMetric: number;
  /** κ̄² = N κ², the extrinsic curvature squared, in units of 1/h². Infinite from the first corner on. */
  readonly curvature2: number;
  /** g^G = κ̄² ḡ: the metric of the turning tangent. √g^G counts how many times more the curve turns than a circle. */
  readonly turning: number;
  /** L^E/√N = 2π √ḡ */
  readonly length: number;
  /** L^G = 2π √g^G, 2π for a circle that only changes its size. */
  readonly turningLength: number;
}

/** A closed curve of signals as one layer sees it, per neuron and averaged over the curve. */
export interface Curve {
  /** ln ḡ, ḡ the mean of |∂h/∂θ|²/N; −∞ where nothing moves. */
  readonly logMetric: number;
  /** g^G = κ̄² ḡ; infinite from the first corner on. */
  readonly turning: number;
}

/**
 * A great circle of inputs.
 *
 * @param q their second moment
 */
export const circle = (q: number): Curve => ({ logMetric: Math.log(q), turning: 1 });

/** The curve behind weights or a factor: larger or smaller, of the same shape. */
export const scaledCurve = ({ logMetric, turning }: Curve, logSquare: number): Curve => ({
  logMetric: logMetric + logSquare,
  turning,
});

/**
 * The curve behind φ(h), h ~ N(0, q): ḡ′ = E[φ′²] ḡ, g^G′ = g^G + 3 (E[φ″²]/E[φ′²]) ḡ. Where φ′ jumps, E[φ″²] is infinite.
 * Poole et al. 2016, arXiv:1606.05340.
 */
export function throughActivation({ logMetric, turning }: Curve, phi: Activation, q: number): Curve {
  const slope = chi1(q, phi, unitWeights);
  const bend = chi2(q, phi, unitWeights);
  // Where φ is flat, nothing moves and nothing turns.
  const more = bend === 0 || slope === 0 ? 0 : 3 * Math.exp(Math.log(bend / slope) + logMetric);
  return { logMetric: logMetric + Math.log(slope), turning: turning + more };
}

const unitWeights: Variances = { sigmaW2: 1, sigmaB2: 0 };

/**
 * The sum of curves over one circle of inputs that are independent of each other, as behind a skip connection and a branch with random
 * weights: covariances add up along the curve, so ḡ and κ̄² ḡ² do.
 *
 * @throws RangeError for no curves
 */
export function summedCurves(curves: readonly Curve[]): Curve {
  if (curves.length === 0) throw new RangeError('curves must not be empty');
  const largest = Math.max(...curves.map(({ logMetric }) => logMetric));
  if (largest === Number.NEGATIVE_INFINITY) return curves[0]!;
  const moving = curves.filter(({ logMetric }) => logMetric > Number.NEGATIVE_INFINITY);
  const shares = moving.map(({ logMetric }) => Math.exp(logMetric - largest));
  const sum = shares.reduce((total, share) => total + share, 0);
  const turning = moving.reduce((total, curve, i) => total + shares[i]! * curve.turning, 0) / sum;
  return { logMetric: largest + Math.log(sum), turning };
}

/**
 * How often a unit with h ~ N(0, q) crosses a level on one way round the curve: 2 √(ḡ/q) e^{−h²/2q}. Rice 1944, "Mathematical analysis of
 * random noise". At a kink of φ each crossing is a corner.
 */
export const crossings = ({ logMetric }: Curve, logQ: number, scaledLevel: number): number =>
  2 * Math.exp((logMetric - logQ - scaledLevel * scaledLevel) / 2);

/**
 * Length, curvature and Grassmannian length of a great circle through depth, from the first pre-activations on. Poole, Lahiri, Raghu,
 * Sohl-Dickstein, Ganguli 2016, arXiv:1606.05340, with each layer's own χ₁ and χ₂:
 *
 *     ḡ′ = χ₁ ḡ,   g^G′ = g^G + 3 (χ₂/χ₁) ḡ,   κ̄² = g^G/ḡ.
 *
 * @param q1 second moment of the first pre-activations, on which the circle lies; > 0
 * @param layerCount layers to follow, the first included
 * @throws RangeError for wrong variances, dropout, q1 ≤ 0 or a layer count that is no positive integer
 */
export function circleThroughDepth(phi: Activation, variances: Variances, q1: number, layerCount: number): CirclePoint[] {
  checkVariances(variances);
  // Masks drawn anew for every angle leave no curve at all.
  if ((variances.keep ?? 1) !== 1)
    throw new RangeError(`keep must be 1, not ${variances.keep}: a curve under dropout has no length`);
  if (!(q1 > 0 && Number.isFinite(q1))) throw new RangeError(`q1 must be a finite number > 0, not ${q1}`);
  if (!(Number.isInteger(layerCount) && layerCount > 0))
    throw new RangeError(`layerCount must be a positive integer, not ${layerCount}`);
  const points: CirclePoint[] = [];
  let q = q1;
  let curve = circle(q1);
  for (let layer = 0; layer < layerCount && Number.isFinite(q); layer++) {
    points.push(describe(q, chi1(q, phi, variances), chi2(q, phi, variances), curve));
    curve = scaledCurve(throughActivation(curve, phi, q), Math.log(variances.sigmaW2));
    q = qMap(q, phi, variances);
  }
  return points;
}

function describe(q: number, slope: number, bend: number, { logMetric, turning }: Curve): CirclePoint {
  return {
    q,
    chi1: slope,
    chi2: bend,
    logMetric,
    curvature2: Math.exp(Math.log(turning) - logMetric),
    turning,
    length: 2 * Math.PI * Math.exp(logMetric / 2),
    turningLength: 2 * Math.PI * Math.sqrt(turning),
  };
}

/** Where the geometry tends to at a fixed point q* with χ₁ and χ₂. */
export type CircleLimit =
  /** Chaotic: length and turning grow exponentially, the curvature stays finite. Nonlinear φ only. */
  | { readonly kind: 'curvature'; readonly curvature2: number }
  /** Ordered: the circle shrinks to a small bent blob that has turned a finite number of times. */
  | { readonly kind: 'turning'; readonly turning: number }
  /** Critical: turning grows by this much in each layer. */
  | { readonly kind: 'linear'; readonly turningPerLayer: number };

/**
 * The limits for infinite depth at a fixed point: κ̄² → 3χ₂/(χ₁(χ₁ − 1)) for χ₁ > 1, g^G → 1 + 3χ₂q/(χ₁(1 − χ₁)) for χ₁ < 1. Poole et al.
 * 2016, arXiv:1606.05340. Near χ₁ = 1 they are ill-conditioned and reached late: show the values at the real depth instead.
 *
 * @throws RangeError for χ₁ ≤ 0, χ₂ < 0 or q < 0
 */
export function circleLimit(slope: number, bend: number, q: number): CircleLimit {
  if (!(slope > 0)) throw new RangeError(`chi1 must be positive, not ${slope}`);
  if (!(bend >= 0)) throw new RangeError(`chi2 must be ≥ 0, not ${bend}`);
  if (!(q >= 0)) throw new RangeError(`q must be ≥ 0, not ${q}`);
  // A critical point is found by root finding, to about 1e-10.
  if (Math.abs(slope - 1) < 1e-9) return { kind: 'linear', turningPerLayer: 3 * bend * q };
  if (slope > 1) return { kind: 'curvature', curvature2: (3 * bend) / (slope * (slope - 1)) };
  return { kind: 'turning', turning: 1 + (3 * bend * q) / (slope * (1 - slope)) };
}

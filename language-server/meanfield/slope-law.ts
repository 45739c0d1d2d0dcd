import type { Activation } from './activation.js';
import { LruMap } from './lru-map.js';
import { gradedNodes } from './panels.js';
import { isPiecewiseLinear } from './piecewise-linear-kernel.js';
import { normalCdf, normalDensity } from './special-functions.js';

/**
 * The distribution of d = φ′(√q z)², z ~ N(0, 1): the spectrum of D² for one layer's slopes D = diag φ′(h).
 * Point masses where φ is piecewise linear, the nodes of a quadrature otherwise.
 */
export interface SlopeLaw {
  readonly values: Float64Array;
  /** Probabilities, summing to 1. */
  readonly weights: Float64Array;
  /** True where `values` are the very atoms of the law, and not nodes. */
  readonly discrete: boolean;
  /** μ₁ = E φ′² */
  readonly mu1: number;
  /** μ₂ = E φ′⁴ */
  readonly mu2: number;
  /** sup φ′²; infinite for what grows faster than linearly. */
  readonly top: number;
  /** Real u this far above `top` see an integral, nearer ones see single nodes; 0 for atoms. */
  readonly resolution: number;
  /** P(φ′ ≠ 0) */
  readonly alive: number;
}

/**
 * The law of φ′(√q z)².
 *
 * Smooth φ: the trapezoid rule in t with z = w sinh t, w the width over which φ bends, which converges exponentially as long as u keeps
 * its distance from φ′². Kinked and curved φ: Gauss–Legendre panels between the kinks.
 *
 * @param q second moment of the pre-activations, q ≥ 0
 * @throws RangeError for a negative or non-finite q
 */
export function slopeLaw(phi: Activation, q: number): SlopeLaw {
  if (!(q >= 0 && Number.isFinite(q))) throw new RangeError(`q must be a finite number ≥ 0, not ${q}`);
  let known = cache.get(phi);
  if (!known) {
    known = new LruMap(128);
    cache.set(phi, known);
  }
  return known.get(q) ?? known.set(q, compute(phi, q));
}

const cache = new WeakMap<Activation, LruMap<number, SlopeLaw>>();

/** |z| up to which slopes are sampled; beyond is 4e-33 of the mass. */
const far = 12;

function compute(phi: Activation, q: number): SlopeLaw {
  if (q === 0) return atoms([phi.dphi(1e-300), phi.dphi(-1e-300)], [0.5, 0.5]);
  if (isPiecewiseLinear(phi)) return pieces(phi, Math.sqrt(q));
  return phi.kinks.length > 0 ? panels(phi, Math.sqrt(q)) : trapezoid(phi, Math.sqrt(q));
}

function pieces(phi: Activation, root: number): SlopeLaw {
  const edges = phi.kinks.map(({ at }) => at).sort((a, b) => a - b);
  const inside = [0, ...edges].map((_, i) => middle(edges[i - 1], edges[i]));
  const below = [...edges.map((at) => normalCdf(at / root)), 1];
  return atoms(
    inside.map((x) => phi.dphi(x)),
    below.map((p, i) => p - (below[i - 1] ?? 0)),
  );
}

/** A point between two kinks, or beyond the outermost. */
function middle(low: number | undefined, high: number | undefined): number {
  if (low === undefined) return high === undefined ? 0 : high - 1;
  return high === undefined ? low + 1 : (low + high) / 2;
}

function atoms(slopes: readonly number[], weights: readonly number[]): SlopeLaw {
  const masses = new Map<number, number>();
  slopes.forEach((slope, i) => {
    masses.set(slope * slope, (masses.get(slope * slope) ?? 0) + weights[i]!);
  });
  const sorted = [...masses].filter(([, mass]) => mass > 0).sort(([a], [b]) => a - b);
  const values = Float64Array.from(sorted, ([value]) => value);
  const probabilities = Float64Array.from(sorted, ([, mass]) => mass);
  const dead = values[0] === 0 ? probabilities[0]! : 0;
  return { ...moments(values, probabilities), discrete: true, top: values[values.length - 1]!, resolution: 0, alive: 1 - dead };
}

function trapezoid(phi: Activation, root: number): SlopeLaw {
  const width = Math.min(1, phi.scale / root);
  // 0.006 in z near the centre: poles that are 0.03 away then cost e^{−31}.
  const step = 0.006;
  const count = Math.ceil(Math.asinh(far / width) / step);
  const folded = phi.parity !== null;
  const values: number[] = [];
  const weights: number[] = [];
  for (let i = folded ? 0 : -count; i <= count; i++) {
    const z = width * Math.sinh(i * step);
    const weight = width * step * Math.cosh(i * step) * normalDensity(z);
    values.push(phi.dphi(root * z) ** 2);
    weights.push(folded && i !== 0 ? 2 * weight : weight);
  }
  return sampled(phi, values, weights, 1);
}

function panels(phi: Activation, root: number): SlopeLaw {
  const breaks = [0, ...phi.kinks.map(({ at }) => at / root)];
  const width = Math.min(1, phi.scale / root);
  const nodes = gradedNodes(-far, far, breaks, [{ at: 0, scale: 0.1 * width, extent: phi.settled / root }], 0.1);
  const values = Array.from(nodes.z, (z) => phi.dphi(root * z) ** 2);
  const weights = Array.from(nodes.z, (z, i) => nodes.weight[i]! * normalDensity(z));
  // A tail of smooth φ that rounds to 0 is not dead; only pieces of polynomials are.
  const dead = phi.scale === Number.POSITIVE_INFINITY ? weights.reduce((sum, w, i) => (values[i] === 0 ? sum + w : sum), 0) : 0;
  return sampled(phi, values, weights, 1 - dead);
}

function sampled(phi: Activation, values: number[], weights: number[], alive: number): SlopeLaw {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const law = moments(
    Float64Array.from(values),
    Float64Array.from(weights, (weight) => weight / total),
  );
  if (phi.tails === null) return { ...law, discrete: false, top: Number.POSITIVE_INFINITY, resolution: 0, alive };
  let top = 0;
  let next = 0;
  for (const value of values) {
    if (value > top) [top, next] = [value, top];
    else if (value < top && value > next) next = value;
  }
  // φ′² falls quadratically from its top, so a distance of 16 times the first fall puts the poles four steps off the axis.
  return { ...law, discrete: false, top, resolution: 16 * (top - next), alive };
}

function moments(values: Float64Array, weights: Float64Array): Pick<SlopeLaw, 'values' | 'weights' | 'mu1' | 'mu2'> {
  let mu1 = 0;
  let mu2 = 0;
  values.forEach((value, i) => {
    mu1 += weights[i]! * value;
    mu2 += weights[i]! * value * value;
  });
  return { values, weights, mu1, mu2 };
}

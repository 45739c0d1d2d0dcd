import type { Activation } from './activation.js';
import { LruMap } from './lru-map.js';
import { gaussianNodes, reach } from './panels.js';

/**
 * How one unit x = φ(h), h ~ N(0, K), differs from the mean over all units, and how that mean moves with K. The squares φ²/V and φ′²/μ₁ are
 * expanded in normalized Hermite polynomials of h/√K: degree k of two units with correlation ρ has covariance ρᵏ, and degree 2 is all that
 * the length of h itself tells. V = E φ², μ₁ = E φ′².
 */
export interface UnitNoise {
  /** d ln V/d ln K */
  readonly lengthTilt: number;
  /** d ln μ₁/d ln K */
  readonly slopeTilt: number;
  /** a_k of φ²/V by degree k, from 1 on. */
  readonly length: readonly number[];
  /** b_k of φ′²/μ₁. */
  readonly slope: readonly number[];
  /** What higher degrees add to Var(φ²)/V², to Cov(φ², φ′²)/(V μ₁), and to Var(φ′²)/μ₁². */
  readonly rest: { readonly length: number; readonly joint: number; readonly slope: number };
}

/** Degrees that are kept apart: the squares of rectifiers and of smooth units have little beyond. */
export const unitNoiseDegrees = 6;

/**
 * Moments by quadrature with six nodes a panel, relative error 10⁻⁴.
 *
 * @param q K > 0
 * @returns `null` where φ or φ′ is zero almost everywhere
 * @throws RangeError for q ≤ 0
 */
export function unitNoise(phi: Activation, q: number): UnitNoise | null {
  if (!(q > 0 && Number.isFinite(q))) throw new RangeError(`q must be a finite number > 0, not ${q}`);
  let known = cache.get(phi);
  if (!known) {
    known = new LruMap(1024);
    cache.set(phi, known);
  }
  // A rectifier is the same at every length.
  const at = phi.homogeneous ? 1 : q;
  const found = known.get(at);
  return found === undefined ? known.set(at, expand(phi, at)) : found;
}

const cache = new WeakMap<Activation, LruMap<number, UnitNoise | null>>();

const roots = Float64Array.from({ length: unitNoiseDegrees + 2 }, (_, k) => Math.sqrt(k));

function expand(phi: Activation, q: number): UnitNoise | null {
  const root = Math.sqrt(q);
  const breaks = [...phi.kinks.map(({ at }) => at), ...(phi.bends ?? []).flatMap((x) => [x, -x])].map((x) => x / root);
  const center = { at: 0, scale: phi.scale / root, extent: phi.settled / root };
  const nodes = gaussianNodes(-reach, reach, breaks, [center], true);
  const length = new Array<number>(unitNoiseDegrees + 1).fill(0);
  const slope = length.slice();
  const total = { length: 0, joint: 0, slope: 0 };
  for (let i = 0; i < nodes.count; i++) {
    const z = nodes.z[i]!;
    const weight = nodes.weight[i]!;
    const square = phi.phi(root * z) ** 2;
    const slopeSquare = phi.dphi(root * z) ** 2;
    total.length += weight * square * square;
    total.joint += weight * square * slopeSquare;
    total.slope += weight * slopeSquare * slopeSquare;
    let before = 0;
    let hermite = 1;
    for (let k = 0; k <= unitNoiseDegrees; k++) {
      length[k]! += weight * square * hermite;
      slope[k]! += weight * slopeSquare * hermite;
      const next = (z * hermite - roots[k]! * before) / roots[k + 1]!;
      before = hermite;
      hermite = next;
    }
  }
  const [second, mu1] = [length[0]!, slope[0]!];
  if (!(second > 0 && mu1 > 0)) return null;
  const a = length.slice(1).map((value) => value / second);
  const b = slope.slice(1).map((value) => value / mu1);
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, k) => sum + value * y[k]!, 0);
  return {
    // He₂ is (z² − 1)/√2.
    lengthTilt: a[1]! / Math.SQRT2,
    slopeTilt: b[1]! / Math.SQRT2,
    length: a,
    slope: b,
    rest: {
      length: Math.max(0, total.length / second ** 2 - 1 - dot(a, a)),
      joint: total.joint / (second * mu1) - 1 - dot(a, b),
      slope: Math.max(0, total.slope / mu1 ** 2 - 1 - dot(b, b)),
    },
  };
}

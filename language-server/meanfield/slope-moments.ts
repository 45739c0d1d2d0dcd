import type { Activation } from './activation.js';
import { LruMap } from './lru-map.js';
import { gaussianNodes, reach } from './panels.js';
import { isPiecewiseLinear } from './piecewise-linear-kernel.js';
import { slopeLaw } from './slope-law.js';

/** Moments of φ′² over N(0, q). */
export interface SlopeMoments {
  /** μ₁ = E φ′² */
  readonly mu1: number;
  /** μ₂ = E φ′⁴: the second moment of φ′², not of φ′. */
  readonly mu2: number;
}

/**
 * μ_k = E[φ′(√q z)^{2k}], z ~ N(0, 1), for k = 1, 2. Pennington, Schoenholz, Ganguli 2018, arXiv:1802.09979.
 *
 * Sums over the pieces of piecewise linear φ, else composite Gauss–Legendre; relative error below 1e-10.
 *
 * @param q second moment of the pre-activations, q ≥ 0
 * @throws RangeError for a negative or non-finite q
 */
export function slopeMoments(phi: Activation, q: number): SlopeMoments {
  if (q === 0 || isPiecewiseLinear(phi)) return slopeLaw(phi, q);
  if (!(q > 0 && Number.isFinite(q))) throw new RangeError(`q must be a finite number ≥ 0, not ${q}`);
  const quick = phi.maps?.slopes(q);
  if (quick) return quick;
  let known = cache.get(phi);
  if (!known) {
    known = new LruMap(1024);
    cache.set(phi, known);
  }
  return known.get(q) ?? known.set(q, integrate(phi, q));
}

const cache = new WeakMap<Activation, LruMap<number, SlopeMoments>>();

function integrate(phi: Activation, q: number): SlopeMoments {
  const root = Math.sqrt(q);
  const breaks = [...phi.kinks.map(({ at }) => Math.abs(at)), ...(phi.bends ?? [])].map((x) => x / root);
  const nodes = gaussianNodes(0, reach, breaks, [{ at: 0, scale: phi.scale / root, extent: phi.settled / root }]);
  let mu1 = 0;
  let mu2 = 0;
  for (let i = 0; i < nodes.count; i++) {
    const right = phi.dphi(root * nodes.z[i]!) ** 2;
    const left = phi.dphi(-root * nodes.z[i]!) ** 2;
    mu1 += nodes.weight[i]! * (right + left);
    mu2 += nodes.weight[i]! * (right * right + left * left);
  }
  return { mu1, mu2 };
}

import type { Activation } from './activation.js';
import { LruMap } from './lru-map.js';

/**
 * x ↦ φ(x + mean): carries a Gaussian with a mean through moments that are written for N(0, q).
 *
 * @throws RangeError for a non-finite mean
 */
export function shiftedActivation(phi: Activation, mean: number): Activation {
  if (!Number.isFinite(mean)) throw new RangeError(`mean must be finite, not ${mean}`);
  let known = cache.get(phi);
  if (!known) {
    known = new LruMap(256);
    cache.set(phi, known);
  }
  return known.get(mean) ?? known.set(mean, shift(phi, mean));
}

const cache = new WeakMap<Activation, LruMap<number, Activation>>();

function shift(phi: Activation, mean: number): Activation {
  return {
    name: phi.name,
    parameters: phi.parameters,
    phi: (x) => phi.phi(x + mean),
    dphi: (x) => phi.dphi(x + mean),
    d2phi: (x) => phi.d2phi(x + mean),
    kinks: phi.kinks.map((kink) => ({ ...kink, at: kink.at - mean })),
    parity: null,
    homogeneous: false,
    tails: phi.tails,
    scale: phi.scale,
    settled: phi.settled + Math.abs(mean),
    bends: [Math.abs(mean), ...(phi.bends ?? [])],
  };
}

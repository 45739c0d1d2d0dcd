import { LruMap } from './lru-map.js';
import type { SlopeLaw } from './slope-law.js';

/**
 * The law of (m φ′/ρ)², m a dropout mask that keeps a unit with probability ρ: 0 with probability 1 − ρ, else the slope's, times 1/ρ².
 *
 * @param keep ρ in (0, 1]
 * @throws RangeError for a keep probability outside (0, 1]
 */
export function droppedSlopes(law: SlopeLaw, keep: number): SlopeLaw {
  if (!(keep > 0 && keep <= 1)) throw new RangeError(`keep must lie in (0, 1], not ${keep}`);
  if (keep === 1) return law;
  let known = cache.get(law);
  if (!known) {
    known = new LruMap(16);
    cache.set(law, known);
  }
  return known.get(keep) ?? known.set(keep, thinned(law, keep));
}

const cache = new WeakMap<SlopeLaw, LruMap<number, SlopeLaw>>();

function thinned({ values, weights, discrete, mu1, mu2, top, resolution, alive }: SlopeLaw, keep: number): SlopeLaw {
  const gain = 1 / (keep * keep);
  // Slopes that are 0 themselves and dropped ones are one point mass.
  const dead = discrete && values[0] === 0 ? 1 : 0;
  const lost = 1 - keep + (dead ? keep * weights[0]! : 0);
  return {
    values: Float64Array.of(0, ...Array.from(values.subarray(dead), (value) => gain * value)),
    weights: Float64Array.of(lost, ...Array.from(weights.subarray(dead), (weight) => keep * weight)),
    discrete,
    mu1: mu1 / keep,
    mu2: mu2 / keep ** 3,
    top: gain * top,
    resolution: gain * resolution,
    alive: keep * alive,
  };
}

import type { Activation } from './activation.js';
import { LruMap } from './lru-map.js';
import { gaussianNodes } from './panels.js';
import { normalCdf } from './special-functions.js';

/** Moments of φ at the largest of m equicorrelated Gaussians. */
export interface MaximumMoments {
  readonly mean: number;
  readonly second: number;
  /** E φ′² at the maximum: activations below a max-pooling see only gradients of maxima. */
  readonly slopeSecond: number;
  /** E of the product of two windows of the same map. */
  readonly spatial: number;
  /** E of the product of two windows whose common parts have correlation r, for r in [0, 1]. */
  readonly product: (r: number) => number;
  /** The same of φ′. */
  readonly slopeProduct: (r: number) => number;
}

/**
 * Max-pooling of φ(h_i) over m positions for rising φ, that is φ(max h_i), with h_i = √v(√ρ z + √(1−ρ) ζ_i). An approximation: positions
 * of real feature maps are correlated by their distance.
 *
 * @param variance v of the pre-activations
 * @param correlation ρ between positions, clamped to [0, 1]
 * @param count m ≥ 1
 * @throws RangeError for a negative variance or a count below 1
 */
export function maximumMoments(phi: Activation, variance: number, correlation: number, count: number): MaximumMoments {
  if (!(variance >= 0 && Number.isFinite(variance)))
    throw new RangeError(`variance must be a finite number ≥ 0, not ${variance}`);
  if (!(count >= 1)) throw new RangeError(`count must be ≥ 1, not ${count}`);
  let known = cache.get(phi);
  if (!known) {
    known = new LruMap(512);
    cache.set(phi, known);
  }
  const rho = Math.max(0, Math.min(1, correlation));
  const key = `${variance} ${rho} ${count}`;
  return known.get(key) ?? known.set(key, compute(phi, variance, rho, count));
}

const cache = new WeakMap<Activation, LruMap<string, MaximumMoments>>();
const common = gaussianNodes(-6, 6, [0], []);
const own = gaussianNodes(-6, 6, [0], []);

function compute(phi: Activation, variance: number, rho: number, count: number): MaximumMoments {
  // Density of the largest of m normals: m n(x) Φ(x)^{m−1}; normalized again, since for large m it ends beyond the nodes.
  const weights = own.weight.map((weight, i) => weight * count * normalCdf(own.z[i]!) ** (count - 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shared = Math.sqrt(variance * rho);
  const single = Math.sqrt(variance * (1 - rho));
  let mean = 0;
  let second = 0;
  let slopeSecond = 0;
  let spatial = 0;
  let first = 0;
  const slopes = { mean: 0, spatial: 0, first: 0 };
  for (let i = 0; i < common.count; i++) {
    const weight = common.weight[i]!;
    let innerMean = 0;
    let innerSecond = 0;
    let innerSlope = 0;
    let innerSlopeMean = 0;
    for (let k = 0; k < own.count; k++) {
      const x = shared * common.z[i]! + single * own.z[k]!;
      const value = phi.phi(x);
      const share = weights[k]! / total;
      innerMean += share * value;
      innerSecond += share * value * value;
      const slope = phi.dphi(x);
      innerSlope += share * slope * slope;
      innerSlopeMean += share * slope;
    }
    mean += weight * innerMean;
    second += weight * innerSecond;
    slopeSecond += weight * innerSlope;
    spatial += weight * innerMean * innerMean;
    first += weight * innerMean * common.z[i]!;
    slopes.mean += weight * innerSlopeMean;
    slopes.spatial += weight * innerSlopeMean * innerSlopeMean;
    slopes.first += weight * innerSlopeMean * common.z[i]!;
  }
  const product = series({ mean, spatial, first });
  return { mean, second, slopeSecond, spatial, product, slopeProduct: series(slopes) };
}

/** The first two terms of the Hermite series in r, closed so that r = 1 is exact. */
const series =
  ({ mean, spatial, first }: { mean: number; spatial: number; first: number }) =>
  (r: number): number =>
    mean * mean + first * first * r + (spatial - mean * mean - first * first) * r * r;

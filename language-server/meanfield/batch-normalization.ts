import type { Activation } from './activation.js';
import { batchMoments } from './batch-sphere.js';
import { LruMap } from './lru-map.js';
import { shiftedMoments } from './shifted-moments.js';

/** γ u + β after a normalization; 1 and 0 at initialization. */
export interface Affine {
  readonly gamma?: number;
  readonly beta?: number;
}

export interface BatchNormRate {
  /** λ_B: squared gradients grow by this factor through Linear → BatchNorm → φ, at least 1. */
  readonly rate: number;
  /** ν: variance of φ across the batch. */
  readonly batchVariance: number;
}

/** Below four samples the variance of the gradient is infinite. */
const smallestBatch = 4;

/**
 * Growth of squared gradients per layer of batch normalization in training mode, for any σ_w and σ_b:
 *
 *     λ_B = B/((B−3)(B−1)ν) · E tr[P D G D P],  D = diag γφ′(γu + β),  G = I − 11ᵀ/B,  P = G − uuᵀ/B,
 *
 * and for B = ∞ γ² E φ′(γz+β)²/Var φ(γz+β), which is at least 1 and equals it for affine φ alone. Yang, Pennington, Rao, Sohl-Dickstein,
 * Schoenholz 2019, arXiv:1902.08129. In evaluation mode the layer is affine, and nothing explodes.
 *
 * @param batch B ≥ 4 samples, times positions for feature maps; `Infinity` for the limit
 * @returns an infinite rate where φ does not vary at all (γ = 0)
 * @throws RangeError for B < 4, where the gradient has no finite variance
 */
export function batchNormRate(phi: Activation, batch: number, { gamma = 1, beta = 0 }: Affine = {}): BatchNormRate {
  if (!(batch >= smallestBatch)) throw new RangeError(`batch must be at least ${smallestBatch}, not ${batch}`);
  if (!Number.isFinite(gamma)) throw new RangeError(`gamma must be finite, not ${gamma}`);
  if (!Number.isFinite(beta)) throw new RangeError(`beta must be finite, not ${beta}`);
  let known = cache.get(phi);
  if (!known) {
    known = new LruMap(256);
    cache.set(phi, known);
  }
  const key = `${batch} ${gamma} ${beta}`;
  return (
    known.get(key) ??
    known.set(key, batch === Number.POSITIVE_INFINITY ? limit(phi, gamma, beta) : finite(phi, batch, gamma, beta))
  );
}

const cache = new WeakMap<Activation, LruMap<string, BatchNormRate>>();

function limit(phi: Activation, gamma: number, beta: number): BatchNormRate {
  const { slopeSecond, variance } = shiftedMoments(phi, gamma, beta);
  return { rate: variance === 0 ? Number.POSITIVE_INFINITY : (gamma * gamma * slopeSecond) / variance, batchVariance: variance };
}

function finite(phi: Activation, batch: number, gamma: number, beta: number): BatchNormRate {
  const moments = batchMoments(phi, batch, gamma, beta);
  const free = 1 - 1 / batch;
  const batchVariance = moments.square - moments.product;
  const trace =
    batch * free * free * moments.slopeSquare +
    free * moments.slopeProduct -
    (free * moments.weightedSlopeSquare - free * moments.weightedSlopeProduct);
  const rate = (batch * trace) / ((batch - 3) * (batch - 1) * batchVariance);
  return { rate: batchVariance === 0 ? Number.POSITIVE_INFINITY : rate, batchVariance };
}

/**
 * Growth of squared gradients per layer of Linear → LayerNorm → φ, γ² E φ′²/E φ²: the second moment where batch normalization has the
 * variance, so that ReLU is exactly critical. Norms over the features of a zero-mean linear layer: LayerNorm and RMSNorm alike.
 *
 * @throws RangeError for non-finite γ or β
 */
export function layerNormRate(phi: Activation, { gamma = 1, beta = 0 }: Affine = {}): number {
  const { slopeSecond, second } = shiftedMoments(phi, gamma, beta);
  return second === 0 ? Number.POSITIVE_INFINITY : (gamma * gamma * slopeSecond) / second;
}

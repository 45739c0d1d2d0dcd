import { positions } from './extent.js';
import type { Signal } from './signal.js';
import type { NodeState } from './transfer.js';

/**
 * Over how much a channel averages: for a function whose covariance between two entries with correlation ρ is ρᵏ, the variance of its mean
 * over the entries of a channel, relative to one entry's. 1 in a dense layer, 1/positions for independent positions.
 */
export interface Evenness {
  /** Share of pairs of entries that are the same entry. */
  readonly same: number;
  of(degree: number): number;
}

/** Samples of a batch that normalization joins: few enough that their finite number is seen, many enough to be usual. */
export const joinedSamples = 32;

/** @param centered without what all entries have in common */
export function evennessOfSignal({ extent }: NodeState, signal: Signal, samples: number, centered: boolean): Evenness {
  const common = centered ? signal.mean ** 2 : 0;
  const variance = signal.q - common;
  const correlation = (product: number) => (variance > 0 ? clamped((product - common) / variance) : 1);
  return evenness(positions(extent), correlation(signal.space), samples, correlation(signal.pairSpace));
}

/** Gradients of different samples are independent. */
export const evennessOfGradient = ({ extent }: NodeState, coherence: number, samples: number): Evenness =>
  evenness(positions(extent), clamped(coherence), samples, 0);

function evenness(count: number, within: number, samples: number, across: number): Evenness {
  const same = 1 / (count * samples);
  return {
    same,
    of: (degree) => same + ((1 - 1 / count) / samples) * within ** degree + (1 - 1 / samples) * across ** degree,
  };
}

const clamped = (correlation: number): number => Math.max(0, Math.min(1, correlation));

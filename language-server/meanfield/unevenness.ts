import { LruMap } from './lru-map.js';

/**
 * E[1/s²] · E[s²] ≥ 1 over the channels of a convolution, s² = wᵀ C w the variance of one of them: how much more a normalization of each channel
 * does to squared gradients than one by the mean variance. C has c blocks (1 − ρ) 1 + ρ 11ᵀ of k taps; with normal weights
 * E[1/s²] = ∫₀^∞ ∏ (1 + 2 λ t)^(−1/2) dt over its eigenvalues λ. For ν equal ones it is ν/(ν − 2): 1.08 for three colours and nine taps.
 *
 * @param channels c ≥ 1 of them summed into one output
 * @param taps k ≥ 1 of the kernel
 * @param coherence ρ in [0, 1) between the taps
 * @param normal false for uniform weights, whose squares vary 2.5 times less
 * @returns at most `mostUneven`, since where one or two weights rule, the expectation is infinite and a draw is not
 * @throws RangeError for a count below 1 or a coherence outside [0, 1)
 */
export function unevenness(channels: number, taps: number, coherence: number, normal: boolean): number {
  if (!(channels >= 1)) throw new RangeError(`channels must be ≥ 1, not ${channels}`);
  if (!(taps >= 1)) throw new RangeError(`taps must be ≥ 1, not ${taps}`);
  if (!(coherence >= 0 && coherence < 1)) throw new RangeError(`coherence must lie in [0, 1), not ${coherence}`);
  // Normal weights stand for all with as large a variance of s²: thin tails count as more of them.
  const count = normal ? channels : 2.5 * channels;
  const key = `${count} ${taps} ${coherence}`;
  return cache.get(key) ?? cache.set(key, Math.min(mostUneven, inverseMean(count, taps, coherence)));
}

const cache = new LruMap<string, number>(512);

/** What a thousand channels show at most of a distribution without mean. */
const mostUneven = 10;

/** With t = x/(1 − x)², which turns the tail t^(−ν/2) into something smooth. */
function inverseMean(count: number, taps: number, coherence: number): number {
  const common = (1 - coherence + taps * coherence) / (count * taps);
  const own = (1 - coherence) / (count * taps);
  const steps = 400;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const x = (i + 0.5) / steps;
    const t = x / (1 - x) ** 2;
    const logDensity = -0.5 * count * (Math.log1p(2 * common * t) + (taps - 1) * Math.log1p(2 * own * t));
    sum += (Math.exp(logDensity) * (1 + x)) / (1 - x) ** 3;
  }
  return sum / steps;
}

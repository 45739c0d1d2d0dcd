import { LruMap } from './lru-map.js';

/** Powers of the weights a of a softmax over T independent Gaussian logits. */
export interface SoftmaxMoments {
  /** E Σ a²: 1/T for equal weights, 1 where one takes all. */
  readonly square: number;
  /** E Σ a³. */
  readonly cube: number;
}

/**
 * With Z = Σ e^x and 1/Zᵏ = ∫ t^{k−1} e^{−tZ} dt/(k − 1)!, E Σ aᵏ = T ∫ t^{k−1}/(k − 1)! E[e^{kx − t e^x}] φ(t)^{T−1} dt, where φ(t) = E e^{−t e^x}: exact
 * for any T, where e^v/T only holds for v far below ln T. Trapezoids in ln t and in x.
 *
 * @param variance of the logits, ≥ 0
 * @param count T, a whole number from 1 on
 * @returns relative error below 1e-6 for variances up to 20
 * @throws RangeError for other arguments
 */
export function softmaxMoments(variance: number, count: number): SoftmaxMoments {
  if (!(variance >= 0) || !(count >= 1)) throw new RangeError(`softmaxMoments(${variance}, ${count})`);
  if (variance === 0 || count === 1) return { square: 1 / count, cube: 1 / count ** 2 };
  return kept(variance, [count])[0]!;
}

/** The same for several T at once, which costs little more than for the largest. */
export function softmaxMomentsOf(variance: number, counts: readonly number[]): readonly SoftmaxMoments[] {
  if (!(variance >= 0) || !counts.every((count) => count >= 1)) throw new RangeError(`softmaxMomentsOf(${variance}, ${counts})`);
  if (variance === 0) return counts.map((count) => softmaxMoments(0, count));
  return kept(variance, counts).map((moments, i) => (counts[i] === 1 ? softmaxMoments(0, 1) : moments));
}

const cache = new LruMap<string, readonly SoftmaxMoments[]>(1000);

function kept(variance: number, counts: readonly number[]): readonly SoftmaxMoments[] {
  const key = `${variance} ${counts.join(' ')}`;
  const known = cache.get(key);
  if (known) return known;
  const moments = integrated(variance, counts);
  cache.set(key, moments);
  return moments;
}

function integrated(variance: number, counts: readonly number[]): SoftmaxMoments[] {
  const sigma = Math.sqrt(variance);
  const step = Math.min(0.25, 0.8 / sigma);
  const places: number[] = [];
  for (let z = -9; z <= 9; z += step) places.push(z);
  const density = places.map((z) => (step * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));
  const powers = places.map((z) => Math.exp(sigma * z));
  const sums = counts.map(() => ({ square: 0, cube: 0 }));
  const du = 0.25;
  for (let u = -(Math.log(Math.max(...counts)) + 2 * variance + 32) / 2; u < 9 * sigma + 5; u += du) {
    const t = Math.exp(u);
    let [rest, second, third] = [0, 0, 0];
    for (let i = 0; i < places.length; i++) {
      const x = t * powers[i]!;
      if (x > 700) continue;
      const weight = density[i]! * Math.exp(-x);
      rest += weight;
      second += weight * x * x;
      third += weight * x * x * x;
    }
    const log = Math.log(Math.min(1, rest));
    counts.forEach((count, i) => {
      const others = du * count * Math.exp((count - 1) * log);
      sums[i]!.square += others * second;
      sums[i]!.cube += (others * third) / 2;
    });
  }
  return sums.map(({ square, cube }) => ({ square: Math.min(1, square), cube: Math.min(1, cube) }));
}

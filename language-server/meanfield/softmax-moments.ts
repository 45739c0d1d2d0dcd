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
  const key = `${variance} ${count}`;
  const known = kept.get(key);
  if (known) return known;
  const moments = integrated(variance, count);
  kept.set(key, moments);
  return moments;
}

const kept = new LruMap<string, SoftmaxMoments>(1000);

function integrated(variance: number, count: number): SoftmaxMoments {
  const sigma = Math.sqrt(variance);
  const step = Math.min(0.25, 0.8 / sigma);
  const places: number[] = [];
  for (let z = -9; z <= 9; z += step) places.push(z);
  const density = places.map((z) => (step * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));
  const powers = places.map((z) => Math.exp(sigma * z));
  let [square, cube] = [0, 0];
  const du = 0.25;
  for (let u = -(Math.log(count) + 2 * variance + 32) / 2; u < 9 * sigma + 5; u += du) {
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
    const others = du * count * Math.exp((count - 1) * Math.log(Math.min(1, rest)));
    square += others * second;
    cube += (others * third) / 2;
  }
  return { square: Math.min(1, square), cube: Math.min(1, cube) };
}

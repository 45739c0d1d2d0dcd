/** Moments of the log squared gain of one network. */
export interface LogGain {
  readonly mean: number;
  readonly variance: number;
}

/**
 * log ‖Ju‖² through one layer of ReLU with Gaussian weights at σ_w² = 2 and n units, exactly: the gain is (2/n) Σ_{i ≤ k} g_i² with
 * k ~ Bin(n, ½) units on, so that the moments are those of log χ²_k, given k ≥ 1. Layers are independent: multiply by their number.
 * Hanin & Nica 2018, arXiv:1812.05994. To leading order the variance is 5/n and the mean −5/(2n).
 *
 * @param width n ≥ 1 units
 * @throws RangeError for a width that is no positive integer
 */
export function reluLayerLogGain(width: number): LogGain {
  if (!(Number.isInteger(width) && width >= 1)) throw new RangeError(`width must be a positive integer, not ${width}`);
  let total = 0;
  let mean = 0;
  let second = 0;
  let logChoose = 0;
  for (let k = 1; k <= width; k++) {
    logChoose += Math.log((width - k + 1) / k);
    const probability = Math.exp(logChoose - width * Math.LN2);
    const log = digamma(k / 2) + Math.log(4 / width);
    total += probability;
    mean += probability * log;
    second += probability * (trigamma(k / 2) + log * log);
  }
  mean /= total;
  return { mean, variance: second / total - mean * mean };
}

/** ψ(x) for x > 0: recurrence up to x ≥ 12, then its asymptotic series, whose next term is below 1e-15 there. */
function digamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 12; at++) shift -= 1 / at;
  const s = 1 / (at * at);
  return (
    shift +
    Math.log(at) -
    0.5 / at -
    s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - (691 / 32760) * s)))))
  );
}

/** ψ′(x) for x > 0, in the same way: the variance of ln χ²_n is ψ′(n/2), 2/n for large n. */
export function trigamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 12; at++) shift += 1 / (at * at);
  const s = 1 / (at * at);
  return (
    shift + 1 / at + s / 2 + (s / at) * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - s * (5 / 66 - (691 / 2730) * s)))))
  );
}

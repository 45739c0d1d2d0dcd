import type { Activation } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { pairMoments } from './pair-moments.js';
import type { Variances } from './variances.js';

export type Padding = 'circular' | 'zeros';

/** Covariance of one channel's values at all positions of a line: Σ_{αα′} = E h(α) h(α′). */
export type PositionCovariance = readonly (readonly number[])[];

/**
 * One convolution over a line of positions: Σ′_{αα′} = σ_w² Σ_β v_β M_{α+β, α′+β} + σ_b² for post-activation second moments M. Zero padding
 * drops the taps that fall outside at either position. Novak et al. 2019, arXiv:1810.05148; Xiao et al. 2018, arXiv:1806.05393.
 *
 * @param moments M, positions × positions
 * @param kernel odd number of taps of equal variance
 * @throws RangeError for an even kernel
 */
export function convolve(
  moments: PositionCovariance,
  kernel: number,
  padding: Padding,
  { sigmaW2, sigmaB2 }: Variances,
): number[][] {
  const reach = halfWidth(kernel);
  const count = moments.length;
  const at = (a: number, b: number) =>
    padding === 'circular' ? moments[(a + count) % count]![(b + count) % count]! : (moments[a]?.[b] ?? 0);
  return moments.map((row, alpha) =>
    row.map((_, other) => {
      let sum = 0;
      for (let beta = -reach; beta <= reach; beta++) sum += at(alpha + beta, other + beta);
      return (sigmaW2 * sum) / kernel + sigmaB2;
    }),
  );
}

/** Second moments of φ(h) for all pairs of positions: the kernel K with entries Σ_αα, Σ_α′α′, Σ_αα′. */
export function activatedCovariance(phi: Activation, sigma: PositionCovariance): number[][] {
  return sigma.map((row, a) =>
    row.map((covariance, b) => {
      const q1 = sigma[a]![a]!;
      const q2 = sigma[b]![b]!;
      if (a === b) return gaussianMoments(phi, q1).second;
      const scale = Math.sqrt(q1 * q2);
      // Rounding may leave a correlation just above 1.
      return pairMoments(phi, q1, q2, scale === 0 ? 0 : Math.max(-1, Math.min(1, covariance / scale))).value;
    }),
  );
}

/**
 * Lengths alone under zero padding: q′(α) = σ_w² (1/k) Σ_valid qPost(α + β) + σ_b², smaller at the borders.
 *
 * @param qPost second moments at the positions of a line
 * @throws RangeError for an even kernel
 */
export function convolveLengths(qPost: readonly number[], kernel: number, { sigmaW2, sigmaB2 }: Variances): number[] {
  const reach = halfWidth(kernel);
  return qPost.map((_, alpha) => {
    let sum = 0;
    for (let beta = -reach; beta <= reach; beta++) sum += qPost[alpha + beta] ?? 0;
    return (sigmaW2 * sum) / kernel + sigmaB2;
  });
}

/**
 * Mean share of taps that fall inside under zero ("same") padding, per dimension: 1 − r(r + 1)/(k n), r = (k − 1)/2.
 *
 * @throws RangeError for an even kernel or fewer positions than r
 */
export function validTapShare(positions: number, kernel: number): number {
  const reach = halfWidth(kernel);
  if (!(positions >= reach)) throw new RangeError(`positions must be at least ${reach}, not ${positions}`);
  return 1 - (reach * (reach + 1)) / (kernel * positions);
}

/**
 * Taps that reach each output phase of a transposed convolution along one dimension: those t with t ≡ phase (mod stride). Unequal numbers
 * are the checkerboard.
 *
 * @throws RangeError for a kernel or stride that is no positive integer
 */
export function transposedTaps(kernel: number, stride: number): number[] {
  if (!(Number.isInteger(kernel) && kernel > 0)) throw new RangeError(`kernel must be a positive integer, not ${kernel}`);
  if (!(Number.isInteger(stride) && stride > 0)) throw new RangeError(`stride must be a positive integer, not ${stride}`);
  return Array.from({ length: stride }, (_, phase) => Math.ceil(Math.max(0, kernel - phase) / stride));
}

function halfWidth(kernel: number): number {
  if (!(Number.isInteger(kernel) && kernel % 2 === 1 && kernel > 0)) throw new RangeError(`kernel must be odd, not ${kernel}`);
  return (kernel - 1) / 2;
}

import { depthScale } from './depth-scale.js';

/** A Fourier mode of the mean position, under repeated convolutions. */
export interface FourierMode {
  /** |λ_m|: share of the mode that averaging over the kernel's taps leaves. */
  readonly gain: number;
  /** ξ_m = −1/ln|χ λ_m| in layers; 0 for a mode that dies in one layer, `Infinity` at |χ λ_m| = 1. */
  readonly xi: number;
}

/**
 * Depth scale of every Fourier mode along one dimension of n positions, circular padding: λ_m = Σ_β v_β e^{2πi m d β/n}. Xiao, Bahri,
 * Sohl-Dickstein, Schoenholz, Pennington 2018, arXiv:1806.05393. In more dimensions the λ of each are multiplied.
 *
 * Only the mean (m = 0) keeps the depth scale of a dense network: even at χ = 1 non-uniform information has a finite depth, unless a single
 * tap carries all variance, as in delta-orthogonal kernels.
 *
 * @param taps variances of the kernel's taps in any common unit; equal ones for ordinary initializers
 * @param chi χ_c for correlations, χ_q for lengths, χ₁ for gradients
 * @throws RangeError for n that is no positive integer, for negative variances, or taps whose sum is 0
 */
export function fourierModes(positions: number, taps: readonly number[], dilation: number, chi: number): FourierMode[] {
  if (!(Number.isInteger(positions) && positions > 0))
    throw new RangeError(`positions must be a positive integer, not ${positions}`);
  if (!(chi >= 0)) throw new RangeError(`chi must be ≥ 0, not ${chi}`);
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  if (!(total > 0) || taps.some((tap) => !(tap >= 0)))
    throw new RangeError(`taps must be variances with a positive sum, not ${taps}`);
  return Array.from({ length: positions }, (_, m) => {
    const share = modeGain(m, positions, taps, dilation) / total;
    const gain = share < cancelled ? 0 : share;
    return { gain, xi: depthScale(chi * gain) };
  });
}

/** Taps that cancel do so up to rounding only, from which ξ would be read as 0.03 instead of 0. */
const cancelled = 1e-14;

/** |Σ v_β e^{iβω}|, ω = 2πmd/n. */
function modeGain(m: number, positions: number, taps: readonly number[], dilation: number): number {
  let re = 0;
  let im = 0;
  taps.forEach((tap, beta) => {
    // Whole turns are taken off in integers, so that modes which a dilation leaves alone have exactly |λ| = 1.
    const angle = (2 * Math.PI * ((m * dilation * beta) % positions)) / positions;
    re += tap * Math.cos(angle);
    im += tap * Math.sin(angle);
  });
  return Math.hypot(re, im);
}

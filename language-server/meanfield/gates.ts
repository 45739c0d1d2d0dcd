import type { Activation } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { pairMoments } from './pair-moments.js';

export interface GatedMoments {
  readonly secondMoment: number;
  readonly cosine: number;
  /** Mean squared singular value of the Jacobian with respect to x. */
  readonly chi: number;
}

/**
 * y = (A x) ⊙ g(B x) with independent A and B: E y² = q_a V_g(q_b), χ = σ_A² V_g(q_b) + σ_B² q_a D_g(q_b). GLU, ReGLU, GEGLU, SwiGLU and
 * bilinear layers. Except for the sigmoid gate E y² is quadratic in E x² where x is small, so without normalization a length that is kept
 * is not stable. Shazeer 2020, arXiv:2002.05202 (the layers).
 *
 * @throws RangeError for a negative variance or second moment, or a cosine outside [−1, 1]
 */
export function gate(
  g: Activation,
  { linear, gated }: { readonly linear: number; readonly gated: number },
  input: { readonly secondMoment: number; readonly cosine: number },
): GatedMoments {
  if (!(linear >= 0)) throw new RangeError(`linear must be a variance ≥ 0, not ${linear}`);
  if (!(gated >= 0)) throw new RangeError(`gated must be a variance ≥ 0, not ${gated}`);
  if (!(Math.abs(input.cosine) <= 1)) throw new RangeError(`cosine must lie in [−1, 1], not ${input.cosine}`);
  const qLinear = linear * input.secondMoment;
  const qGated = gated * input.secondMoment;
  const { second, slopeSecond } = gaussianMoments(g, qGated);
  const overlap = second === 0 ? 1 : pairMoments(g, qGated, qGated, input.cosine).value / second;
  return {
    secondMoment: qLinear * second,
    cosine: input.cosine * overlap,
    chi: linear * second + gated * qLinear * slopeSecond,
  };
}

export interface Part {
  readonly width: number;
  readonly secondMoment: number;
  readonly cosine: number;
}

/**
 * Second moment and cosine of concatenated features: averages weighted with the widths.
 *
 * @throws RangeError for no parts, or a width below 1
 */
export function concatenated(parts: readonly Part[]): Omit<Part, 'width'> {
  let [width, square, product] = [0, 0, 0];
  for (const part of parts) {
    if (!(part.width >= 1)) throw new RangeError(`width must be at least 1, not ${part.width}`);
    width += part.width;
    square += part.width * part.secondMoment;
    product += part.width * part.secondMoment * part.cosine;
  }
  if (width === 0) throw new RangeError('parts must not be empty');
  return { secondMoment: square / width, cosine: square === 0 ? 1 : product / square };
}

import type { SlopeMoments } from './slope-moments.js';

/** Where the weights of a layer come from, as far as the spectrum of WWᵀ sees it. */
export type WeightFamily = 'iid' | 'orthogonal';

/** W of a layer h = W x + b: `outputs` × `inputs`. */
export interface LinearShape {
  readonly family: WeightFamily;
  /** σ_w² = inputs · E[W²] */
  readonly sigmaW2: number;
  readonly inputs: number;
  readonly outputs: number;
  /**
   * Taps of a convolution whose kernel is orthogonal as one matrix outputs × (taps · inputs), not as an operator on images; absent: 1.
   * Widths of convolutions are counted in entries, channels times positions.
   */
  readonly taps?: number;
}

export interface JacobianLayer extends LinearShape {
  /** Moments of φ′² at this layer's q; 1 and 1 for a layer without activation. */
  readonly slopes: SlopeMoments;
}

/** The first two moments of the eigenvalues λ of JJᵀ, J = ∏ D_l W_l, and what follows from them. */
export interface JacobianMoments {
  /** ln m₁ = Σ ln(σ_w² μ₁), m₁ = (1/N_L) E tr JJᵀ; −∞ where all slopes or weights are 0. */
  readonly logMean: number;
  /** (1/L) ln m₁: 0 is ideal. */
  readonly meanGain: number;
  /** σ²_rel = m₂/m₁² − 1: 0 is ideal, above 2 broad. */
  readonly relativeVariance: number;
  /** 1/(1 + σ²_rel) = m₁²/m₂, the participation ratio of the spectrum, in (0, 1]. */
  readonly score: number;
}

/**
 * Moments of the input–output Jacobian's squared singular values, exact in the limit of wide layers for any χ:
 * σ²_rel = Σ_l N_L [(μ₂/μ₁² − 1)/N_l + κ_l], κ = 1/N_{l−1} for independent weights, 0 for orthogonal ones that do not widen and
 * 1/N_{l−1} − 1/N_l for those that do. Pennington, Schoenholz, Ganguli 2018, arXiv:1802.09979, extended to unequal widths. A convolution with
 * independent weights acts on each Fourier mode like a dense layer of its channels, so that the number of taps does not enter; a kernel that
 * is orthogonal as a matrix over k taps has κ = (1 − 1/k)/N_{l−1}, nearly that of independent weights.
 *
 * @throws RangeError for no layers, widths below 1 or negative variances
 */
export function jacobianMoments(layers: readonly JacobianLayer[]): JacobianMoments {
  const last = layers[layers.length - 1];
  if (!last) throw new RangeError('layers must not be empty');
  let logMean = 0;
  let perOutput = 0;
  for (const layer of layers) {
    checkShape(layer);
    const { mu1, mu2 } = layer.slopes;
    if (!(mu1 >= 0 && mu2 >= 0)) throw new RangeError(`slopes must have moments ≥ 0, not ${mu1} and ${mu2}`);
    logMean += Math.log(layer.sigmaW2 * mu1);
    // Cauchy–Schwarz holds up to rounding only; a slope that never varies must not come out slightly below 0.
    perOutput += Math.max(0, mu2 / (mu1 * mu1) - 1) / layer.outputs + weightSpread(layer);
  }
  const relativeVariance = last.outputs * perOutput;
  return { logMean, meanGain: logMean / layers.length, relativeVariance, score: 1 / (1 + relativeVariance) };
}

/** @throws RangeError for widths that are not positive, taps below 1 or a negative variance */
export function checkShape({ inputs, outputs, sigmaW2, taps = 1 }: LinearShape): void {
  if (!(inputs > 0 && Number.isFinite(inputs))) throw new RangeError(`inputs must be a positive number, not ${inputs}`);
  if (!(outputs > 0 && Number.isFinite(outputs))) throw new RangeError(`outputs must be a positive number, not ${outputs}`);
  if (!(sigmaW2 >= 0 && Number.isFinite(sigmaW2))) throw new RangeError(`sigmaW2 must be a finite number ≥ 0, not ${sigmaW2}`);
  if (!(taps >= 1 && Number.isFinite(taps))) throw new RangeError(`taps must be a number ≥ 1, not ${taps}`);
}

function weightSpread({ family, inputs, outputs, taps = 1 }: LinearShape): number {
  return family === 'iid' ? 1 / inputs : Math.max((1 - 1 / taps) / inputs, 1 / inputs - 1 / outputs);
}

/** Rows that are orthonormal over several taps are not so at each Fourier mode; columns are, where there are as many rows. */
export const isSpreadOut = ({ family, inputs, outputs, taps = 1 }: LinearShape): boolean =>
  family === 'orthogonal' && taps > 1 && outputs <= taps * inputs;

import { smoothLimit, type UniversalSpectrum } from './universal-spectrum.js';

/** A residual block y = skip · x + scale · f(x). */
export interface ResidualBranch {
  /** χ_f: mean squared singular value of the branch's Jacobian, ∏ σ_w² E φ′² over its layers. */
  readonly chi: number;
  /** Factor on the branch: a LayerScale, ReZero or SkipInit gate at its initial value, or 1/√L. */
  readonly scale?: number;
  /** Factor on the skip connection. */
  readonly skip?: number;
  /** Probability with which stochastic depth keeps the branch; the kept branch is not scaled up. */
  readonly survival?: number;
}

/** What a stack of residual blocks does to the Jacobian's spectrum. */
export interface ResidualIsometry {
  /** c = Σ p scale² χ_f/skip²: the effective cumulant, on which alone the spectrum depends. Near-isometric below about 0.1. */
  readonly cumulant: number;
  /** ln m₁ = Σ ln(skip² + p scale² χ_f), of this very depth. */
  readonly logMean: number;
  /** σ²_rel of the limit, 2c. */
  readonly relativeVariance: number;
  /** 1/(1 + 2c) */
  readonly score: number;
  /** Largest χ_f/skip² of a block. The universal law needs it small: above 0.2 edges are off by more than 10 %. */
  readonly largestBranch: number;
}

/**
 * The effective cumulant of a stack of residual blocks. Tarnowski, Warchoł, Jastrzębski, Tabor, Nowak 2018, arXiv:1809.08848: the spectrum of
 * ∏(1 + A_l) with many small branches is the same for every activation.
 *
 * @throws RangeError for a negative χ or survival outside [0, 1], or a skip factor of 0
 */
export function residualIsometry(branches: readonly ResidualBranch[]): ResidualIsometry {
  let cumulant = 0;
  let logMean = 0;
  let largestBranch = 0;
  for (const { chi, scale = 1, skip = 1, survival = 1 } of branches) {
    if (!(chi >= 0 && Number.isFinite(chi))) throw new RangeError(`chi must be a finite number ≥ 0, not ${chi}`);
    if (!(survival >= 0 && survival <= 1)) throw new RangeError(`survival must lie in [0, 1], not ${survival}`);
    if (!(skip !== 0 && Number.isFinite(skip))) throw new RangeError(`skip must be a finite number other than 0, not ${skip}`);
    const relative = (survival * scale * scale * chi) / (skip * skip);
    cumulant += relative;
    logMean += 2 * Math.log(Math.abs(skip)) + Math.log1p(relative);
    largestBranch = Math.max(largestBranch, relative);
  }
  const relativeVariance = 2 * cumulant;
  return { cumulant, logMean, relativeVariance, score: 1 / (1 + relativeVariance), largestBranch };
}

/**
 * The universal spectrum at effective cumulant c: z = ((1 + M)/M) e^{c(1 + 2M)}. Edges λ_max = ((r + 1)/(r − 1)) e^{c r}, r = √(1 + 2/c), and
 * λ_min = 1/λ_max; no mass at 0 for any activation, ReLU included. Tarnowski et al. 2018, arXiv:1809.08848.
 *
 * Not in it: for φ that is not odd one single singular value lies outside, along the mean of the features.
 *
 * @param cumulant c > 0; at c = 0 the Jacobian is the identity
 * @throws RangeError for a c that is not positive and finite
 */
export function residualSpectrum(cumulant: number): UniversalSpectrum {
  if (!(cumulant > 0 && Number.isFinite(cumulant))) throw new RangeError(`cumulant must be a positive number, not ${cumulant}`);
  return smoothLimit(2 * cumulant, cumulant);
}

/**
 * m₂/m₁² − 1 that one block 1 + A with a branch gain χ of order 1 contributes, where the universal law does not hold:
 * (κ χ² + 2χ)/(1 + χ)², κ = μ₂/μ₁² for independent weights and μ₂/μ₁² − 1 for orthogonal ones.
 *
 * @param kappa m₂(AAᵀ)/χ² − 1
 * @throws RangeError for a negative argument
 */
export function blockSpread(chi: number, kappa: number): number {
  if (!(chi >= 0 && Number.isFinite(chi))) throw new RangeError(`chi must be a finite number ≥ 0, not ${chi}`);
  if (!(kappa >= 0)) throw new RangeError(`kappa must be ≥ 0, not ${kappa}`);
  return (kappa * chi * chi + 2 * chi) / (1 + chi) ** 2;
}

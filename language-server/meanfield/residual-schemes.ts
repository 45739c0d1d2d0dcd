/** DeepNorm: x ← LN(α x + f(x)), with the weights of values, outputs and feed-forward layers multiplied by β. */
export interface DeepNorm {
  readonly alpha: number;
  readonly beta: number;
}

/**
 * DeepNorm of N encoder-only or decoder-only layers: α = (2N)^{1/4}, β = (8N)^{−1/4}. Wang et al. 2022, arXiv:2203.00555.
 *
 * @throws RangeError for fewer than one layer
 */
export function deepNorm(layers: number): DeepNorm {
  checkLayers(layers);
  return { alpha: (2 * layers) ** 0.25, beta: (8 * layers) ** -0.25 };
}

/**
 * Fixup: all layers of a branch but the last, which starts at 0, are He-initialized and multiplied by L^{−1/(2m − 2)}, m the layers of a
 * branch and L the branches. Zhang, Dauphin, Ma 2019, arXiv:1901.09321.
 *
 * @throws RangeError for fewer than one branch, or branches of fewer than two layers
 */
export function fixupScale(branches: number, layersPerBranch: number): number {
  checkLayers(branches);
  if (!(layersPerBranch >= 2)) throw new RangeError(`layersPerBranch must be at least 2, not ${layersPerBranch}`);
  return branches ** (-1 / (2 * layersPerBranch - 2));
}

/**
 * The factor b on every branch that bounds gradients at any depth: ∏(1 + b² χ_f) ≤ e^{budget}, b² = budget/(L χ_f). With budget = χ_f the
 * 1/√L of Hayou et al. 2021, arXiv:2010.12859.
 *
 * @param budget effective cumulant Σ b² χ_f allowed, about 1; 0.1 for near-isometry
 * @throws RangeError for a budget or χ_f that is not positive
 */
export function branchScale(branches: number, chi: number, budget = 1): number {
  checkLayers(branches);
  if (!(chi > 0)) throw new RangeError(`chi must be positive, not ${chi}`);
  if (!(budget > 0)) throw new RangeError(`budget must be positive, not ${budget}`);
  return Math.sqrt(budget / (branches * chi));
}

function checkLayers(layers: number): void {
  if (!(layers >= 1 && Number.isFinite(layers))) throw new RangeError(`layers must be at least 1, not ${layers}`);
}

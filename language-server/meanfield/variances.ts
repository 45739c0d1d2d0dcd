/** What one layer of a repeated network draws its parameters from. */
export interface Variances {
  /** σ_w² = n_in E[W²], n_in being the number of weights summed into one unit. */
  readonly sigmaW2: number;
  /** σ_b² = E[b²]. */
  readonly sigmaB2: number;
  /** Probability that a unit survives (inverted) dropout; 1 without. */
  readonly keep?: number;
}

/** @throws RangeError for a negative variance or a keep probability outside (0, 1] */
export function checkVariances({ sigmaW2, sigmaB2, keep = 1 }: Variances): void {
  if (!(sigmaW2 >= 0 && Number.isFinite(sigmaW2))) throw new RangeError(`sigmaW2 must be a finite number ≥ 0, not ${sigmaW2}`);
  if (!(sigmaB2 >= 0 && Number.isFinite(sigmaB2))) throw new RangeError(`sigmaB2 must be a finite number ≥ 0, not ${sigmaB2}`);
  if (!(keep > 0 && keep <= 1)) throw new RangeError(`keep must lie in (0, 1], not ${keep}`);
}

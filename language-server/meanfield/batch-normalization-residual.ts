/** A stack of blocks x ← x + f(BatchNorm(x)). */
export interface NormalizedResidual {
  readonly blocks: number;
  /** s₀: variance of the stream across the batch before the first block. */
  readonly streamVariance: number;
  /** v: variance across the batch that one branch adds. */
  readonly branchVariance: number;
  /** a: mean squared Jacobian of the branch for unit batch variance, σ_w² γ² E φ′² for one layer. */
  readonly branchGain: number;
}

export interface NormalizedResidualGrowth {
  /** ln ∏(1 + a/s_l), s_l = s₀ + v l: growth of squared gradients from the output to the first block. */
  readonly logGrowth: number;
  /** a/v: the growth tends to (1 + v l/s₀)^{a/v}, a power law instead of an explosion. */
  readonly exponent: number;
  /** Share of the last block's branch in its output: about 1/l, so that deep blocks are biased to the identity. */
  readonly lastShare: number;
}

/**
 * Gradients through residual blocks whose branch begins with batch normalization. De & Smith 2020, arXiv:2002.10444 (variance); Yang et
 * al. 2019, arXiv:1902.08129 (gradients through batch normalization).
 *
 * @throws RangeError for variances that are not positive or a number of blocks that is no integer ≥ 0
 */
export function normalizedResidualGrowth({
  blocks,
  streamVariance,
  branchVariance,
  branchGain,
}: NormalizedResidual): NormalizedResidualGrowth {
  if (!(Number.isInteger(blocks) && blocks >= 0)) throw new RangeError(`blocks must be an integer ≥ 0, not ${blocks}`);
  if (!(streamVariance > 0)) throw new RangeError(`streamVariance must be positive, not ${streamVariance}`);
  if (!(branchVariance > 0)) throw new RangeError(`branchVariance must be positive, not ${branchVariance}`);
  if (!(branchGain >= 0)) throw new RangeError(`branchGain must be ≥ 0, not ${branchGain}`);
  let logGrowth = 0;
  for (let l = 0; l < blocks; l++) logGrowth += Math.log1p(branchGain / (streamVariance + branchVariance * l));
  const last = streamVariance + branchVariance * blocks;
  return { logGrowth, exponent: branchGain / branchVariance, lastShare: blocks === 0 ? 0 : branchVariance / last };
}

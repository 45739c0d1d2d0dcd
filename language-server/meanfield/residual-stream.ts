import type { Activation } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { pairMoments } from './pair-moments.js';
import type { ResidualBranch } from './residual-isometry.js';
import { checkVariances, type Variances } from './variances.js';

/** A pair of inputs to a residual stream; both have the same length and mean. */
export interface StreamInput {
  /** E x² */
  readonly secondMoment: number;
  /** E x; 0 unless given. */
  readonly mean?: number;
  /** Cosine between both; 1 unless given. */
  readonly cosine?: number;
}

/** The stream of x ← x + φ(W x + b) after a number of blocks. */
export interface ResidualStream {
  /** E x² */
  readonly secondMoment: number;
  /** E x */
  readonly mean: number;
  readonly cosine: number;
  /** χ_f = σ_w² E φ′² of each block. */
  readonly branches: readonly ResidualBranch[];
}

/**
 * Second moment, mean and cosine of the stream through blocks x ← x + φ(W x + b): m′ = m + Eφ, E x′² = E x² + Eφ² + 2 m Eφ, and the same
 * for the product of two inputs. For ReLU the cross term soon dominates. Yang & Schoenholz 2017, arXiv:1712.08969; with the mean added.
 *
 * @throws RangeError for wrong variances, a negative second moment, a cosine outside [−1, 1] or a depth that is no integer ≥ 0
 */
export function residualStream(phi: Activation, variances: Variances, depth: number, input: StreamInput): ResidualStream {
  checkVariances(variances);
  let { secondMoment, mean = 0, cosine = 1 } = input;
  if (!(depth >= 0 && Number.isInteger(depth))) throw new RangeError(`depth must be an integer ≥ 0, not ${depth}`);
  if (!(secondMoment >= 0)) throw new RangeError(`secondMoment must be ≥ 0, not ${secondMoment}`);
  if (!(Math.abs(cosine) <= 1)) throw new RangeError(`cosine must lie in [−1, 1], not ${cosine}`);
  const { sigmaW2, sigmaB2 } = variances;
  const branches: ResidualBranch[] = [];
  for (let block = 0; block < depth; block++) {
    const q = sigmaW2 * secondMoment + sigmaB2;
    const moments = gaussianMoments(phi, q);
    const cross = 2 * mean * moments.mean;
    const correlation = q === 0 ? 1 : (sigmaW2 * secondMoment * cosine + sigmaB2) / q;
    const next = secondMoment + moments.second + cross;
    const product = correlation === 1 ? moments.second : pairMoments(phi, q, q, correlation).value;
    branches.push({ chi: sigmaW2 * moments.slopeSecond });
    cosine = next === 0 ? 1 : Math.min(1, (secondMoment * cosine + product + cross) / next);
    secondMoment = next;
    mean += moments.mean;
  }
  return { secondMoment, mean, cosine, branches };
}

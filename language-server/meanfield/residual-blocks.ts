import type { Activation } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { pairMoments } from './pair-moments.js';
import type { Variances } from './variances.js';

/** The stream before a block, for two inputs of equal length, and what the block does to gradients. */
export interface BlockPoint {
  /** p = E x² */
  readonly secondMoment: number;
  readonly cosine: number;
  /** χ = skip² + scale² χ_f of the block that follows. */
  readonly chi: number;
  /** ln ∏χ of the blocks before. */
  readonly logGradient: number;
}

/** A branch with a last linear map of zero mean, as the stream sees it: nothing but these maps. */
export interface Branch {
  /** v: second moment of the branch's output for a stream of second moment p. */
  readonly secondMoment: (p: number) => number;
  /** E f(x) f(x̂) for two inputs of second moment p and a cosine. */
  readonly product: (p: number, cosine: number) => number;
  /** χ_f: mean squared Jacobian of the branch. */
  readonly chi: (p: number) => number;
}

/**
 * A stack of blocks x ← skip · x + scale · f(x). Because f ends with weights of zero mean, the cross terms vanish: p′ = a²p + b²v,
 * χ = a² + b²χ_f. Yang & Schoenholz 2017, arXiv:1712.08969.
 *
 * @returns the stream before each of `blocks` blocks, and after the last
 * @throws RangeError for p ≤ 0, a cosine outside [−1, 1] or a number of blocks that is no integer ≥ 0
 */
export function residualBlocks(
  branch: Branch,
  { skip = 1, scale = 1, blocks }: { readonly skip?: number; readonly scale?: number; readonly blocks: number },
  input: { readonly secondMoment: number; readonly cosine: number },
): BlockPoint[] {
  if (!(Number.isInteger(blocks) && blocks >= 0)) throw new RangeError(`blocks must be an integer ≥ 0, not ${blocks}`);
  if (!(input.secondMoment > 0)) throw new RangeError(`secondMoment must be positive, not ${input.secondMoment}`);
  if (!(Math.abs(input.cosine) <= 1)) throw new RangeError(`cosine must lie in [−1, 1], not ${input.cosine}`);
  let { secondMoment, cosine } = input;
  let logGradient = 0;
  return Array.from({ length: blocks + 1 }, () => {
    const chi = skip * skip + scale * scale * branch.chi(secondMoment);
    const point = { secondMoment, cosine, chi, logGradient };
    const next = skip * skip * secondMoment + scale * scale * branch.secondMoment(secondMoment);
    const product = skip * skip * secondMoment * cosine + scale * scale * branch.product(secondMoment, cosine);
    cosine = Math.max(-1, Math.min(1, product / next));
    secondMoment = next;
    logGradient += Math.log(chi);
    return point;
  });
}

/** f(x) = V φ(W x + b) + a. */
export const hiddenLayerBranch = (phi: Activation, inner: Variances, outer: Variances): Branch => ({
  secondMoment: (p) => outer.sigmaW2 * gaussianMoments(phi, length(p, inner)).second + outer.sigmaB2,
  product: (p, cosine) => {
    const q = length(p, inner);
    const c = q === 0 ? 1 : (inner.sigmaW2 * p * cosine + inner.sigmaB2) / q;
    return outer.sigmaW2 * pairMoments(phi, q, q, c).value + outer.sigmaB2;
  },
  chi: (p) => outer.sigmaW2 * inner.sigmaW2 * gaussianMoments(phi, length(p, inner)).slopeSecond,
});

/** f(x) = W₂ φ(W₁ φ(x) + b₁) + b₂, activations first; the stream's entries are taken for Gaussian. */
export function preActivationBranch(phi: Activation, first: Variances, second: Variances): Branch {
  const inner = hiddenLayerBranch(phi, first, second);
  return {
    secondMoment: (p) => inner.secondMoment(gaussianMoments(phi, p).second),
    product: (p, cosine) => {
      const post = gaussianMoments(phi, p).second;
      return inner.product(post, post === 0 ? 1 : pairMoments(phi, p, p, cosine).value / post);
    },
    chi: (p) => inner.chi(gaussianMoments(phi, p).second) * gaussianMoments(phi, p).slopeSecond,
  };
}

/**
 * f(LayerNorm(x)) with f(x) = W₂ φ(W₁ x + b₁) + b₂: the branch sees length 1 whatever the stream has, so that gradients grow by a power of
 * depth with exponent χ_f/v. Xiong et al. 2020, arXiv:2002.04745.
 */
export function preNormBranch(phi: Activation, first: Variances, second: Variances): Branch {
  const branch = hiddenLayerBranch(phi, first, second);
  return {
    secondMoment: () => branch.secondMoment(1),
    product: (_, cosine) => branch.product(1, cosine),
    chi: (p) => branch.chi(1) / p,
  };
}

/** One block x ← LayerNorm(x + f(x)) of a normalized stream. */
export interface PostNormBlock {
  /** (1 + χ_f)/(1 + v): above 1 gradients explode exponentially. */
  readonly chi: number;
  /** c ↦ (c + k_f(c))/(1 + v) */
  readonly cMap: (cosine: number) => number;
}

/** Post-norm residual blocks, for a branch in which the stream has no mean. Xiong et al. 2020, arXiv:2002.04745. */
export function postNormBlock({ secondMoment, product, chi }: Branch): PostNormBlock {
  const total = 1 + secondMoment(1);
  return { chi: (1 + chi(1)) / total, cMap: (cosine) => (cosine + product(1, cosine)) / total };
}

const length = (p: number, { sigmaW2, sigmaB2 }: Variances): number => sigmaW2 * p + sigmaB2;

import type { Affine, Shape } from '../network/graph.js';
import { equals } from '../network/quantity.js';
import { scaled, withBias } from './signal.js';
import { type Attention, type NodeState, stops, times } from './transfer.js';
import type { WeightMoments } from './weight-moments.js';

/**
 * Talking heads: a layer that reads the heads of attention at each pair of tokens, a dense one that has them last or a convolution of single
 * pairs; `null` for any other. Positions stay those of the queries.
 */
export function headsMixedBy(
  node: Affine,
  { attention, signal, reason, channels, extent }: NodeState,
  shape: Shape,
  { sigmaW2, sigmaB2, biasMean }: WeightMoments,
): Partial<NodeState> | null {
  if (!attention || shape?.length !== 4 || node.inChannels === null || sigmaW2 === null) return null;
  const axis =
    node.variant === 'dense' ? 3 : node.variant === 'convolution' && node.kernel.every((size) => size === 1) ? 1 : null;
  if (axis === null || equals(shape[axis]!, node.inChannels) !== true) return null;
  if (sigmaB2 === null) return stops('The variance of the biases is not known.');
  if (sigmaB2 > 0 && attention.stage === 'weights' && attention.tokens === null)
    return stops('A bias adds all tokens up here, and how many there are is not known.');
  return {
    channels,
    extent,
    signal: signal && withBias(scaled(signal, sigmaW2), sigmaB2, biasMean),
    reason,
    backward: [times(sigmaW2)],
    attention: mixed(attention, sigmaW2, sigmaB2),
  };
}

/**
 * Heads mixed by a layer of independent weights, `a_h ↦ Σ w_hk a_k + b_h`: products of weights grow by σ_w², and a bias adds to all keys alike.
 * Logits of a softmax do not see it. Shazeer et al. 2020, arXiv:2003.02436.
 */
function mixed(attention: Attention, sigmaW2: number, sigmaB2: number): Attention {
  if (attention.stage === 'logits') return { ...attention, variance: sigmaW2 * attention.variance };
  const bias = sigmaB2 * (attention.tokens ?? 0);
  const one = (product: number) => sigmaW2 * product + bias;
  const { total, share, lastShare, overlap, cross } = attention;
  return {
    ...attention,
    total: sigmaW2 * total + bias * (attention.tokens ?? 0),
    share: one(share),
    lastShare: one(lastShare),
    overlap: one(overlap),
    cross: one(cross),
  };
}

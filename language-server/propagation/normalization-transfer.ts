import type { Normalization } from '../network/graph.js';
import { inPlainUnits, type Signal, silence } from './signal.js';
import { type NodeState, passes, stops, type Transfer, times } from './transfer.js';
import { parameterSecondMoment } from './weight-moments.js';

/**
 * y = γ (x − μ)/s + β with the statistics of the training batch or of the sample's own features: E y² = γ² s²/(s² + ε) + β², squared
 * gradients times γ²/(s² + ε). What counts as μ decides what is left: batch statistics remove all that inputs have in common.
 * Yang et al. 2019, arXiv:1902.08129 (wide batch); Xiong et al. 2020, arXiv:2002.04745.
 */
export const normalizationTransfer: Transfer<'normalization'> = (node, [input], { training, assume }) => {
  const gamma2 = node.weight ? parameterSecondMoment(node.weight) : 1;
  const beta2 = node.bias ? parameterSecondMoment(node.bias) : 0;
  if (gamma2 === null || beta2 === null) return stops('The scale or the shift of this normalization is not known.');
  if (node.variant === 'local-response') {
    assume('Local response normalization is taken as the identity, which it nearly is for signals of order 1.');
    return { signal: input?.signal ?? null, reason: input?.reason ?? null, backward: [passes] };
  }
  if (node.variant === 'batch' && !training) return evaluated(input, gamma2, beta2, node.epsilon);
  if (node.variant === 'batch') assume('Batch normalization is taken with a large batch of independent inputs.');
  if (!input?.signal) return { signal: restarted(gamma2, beta2), reason: null, backward: [] };
  return normalized(inPlainUnits(input.signal), removed(node, inPlainUnits(input.signal), input), gamma2, beta2, node.epsilon);
};

/** The second moment that the normalization subtracts before it divides. */
function removed({ variant }: Normalization, { mean, pair, space, pairSpace }: Signal, { extent }: NodeState): number {
  switch (variant) {
    case 'batch':
      return extent.length > 0 ? pairSpace : pair;
    case 'instance':
      return space;
    case 'rms':
      return 0;
    default:
      return mean * mean;
  }
}

function normalized(signal: Signal, common: number, gamma2: number, beta2: number, epsilon: number): Partial<NodeState> {
  const variance = Math.max(0, signal.q - common);
  const factor = gamma2 / (variance + epsilon);
  if (!Number.isFinite(signal.q)) return { signal: restarted(gamma2, beta2), reason: null, backward: [] };
  if (!(factor < Number.POSITIVE_INFINITY))
    return stops('The normalization divides by 0: its input is the same for all of the batch.');
  // Products below 0 are what the removal of the common part leaves of a finite batch; in a large one they are 0.
  const product = (value: number) => factor * Math.max(0, value - common) + beta2;
  return {
    signal: {
      logScale: 0,
      q: factor * variance + beta2,
      mean: Math.sqrt(beta2),
      pair: product(signal.pair),
      space: product(signal.space),
      pairSpace: product(signal.pairSpace),
    },
    reason: null,
    backward: [times(factor)],
  };
}

/** Whatever entered, the output has second moment γ² + β²; correlations are those of independent inputs. */
const restarted = (gamma2: number, beta2: number): Signal => ({
  ...silence,
  q: gamma2 + beta2,
  mean: Math.sqrt(beta2),
  pair: beta2,
  space: beta2,
  pairSpace: beta2,
});

/** Running statistics at initialization are mean 0 and variance 1. */
function evaluated(input: NodeState | undefined, gamma2: number, beta2: number, epsilon: number): Partial<NodeState> {
  const factor = gamma2 / (1 + epsilon);
  const backward = [times(factor)];
  if (!input?.signal) return { signal: null, reason: input?.reason ?? null, backward };
  const { logScale, q, mean, pair, space, pairSpace } = inPlainUnits(input.signal);
  const root = Math.sqrt(factor);
  return {
    signal: {
      logScale,
      q: factor * q + beta2,
      mean: root * mean + Math.sqrt(beta2),
      pair: factor * pair + beta2,
      space: factor * space + beta2,
      pairSpace: factor * pairSpace + beta2,
    },
    reason: null,
    backward,
  };
}

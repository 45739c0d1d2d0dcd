import type { Normalization, Parameter } from '../../network/graph.js';
import { add, multiply, numberOf } from '../../network/quantity.js';
import { clampCorrelation, logAdd, type Signal, type Transferred } from '../signal.js';

/**
 * Batch and instance normalization subtract what all positions (and independent inputs) share and divide by the rest; layer, group and
 * RMS normalization work within one input. Output γ² + β²; gradients come back with γ²/s², up to 1/n of the entries that are counted.
 * Yang et al. 2019, arXiv:1902.08129; Xiong et al. 2020, arXiv:2002.04745.
 */
export function normalize(node: Normalization, input: Signal, mode: 'train' | 'eval'): Transferred | string {
  const gamma = secondMoment(node.weight, 1);
  const beta = secondMoment(node.bias, 0);
  if (gamma === null || beta === null) return 'the scale of a normalization is not known';
  if (node.variant === 'local-response') return { signal: { ...input }, gains: [{ logSame: 0, cross: 1, shared: 0 }] };
  const frozen = node.variant === 'batch' && mode === 'eval';
  const shared = frozen ? 0 : sharedPart(node.variant, input);
  const logVariance = frozen
    ? Math.log1p(node.epsilon)
    : logAdd(input.logQ + Math.log(Math.max(0, 1 - shared)), Math.log(node.epsilon));
  const kept = frozen
    ? Math.exp(input.logQ) / (1 + node.epsilon)
    : Math.exp(input.logQ + Math.log(Math.max(0, 1 - shared)) - logVariance);
  const logScaled = frozen ? input.logQ - Math.log1p(node.epsilon) : Math.log(kept);
  const logQ = logAdd(Math.log(gamma) + logScaled, Math.log(beta));
  const own = logQ === Number.NEGATIVE_INFINITY ? 0 : Math.exp(Math.log(gamma) + logScaled - logQ);
  const rest = (c: number) => (shared >= 1 ? 0 : clampCorrelation((c - shared) / (1 - shared)));
  return {
    signal: {
      logQ,
      c: 1 - own * (1 - rest(input.c)),
      cSpatial: 1 - own * (1 - rest(input.cSpatial)),
      mean: frozen ? input.mean * Math.sqrt(own) : 0,
      spatial: input.spatial,
    },
    gains: [{ logSame: Math.log(gamma) - logVariance, cross: 1, shared: 0 }],
  };
}

/** Share of E x² that the normalization takes away. */
function sharedPart(variant: Normalization['variant'], input: Signal): number {
  switch (variant) {
    case 'batch':
    case 'instance':
      return Math.max(0, input.cSpatial);
    case 'layer':
    case 'group':
      return input.mean * input.mean;
    default:
      return 0;
  }
}

/** E[p²] of a parameter; a tensor that is not there leaves its neutral value. */
export function secondMoment(parameter: Parameter | null, neutral: number): number | null {
  if (!parameter) return neutral;
  const write = parameter.writes.at(-1);
  if (!write || write.mean === null || write.variance === null) return null;
  return numberOf(add(multiply(write.mean, write.mean), write.variance));
}

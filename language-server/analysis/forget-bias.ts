import type { Layer, Network } from '../network/graph.js';

/**
 * Mean of what is added to the forget gate of each LSTM layer at initialization: the sum over its bias vectors, of which there may be two.
 * `null` where one was written in a way that is not followed.
 */
export function forgetBiases({ nodes }: Network): ReadonlyMap<Layer, number | null> {
  const biases = new Map<Layer, number | null>();
  for (const node of nodes) {
    if (node.kind !== 'recurrent' || node.cell !== 'lstm') continue;
    const { weight, bias, others } = node.layer;
    const tensors = [bias, ...others].filter((one) => one && one !== weight && /^bias_[ih]h(_l0)?$/.test(one.name));
    const means = tensors.map((tensor) => {
      const last = tensor!.writes.at(-1);
      return last && !tensor!.touched && last.family !== 'unknown' && typeof last.mean === 'number' ? last.mean : null;
    });
    const sum = means.reduce<number | null>((total, mean) => (total === null || mean === null ? null : total + mean), 0);
    biases.set(node.layer, sum);
  }
  return biases;
}

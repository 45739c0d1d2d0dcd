import type { Layer, Network, Parameter } from '../network/graph.js';

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
    const means = tensors.map((tensor) => forgetMean(tensor!));
    const sum = means.reduce<number | null>((total, mean) => (total === null || mean === null ? null : total + mean), 0);
    biases.set(node.layer, sum);
  }
  return biases;
}

/** The mean over the second quarter of a bias: the gates stand in the order input, forget, cell, output. */
function forgetMean({ shape, writes, touched, parts }: Parameter): number | null {
  const size = shape?.length === 1 ? shape[0] : null;
  const last = writes.at(-1);
  if (!last || (touched && !parts) || typeof size !== 'number') return null;
  let write = last;
  for (const part of parts ?? []) {
    if (part.after < writes.length || part.to <= size / 4 || part.from >= size / 2) continue;
    if (part.from > size / 4 || part.to < size / 2) return null;
    write = part.write;
  }
  return write.family !== 'unknown' && !write.source.undecided && typeof write.mean === 'number' ? write.mean : null;
}

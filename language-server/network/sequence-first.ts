import type { Node } from './graph.js';

/**
 * Whether the first dimension of a tensor of three, or of two that become three, holds tokens and the second the samples: the first two change
 * places before the tensor reaches attention, as in `nn.MultiheadAttention` without `batch_first`, or a recurrent layer reads it so.
 */
export function isSequenceFirst(nodes: readonly Node[], id: number): boolean {
  /** Where the first and the second dimension stand behind each node. */
  const places = new Map<number, readonly [first: number, second: number]>([[id, [0, 1]]]);
  for (const node of nodes) {
    const from = node.inputs.find((input) => places.has(input));
    if (from === undefined) continue;
    const [first, second] = places.get(from)!;
    if (node.kind === 'attention' || node.kind === 'matmul') return second === 0;
    if (node.kind === 'recurrent' && node.sequence) {
      const wanted = node.sequence.batchFirst ? 0 : 1;
      return first !== wanted && second === wanted;
    }
    const order = node.kind === 'reshape' && node.order?.length === 3 ? node.order : null;
    places.set(node.id, order ? [order.indexOf(first), order.indexOf(second)] : [first, second]);
  }
  return false;
}

import type { Node } from './graph.js';

/**
 * Whether the first dimension of a tensor of three, or of two that become three, holds tokens and the second the samples: the first two change
 * places before the tensor reaches attention, as in `nn.MultiheadAttention` without `batch_first`, or a recurrent layer reads it so.
 */
export function isSequenceFirst(nodes: readonly Node[], id: number): boolean {
  const swapped = new Map([[id, false]]);
  for (const node of nodes) {
    const from = node.inputs.find((input) => swapped.has(input));
    if (from === undefined) continue;
    const before = swapped.get(from)!;
    if (node.kind === 'attention' || node.kind === 'matmul') return before;
    if (node.kind === 'recurrent' && node.sequence) return before === node.sequence.batchFirst;
    swapped.set(node.id, before !== swapsFirst(node));
  }
  return false;
}

const swapsFirst = (node: Node): boolean =>
  node.kind === 'reshape' && node.order?.length === 3 && node.order[0] === 1 && node.order[1] === 0;

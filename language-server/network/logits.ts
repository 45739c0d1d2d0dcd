import type { Node } from './graph.js';

/**
 * The outputs of a network, each before the softmax that ends it: with the cross-entropy behind it, that is a part of the loss. Views of a softmax
 * are looked through, one that is read again, as the weights of attention are, is not.
 */
export function logitsOf(nodes: readonly Node[], outputs: readonly number[]): number[] {
  const read = new Map<number, number>();
  for (const { inputs } of nodes) for (const input of inputs) read.set(input, (read.get(input) ?? 0) + 1);
  return outputs.map((output) => {
    let [logits, readers] = [output, 0];
    for (let node = nodes[output]; node && isView(node) && (read.get(node.id) ?? 0) === readers; node = nodes[node.inputs[0]!]) {
      readers = 1;
      if (node.kind === 'softmax') logits = node.inputs[0]!;
    }
    return logits;
  });
}

const isView = ({ kind, inputs }: Node): boolean => (kind === 'softmax' || kind === 'reshape') && inputs.length === 1;

/** Whether a node is the softmax that was taken off an output. */
export const endsOutput = ({ kind, inputs }: Node, outputs: readonly number[]): boolean =>
  kind === 'softmax' && outputs.includes(inputs[0]!);

import type { Network, Node } from './graph.js';

/**
 * The outputs of a network, each before the softmax that ends it: with the cross-entropy behind it, that is a part of the loss. Views of a softmax
 * are looked through, one that is read again, as the weights of attention are, is not. An output that is returned twice, as logits and as
 * probabilities, is one.
 */
export function logitsOf(nodes: readonly Node[], outputs: readonly number[]): number[] {
  const read = new Map<number, number>();
  for (const { inputs } of nodes) for (const input of inputs) read.set(input, (read.get(input) ?? 0) + 1);
  const before = outputs.map((output) => {
    let [logits, readers] = [output, 0];
    for (let node = nodes[output]; node && isView(node) && (read.get(node.id) ?? 0) === readers; node = nodes[node.inputs[0]!]) {
      readers = 1;
      if (node.kind === 'softmax') logits = node.inputs[0]!;
    }
    return logits;
  });
  return [...new Set(before)];
}

const isView = ({ kind, inputs }: Node): boolean => (kind === 'softmax' || kind === 'reshape') && inputs.length === 1;

/** Whether a node is a softmax that was taken off an output: what reads it, if anything, are views that end there. */
export const endsOutput = (
  node: Node,
  { nodes, outputs }: Pick<Network, 'nodes' | 'outputs'>,
  consumers: readonly (readonly number[])[],
): boolean => node.kind === 'softmax' && outputs.includes(node.inputs[0]!) && isUnread(node.id, nodes, consumers);

const isUnread = (id: number, nodes: readonly Node[], consumers: readonly (readonly number[])[]): boolean =>
  consumers[id]!.every((reader) => isView(nodes[reader]!) && isUnread(reader, nodes, consumers));

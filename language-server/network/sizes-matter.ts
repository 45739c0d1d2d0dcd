import type { Node } from './graph.js';
import { numberOf } from './quantity.js';

/** Whether anything of a network that reads no images depends on sizes that nobody said. */
export const sizesMatter = (nodes: readonly Node[]): boolean => takesTogether(nodes) || makesMaps(nodes);

/** Whether a mean, a sum, a maximum or a softmax goes over dimensions of vectors, of tokens or of their maps whose sizes nobody said. */
function takesTogether(nodes: readonly Node[]): boolean {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return nodes.some((node) => {
    // A softmax that ends the network is a part of its loss.
    if (node.kind === 'softmax') return node.axis === undefined && read.has(node.id) && !nodes[node.inputs[0] ?? -1]?.shape;
    const before = nodes[node.inputs[0] ?? -1]?.shape;
    // `F.max_pool1d(x, x.shape[2])`, the maximum over a text.
    if (node.kind === 'pooling' && node.variant.startsWith('global') && !node.over)
      return !before || before.slice(2).some((size) => numberOf(size) === null);
    const over = reducedDimensions(node);
    if (!over || over.length === 0) return false;
    return !before || (before.length <= 3 && over.some((axis) => axis !== 0 && numberOf(before[axis]) === null));
  });
}

function reducedDimensions(node: Node): readonly number[] | null {
  if (node.kind === 'pooling') return node.over ?? null;
  return node.kind === 'opaque' && node.calculation?.what === 'sum' ? node.calculation.over : null;
}

/** Whether convolutions read what a dense layer made of the input, `self.dense(z).view(len(z), 128, 8, 8)`, in a shape that nobody knows. */
function makesMaps(nodes: readonly Node[]): boolean {
  const first = nodes.find(({ kind }) => kind === 'affine');
  if (first?.kind !== 'affine' || first.variant !== 'dense' || first.shape) return false;
  return nodes.some((node) => node.kind === 'affine' && (node.variant === 'convolution' || node.variant === 'transposed'));
}

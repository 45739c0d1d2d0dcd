import type { Node } from './graph.js';

/**
 * Sums over dimensions as what the theory knows: the mean, times their size. They come as steps of normalizations that may be written out;
 * this is for those that are left.
 */
export function sumsAsPoolings(nodes: readonly Node[]): readonly Node[] {
  return nodes.map((node): Node => {
    const over = node.kind === 'opaque' && node.calculation?.what === 'sum' ? node.calculation.over : null;
    const before = nodes[node.inputs[0] ?? -1]?.shape;
    // Of a tensor that nobody knows the dimensions of, how many terms there are is not known either.
    if (!over || !before || over.some((axis) => axis <= 0 || axis >= before.length)) return node;
    const { id, path, name, location, inputs, shape } = node;
    const kernel = over.map((axis) => before[axis]!);
    const padding = kernel.map(() => 0);
    const operation = {
      kind: 'pooling',
      variant: 'global-average',
      kernel,
      stride: kernel,
      padding,
      over,
      summed: true,
    } as const;
    return { id, path, name, location, inputs, shape, ...operation };
  });
}

import type { Network, Node } from './graph.js';
import { withoutNodes } from './without-nodes.js';

type Graph = Pick<Network, 'nodes' | 'outputs'>;

/** Sums and means over the dimension along which tensors were stacked, as what they are: `torch.stack(skips).sum(0)` adds these up. */
export function recognizeStackedSums({ nodes, outputs }: Graph): Graph {
  const spare = new Set<number>();
  const rewritten = nodes.map((node): Node => {
    const stack = nodes[node.inputs[0] ?? -1];
    if (stack?.kind !== 'concatenate' || !stack.isStack || !reducesAlong(node, stack)) return node;
    spare.add(stack.id);
    const { id, path, name, location, shape } = node;
    const share = node.kind === 'pooling' ? 1 / stack.inputs.length : 1;
    return { id, path, name, location, shape, inputs: stack.inputs, kind: 'add', coefficients: stack.inputs.map(() => share) };
  });
  if (spare.size === 0) return { nodes, outputs };
  for (const { inputs } of rewritten) for (const input of inputs) spare.delete(input);
  for (const output of outputs) spare.delete(output);
  return withoutNodes({ nodes: rewritten, outputs }, spare);
}

/** Whether it adds up or averages along that dimension alone, which is gone behind it. */
function reducesAlong(node: Node, { axis, shape }: Extract<Node, { kind: 'concatenate' }>): boolean {
  const isMean = node.kind === 'pooling' && node.variant === 'global-average' && !node.summed;
  const over = isMean ? node.over : node.kind === 'opaque' && node.calculation?.what === 'sum' ? node.calculation.over : null;
  if (over?.length !== 1 || (node.shape && node.shape.length !== (shape?.length ?? 0) - 1)) return false;
  const from = (place: number) => (place < 0 && shape ? shape.length + place : place);
  return from(over[0]!) === from(axis);
}

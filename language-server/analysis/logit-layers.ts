import type { Layer, Network } from '../network/graph.js';

/** Layers whose output a sigmoid reads, or that the model returns as it is: logits, if anything. */
export function logitLayers({ nodes, outputs }: Network): ReadonlySet<Layer> {
  const end = new Set<number>(outputs);
  const found = new Set<Layer>();
  // Successors have larger ids: walking backwards meets each before its inputs.
  for (const node of [...nodes].reverse()) {
    const isSigmoid = node.kind === 'activation' && node.activation === 'sigmoid';
    if (!isSigmoid && !end.has(node.id)) continue;
    if (node.kind === 'affine') found.add(node.layer);
    if (isSigmoid || transparent.has(node.kind)) for (const input of node.inputs) end.add(input);
  }
  return found;
}

const transparent = new Set(['reshape', 'interpolation', 'mask', 'concatenate']);

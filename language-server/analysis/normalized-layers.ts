import type { Network } from '../network/graph.js';

/**
 * Paths of the layers whose output is normalized before it reaches an activation or the next layer.
 *
 * The scale of their weights cancels, so that nothing that σ_w² says of a bare layer holds for them.
 */
export function normalizedLayers({ nodes }: Network): ReadonlySet<string> {
  const normalized = new Set<string>();
  const reaches = new Map<number, boolean>();
  // Successors have larger ids: walking backwards meets each before its inputs.
  for (const node of [...nodes].reverse()) {
    const normalizes = node.kind === 'normalization' && node.variant !== 'local-response';
    if (node.kind === 'affine' && reaches.get(node.id)) normalized.add(node.path);
    if (!normalizes && !(transparent.has(node.kind) && reaches.get(node.id))) continue;
    for (const input of node.inputs) reaches.set(input, true);
  }
  return normalized;
}

const transparent = new Set(['reshape', 'mask', 'dropout', 'pooling', 'interpolation', 'add', 'concatenate', 'scale', 'shift']);

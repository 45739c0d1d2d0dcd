import type { ModelReport } from '../protocol.js';

/**
 * Paths of the layers whose output is normalized before it reaches an activation or the next layer.
 *
 * The scale of their weights cancels, so that nothing that σ_w² says of a bare layer holds for them.
 */
export function normalizedLayers(model: ModelReport): ReadonlySet<string> {
  if (!hasNormalization(model)) return new Set();
  const { graph } = model;
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const successors = new Map<number, number[]>();
  for (const [from, to] of graph.edges) successors.set(from, [...(successors.get(from) ?? []), to]);
  const normalized = new Set<string>();
  for (const node of graph.nodes) {
    if (node.kind !== 'affine') continue;
    const queue = [...(successors.get(node.id) ?? [])];
    const seen = new Set<number>();
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      const next = nodes.get(id);
      if (!next || seen.has(id)) continue;
      seen.add(id);
      if (next.kind === 'normalization') normalized.add(node.path);
      else if (transparent.has(next.kind)) queue.push(...(successors.get(id) ?? []));
    }
  }
  return normalized;
}

const transparent = new Set(['reshape', 'dropout', 'pooling', 'add', 'concatenate', 'scale', 'shift']);

/** True where the network normalizes anywhere: its global numbers rest on the statistics of batches or of layers. */
export function hasNormalization({ graph }: ModelReport): boolean {
  return graph.nodes.some(({ kind }) => kind === 'normalization');
}

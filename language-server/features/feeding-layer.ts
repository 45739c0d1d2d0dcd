import type { GraphNodeReport, LayerReport, ModelReport } from '../protocol.js';

/** The layers whose outputs reach a node of the graph without passing another layer: what feeds an activation. */
export function feedingLayers({ graph, layers }: ModelReport, node: GraphNodeReport): LayerReport[] {
  const nodes = new Map(graph.nodes.map((candidate) => [candidate.id, candidate]));
  const queue = [node.id];
  const seen = new Set<number>();
  const found: LayerReport[] = [];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const here = nodes.get(id);
    const layer = here?.kind === 'affine' ? layers.find(({ path }) => path === here.path) : undefined;
    if (layer) found.push(layer);
    else for (const [from, to] of graph.edges) if (to === id) queue.push(from);
  }
  return found;
}

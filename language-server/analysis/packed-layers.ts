import type { Layer, Network, Node } from '../network/graph.js';

/** Layers three times as wide as their input whose output is cut into parts that attend to each other: query, key and value in one. */
export function packedLayers({ nodes }: Network): ReadonlySet<Layer> {
  const parts = new Map<number, number>();
  for (const { kind, inputs } of nodes) if (kind === 'reshape') for (const id of inputs) parts.set(id, (parts.get(id) ?? 0) + 1);
  const packed = new Set<Layer>();
  for (const node of nodes) {
    if (node.kind !== 'attention' && node.kind !== 'matmul') continue;
    const sources = node.inputs.flatMap((id) => partOf(nodes, nodes[id]!, parts) ?? []);
    for (const { layer, part } of sources)
      if (sources.some((other) => other.layer === layer && other.part !== part) && isThreefold(layer)) packed.add(layer);
  }
  return packed;
}

/** The layer that a tensor is one of three or more parts of, and the node that took the part. */
function partOf(nodes: readonly Node[], start: Node, parts: ReadonlyMap<number, number>): { layer: Layer; part: number } | null {
  let part: number | null = null;
  let node = start;
  while (node.inputs.length === 1 && transparent.has(node.kind)) {
    const from = node.inputs[0]!;
    if (part === null && node.kind === 'reshape' && (parts.get(from) ?? 0) >= 3) part = node.id;
    node = nodes[from]!;
  }
  return node.kind === 'affine' && part !== null ? { layer: node.layer, part } : null;
}

const transparent = new Set(['reshape', 'scale', 'normalization', 'dropout']);

const isThreefold = ({ fanIn, fanOut }: Layer): boolean =>
  typeof fanIn === 'number' && typeof fanOut === 'number' && fanOut === 3 * fanIn;

import type { Node } from './graph.js';

/** A graph without some of its nodes, which none of the others reads, with new ids. */
export function withoutNodes(
  { nodes, outputs }: { readonly nodes: readonly Node[]; readonly outputs: readonly number[] },
  gone: ReadonlySet<number>,
): { nodes: readonly Node[]; outputs: readonly number[] } {
  if (gone.size === 0) return { nodes, outputs };
  const places: number[] = [];
  let next = 0;
  for (const { id } of nodes) places[id] = gone.has(id) ? -1 : next++;
  return {
    nodes: nodes
      .filter(({ id }) => !gone.has(id))
      .map((node) => ({ ...node, id: places[node.id]!, inputs: node.inputs.map((input) => places[input]!) })),
    outputs: outputs.map((output) => places[output]!),
  };
}

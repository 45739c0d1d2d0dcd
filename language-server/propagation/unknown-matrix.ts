import type { Node } from '../network/graph.js';
import type { Context } from './transfer.js';

/**
 * `adj @ h`: what an input does as a matrix depends on what it holds. The normalized adjacency of a graph averages neighbours, a plain one adds
 * them up, and entries of second moment 1 would do neither. Scores that a softmax reads are products of data with data, and so is what no
 * weights come behind.
 *
 * @returns why the signal stops, `null` where it does not
 */
export function unknownMatrix({ id, inputs: [left = -1, right = -1] }: Node, context: Context): string | null {
  const { nodes, states } = context;
  const matrix = [left, right]
    .map((one) => nodes[states[one]?.origin ?? -1])
    .find((source, i) => source?.kind === 'input' && !dependsOn(i === 0 ? right : left, source.id, nodes));
  if (!matrix || !leadsToWeights(id, context)) return null;
  return `What '${matrix.name}' holds is not known, and so whether the product with it averages or adds up.`;
}

function dependsOn(id: number, source: number, nodes: readonly Node[]): boolean {
  const seen = new Set([id]);
  for (const at of seen) {
    if (at === source) return true;
    for (const input of nodes[at]?.inputs ?? []) if (input >= source) seen.add(input);
  }
  return false;
}

/** Past all that is no softmax: behind one, the product is the weights of an average. */
function leadsToWeights(id: number, { nodes, consumers }: Context): boolean {
  const seen = new Set([id]);
  for (const at of seen)
    for (const reader of consumers[at]!) {
      const { kind } = nodes[reader]!;
      if (kind === 'affine' || kind === 'recurrent') return true;
      if (kind !== 'softmax') seen.add(reader);
    }
  return false;
}

import type { Node, Opaque } from './graph.js';

/** A loss function: what training compares, behind the network. */
export const aLoss: Opaque = { kind: 'opaque', reason: 'A loss is not part of the network.', weightless: true };

export const isLoss = (node: Node): boolean => node.kind === 'opaque' && node.reason === aLoss.reason;

/** What sums, scales and averages losses. */
const combines: ReadonlySet<Node['kind']> = new Set(['add', 'scale', 'shift', 'reshape', 'pooling']);

/**
 * The outputs of a network, where it returns its loss: what that loss reads of the network, and not the targets beside it. What is computed by hand
 * beside a loss, as a penalty that is added to it, is not followed.
 */
export function predictionsOf(nodes: readonly Node[], outputs: readonly number[]): number[] {
  if (!nodes.some(isLoss)) return [...outputs];
  const [holdsLoss, learned] = [new Set<number>(), new Set<number>()];
  for (const node of nodes) {
    if (isLoss(node) || (combines.has(node.kind) && node.inputs.some((id) => holdsLoss.has(id)))) holdsLoss.add(node.id);
    if (node.kind === 'affine' || node.kind === 'recurrent' || node.inputs.some((id) => learned.has(id))) learned.add(node.id);
  }
  const found = new Set<number>();
  // Sets keep the order in which they are filled while they are walked, and what is there twice once: a sum may hold one loss many times.
  const compared = new Set(outputs);
  for (const id of compared) {
    const node = nodes[id];
    if (!node || !holdsLoss.has(id)) found.add(id);
    else if (!isLoss(node)) for (const input of node.inputs.filter((one) => holdsLoss.has(one))) compared.add(input);
    else {
      const inputs = node.inputs.filter((input) => learned.has(input));
      for (const input of inputs.length > 0 ? inputs : node.inputs.slice(0, 1)) found.add(input);
    }
  }
  return [...found];
}

/** The graph up to its outputs: without what compares them, if nothing with weights of its own is there. */
export function withoutLoss(nodes: readonly Node[], outputs: readonly number[]): readonly Node[] {
  if (!nodes.some(isLoss)) return nodes;
  const needed = new Set(outputs);
  for (const { id, inputs } of nodes.toReversed()) if (needed.has(id)) for (const input of inputs) needed.add(input);
  const end = Math.max(...needed, -1) + 1;
  const rest = nodes.slice(end);
  const isWork = ({ kind }: Node) => kind === 'affine' || kind === 'recurrent' || kind === 'parameter';
  return rest.some(isLoss) && !rest.some(isWork) ? nodes.slice(0, end) : nodes;
}

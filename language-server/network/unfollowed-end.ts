import type { Node, Opaque } from './graph.js';
import { withoutNodes } from './without-nodes.js';

interface Graph {
  readonly nodes: readonly Node[];
  readonly outputs: readonly number[];
}

interface Ended extends Graph {
  /** What was cut off, in forward order. */
  readonly end: readonly (Node & Opaque)[];
}

/**
 * A network up to its last weights, where something without a theory is made of what they give: a loss, a distribution of actions, a
 * selection of the best. No weights come behind it, so that it says nothing about depth, and what it passes back is a matter of the loss.
 */
export function withoutUnfollowedEnd({ nodes, outputs }: Graph): Ended {
  const unchanged = { nodes, outputs, end: [] };
  const after = weightsBehind(nodes);
  const matrix = matrices(nodes);
  const inEnd = nodes.map(() => false);
  for (const node of nodes) {
    const starts = isUnfollowed(node) && !after[node.id] && !node.inputs.some((input) => matrix[input]);
    inEnd[node.id] = starts || node.inputs.some((input) => inEnd[input]);
  }
  if (!inEnd.includes(true)) return unchanged;
  const before = weightsBefore(nodes);
  const kept = outputs.filter((output) => !inEnd[output]);
  const ends = outputs.flatMap((output) =>
    inEnd[output]
      ? enteringAt(nodes, output, inEnd)
          .flatMap((id) => combined(nodes, id, after))
          .filter((id) => before[id])
      : [],
  );
  // What a later part of the network reads as well is no output of its own.
  const last = ends.filter((id) => !after[id]);
  const made = [...new Set([...kept, ...(last.length > 0 || kept.length > 0 ? last : ends)])];
  if (made.length === 0) return unchanged;
  const gone = unreadWithout(nodes, inEnd, made);
  const end = nodes.filter((node): node is Node & Opaque => inEnd[node.id]! && isUnfollowed(node));
  return { ...withoutNodes({ nodes, outputs: made }, gone), end };
}

const isUnfollowed = (node: Node): boolean => node.kind === 'opaque' && node.weightless === true;

/** A trainable matrix of which nobody knows how it works there. */
const isMatrix = (node: Node): boolean =>
  node.kind === 'parameter' && (node.parameter.shape?.filter((size) => size !== 1).length ?? 2) > 1;

const hasWeights = (node: Node): boolean =>
  node.kind === 'affine' ||
  node.kind === 'recurrent' ||
  (node.kind === 'opaque' && !node.weightless) ||
  (node.kind === 'normalization' && node.weight !== null);

/** Nodes that hold such a matrix, or something that is made of it alone or with the input, before any layer. */
function matrices(nodes: readonly Node[]): boolean[] {
  const held: boolean[] = [];
  for (const node of nodes) held.push(isMatrix(node) || (!hasWeights(node) && node.inputs.some((input) => held[input])));
  return held;
}

function weightsBehind(nodes: readonly Node[]): boolean[] {
  const behind = nodes.map(() => false);
  for (const node of nodes.toReversed())
    if (behind[node.id] || hasWeights(node)) for (const input of node.inputs) behind[input] = true;
  return behind;
}

function weightsBefore(nodes: readonly Node[]): boolean[] {
  const before: boolean[] = [];
  for (const node of nodes) before.push(hasWeights(node) || node.inputs.some((input) => before[input]));
  return before;
}

/** Nodes outside of the end that it reads for one output, in the order of its arguments. */
function enteringAt(nodes: readonly Node[], output: number, inEnd: readonly boolean[]): number[] {
  const found = new Set<number>();
  const seen = new Set<number>();
  const visit = (id: number) => {
    if (seen.has(id)) return;
    seen.add(id);
    if (!inEnd[id]) found.add(id);
    else for (const input of nodes[id]!.inputs) visit(input);
  };
  visit(output);
  return [...found];
}

/** What is calculated of several outputs, or of one with itself, belongs to the end as well: the terms of a loss. */
function combined(nodes: readonly Node[], id: number, after: readonly boolean[], seen = new Set<number>()): number[] {
  if (seen.has(id)) return [];
  seen.add(id);
  const { kind, inputs } = nodes[id]!;
  if (kind !== 'multiply' && kind !== 'add') return [id];
  const terms = inputs.map((input) => {
    let at = input;
    while (unary.has(nodes[at]!.kind)) at = nodes[at]!.inputs[0]!;
    return at;
  });
  return terms.some((term) => after[term]) ? [id] : terms.flatMap((term) => combined(nodes, term, after, seen));
}

const unary: ReadonlySet<Node['kind']> = new Set(['scale', 'shift', 'activation', 'reshape']);

/** The end, and what only the end read. */
function unreadWithout(nodes: readonly Node[], inEnd: readonly boolean[], outputs: readonly number[]): Set<number> {
  const readers = nodes.map(() => 0);
  for (const { inputs } of nodes) for (const input of inputs) readers[input]!++;
  const gone = new Set<number>();
  const left = [...readers];
  for (const { id, kind, inputs } of nodes.toReversed()) {
    const isUnread = readers[id]! > 0 && left[id] === 0 && kind !== 'input' && !outputs.includes(id);
    if (!inEnd[id] && !isUnread) continue;
    gone.add(id);
    for (const input of inputs) left[input]!--;
  }
  return gone;
}

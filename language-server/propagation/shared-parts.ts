import type { Node } from '../network/graph.js';
import type { NodeState } from './transfer.js';

/** A tensor that two sums both hold, with the product of their coefficients. */
export interface SharedPart {
  readonly id: number;
  readonly product: number;
}

/** A tensor or gradient as a sum of others that stand on one side of it, with coefficients; `null`: it is no such sum. */
type Expand = (id: number) => readonly Term[] | null;

export type Term = readonly [id: number, coefficient: number];

/** More steps than nested residual blocks take; what is left then counts as independent. */
const mostSteps = 256;

/**
 * What two sums have in common, for E[ab] = Σ product·E[part²] where all other parts are independent: a skip connection inside of another
 * one passes the same stream twice, `0.2·(x + f(x)) + x`.
 *
 * @param order ids from which sums are expanded first: those that no other part can be expanded to
 */
export function sharedParts(a: number, b: number, expand: Expand, order: 'largest first' | 'smallest first'): SharedPart[] {
  if (a === b) return [{ id: a, product: 1 }];
  const [left, right] = [new Map([[a, 1]]), new Map([[b, 1]])];
  const pick = order === 'largest first' ? Math.max : Math.min;
  const found: SharedPart[] = [];
  for (let step = 0; step < mostSteps && left.size > 0 && right.size > 0; step++) {
    const id = pick(...left.keys(), ...right.keys());
    const [own, others] = [left.get(id), right.get(id)];
    left.delete(id);
    right.delete(id);
    const alone = own !== undefined && others !== undefined && left.size === 0 && right.size === 0;
    const parts = alone ? null : expand(id);
    if (!parts) {
      if (own !== undefined && others !== undefined) found.push({ id, product: own * others });
      continue;
    }
    for (const [part, coefficient] of parts) {
      if (own !== undefined) left.set(part, (left.get(part) ?? 0) + own * coefficient);
      if (others !== undefined) right.set(part, (right.get(part) ?? 0) + others * coefficient);
    }
  }
  return found;
}

/**
 * The factor with which a node passes each of its inputs on, beside what has nothing in common with that; `null`: it passes none on. Of a product
 * with a gate s that is its mean, y·s = E s·y + …, as in `y + y * torch.sigmoid(gate(y))`.
 */
export function linearFactor(node: Node, i: number, states: readonly NodeState[]): number | null {
  if (node.kind === 'add') return node.coefficients[i] ?? 1;
  if (node.kind === 'scale') return node.parameter === null ? node.factor : null;
  if (node.kind !== 'multiply' || node.inputs.length !== 2) return null;
  const [own, other] = [states[node.inputs[i]!], states[node.inputs[1 - i]!]];
  if (!other?.signal || own?.origin === other.origin) return null;
  return other.signal.mean * Math.exp(other.signal.logScale / 2);
}

/** What a node's output is a sum of, with coefficients; `null`: it is no sum of others. */
export function linearParts(node: Node, states: readonly NodeState[]): readonly Term[] | null {
  const known = states[node.id]?.multiples;
  if (known) return known;
  const parts: Term[] = [];
  for (let i = 0; i < node.inputs.length; i++) {
    const factor = linearFactor(node, i, states);
    if (factor === null) return null;
    parts.push([states[node.inputs[i]!]!.origin, factor]);
  }
  return parts.length > 0 ? parts : null;
}

/** More terms than such sums have; keeping more would take the square of their number. */
const mostTerms = 8;

/**
 * The terms of a sum that holds some tensor more than once, as a loop makes them that adds the same to a stream again and again: `y = y + 0.01 * x`.
 * They are as few at its end as at its beginning, while the steps of the loop are not. `null` of another sum.
 */
export function multiplesIn(node: Node, nodes: readonly Node[], states: readonly NodeState[]): readonly Term[] | null {
  const terms = new Map<number, number>();
  let count = 0;
  for (let i = 0; i < node.inputs.length; i++) {
    const factor = linearFactor(node, i, states);
    if (factor === null) return null;
    const { origin } = states[node.inputs[i]!]!;
    for (const [id, coefficient] of linearParts(nodes[origin]!, states) ?? [[origin, 1] as const]) {
      terms.set(id, (terms.get(id) ?? 0) + factor * coefficient);
      count++;
    }
  }
  return terms.size < count && terms.size <= mostTerms ? [...terms] : null;
}

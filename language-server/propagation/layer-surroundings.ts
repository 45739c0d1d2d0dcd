import type { Activation, Affine, Layer, Network, Node, Normalization, Opaque } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { lastWrite } from './weight-moments.js';

/** What follows a layer on the way to the next one. */
export interface Surroundings {
  readonly node: Node & (Affine | Opaque);
  /** First activation that the output reaches along the data flow. */
  readonly activation: (Node & Activation) | null;
  /** Another signal multiplies it on the way to the activation. */
  readonly gated: boolean;
  /** First normalization before that activation. */
  readonly normalization: (Node & Normalization) | null;
  /** Constant that multiplies the output before the activation, 30 in sin(30·Wx); `null` where it is not known. */
  readonly factor: number | null;
  /** Product of the keep probabilities of the dropouts before the next layer. */
  readonly keep: number;
}

/** For each layer that runs, where its output goes first. */
export function surroundings(network: Network, consumers: readonly number[][]): Map<Layer, Surroundings> {
  const found = new Map<Layer, Surroundings>();
  for (const node of network.nodes) {
    const layer = node.kind === 'affine' || node.kind === 'opaque' ? node.layer : undefined;
    if (layer && !found.has(layer))
      found.set(layer, { node: node as Surroundings['node'], ...follow(network, consumers, node.id) });
  }
  return found;
}

/** Most often an activation comes next, and then weights again. */
function usual(nodes: readonly Node[], consumers: readonly number[][], start: number): (Node & Activation) | null {
  const next = consumers[start]!;
  const activation = next.length === 1 ? nodes[next[0]!]! : null;
  if (activation?.kind !== 'activation') return null;
  for (const id of consumers[activation.id]!) if (nodes[id]!.kind !== 'affine') return null;
  return activation;
}

/** Breadth first through everything that only moves, rescales or joins; other layers and unknown operations end the search. */
function follow({ nodes }: Network, consumers: readonly number[][], start: number): Omit<Surroundings, 'node'> {
  const single = usual(nodes, consumers, start);
  if (single) return { activation: single, gated: false, normalization: null, factor: 1, keep: 1 };
  const seen = new Set([start]);
  let front = consumers[start]!;
  /** Nodes that the signal reaches only after it was multiplied. */
  const behindGate = new Set<number>();
  let activation: Surroundings['activation'] = null;
  let gated = false;
  let normalization: Surroundings['normalization'] = null;
  /** Constant by which each node's output differs from the layer's, as far as the layer alone decides. */
  const factors = new Map<number, number | null>([[start, 1]]);
  let factor: number | null = 1;
  let keep = 1;
  while (front.length > 0) {
    const next: number[] = [];
    for (const id of front) {
      if (seen.has(id)) continue;
      seen.add(id);
      const node = nodes[id]!;
      // The next layer of weights ends the stretch that this one is repeated with, also where a shortcut goes on.
      if (node.kind === 'affine' && activation) return { activation, gated, normalization, factor, keep };
      if (node.kind === 'dropout' && node.variant !== 'path' && node.variant !== 'alpha') keep *= 1 - (numberOf(node.rate) ?? 0);
      if (node.kind === 'activation') {
        if (activation) continue;
        activation = node;
        gated = behindGate.has(id);
        factor = node.inputs.map((input) => factors.get(input)).find((one) => one !== undefined) ?? null;
      }
      if (node.kind === 'normalization' && !activation && !normalization) normalization = node;
      if (!isTransparent(node)) continue;
      factors.set(id, factorAfter(node, node.inputs.map((input) => factors.get(input)).find((one) => one !== undefined) ?? null));
      next.push(...consumers[id]!);
      if (node.kind === 'multiply' || behindGate.has(id)) for (const one of consumers[id]!) behindGate.add(one);
    }
    front = next;
  }
  return { activation, gated, normalization, factor, keep };
}

/** Sums and normalizations set a scale of their own. */
function factorAfter(node: Node, before: number | null): number | null {
  if (node.kind === 'add' || node.kind === 'concatenate' || node.kind === 'normalization') return 1;
  if (node.kind !== 'scale' || before === null) return before;
  const write = lastWrite(node.parameter);
  const own = node.parameter ? (numberOf(write?.variance) === 0 ? numberOf(write?.mean) : null) : node.factor;
  return own === null ? null : before * own;
}

const isTransparent = ({ kind }: Node): boolean =>
  kind === 'activation' ||
  kind === 'normalization' ||
  kind === 'dropout' ||
  kind === 'pooling' ||
  kind === 'reshape' ||
  kind === 'mask' ||
  kind === 'add' ||
  kind === 'interpolation' ||
  kind === 'concatenate' ||
  kind === 'scale' ||
  kind === 'multiply' ||
  kind === 'shift';

import type { Activation, Layer, Network, Node } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';

/** What a layer's output meets before the next layer of weights. */
export interface Reached {
  readonly activation: Activation | null;
  /** Probability that a unit survives the dropouts on the way. */
  readonly keep: number;
}

/** Operations that a signal passes on its way to its activation. */
const passed = new Set<Node['kind']>(['normalization', 'dropout', 'pooling', 'add', 'concatenate', 'scale', 'shift', 'reshape']);

/** The nodes that read each node's output. */
export function readers(network: Network): ReadonlyMap<number, readonly Node[]> {
  const found = new Map<number, Node[]>();
  for (const node of network.nodes)
    for (const input of node.inputs) {
      const list = found.get(input);
      if (list) list.push(node);
      else found.set(input, [node]);
    }
  return found;
}

/** The first activation along the data flow, nearest first, for each layer that the forward pass calls. */
export function reachedActivations(network: Network, mode: 'train' | 'eval'): ReadonlyMap<Layer, Reached> {
  const next = readers(network);
  const found = new Map<Layer, Reached>();
  for (const node of network.nodes) {
    const layer = node.kind === 'affine' || node.kind === 'recurrent' ? node.layer : null;
    if (layer && !found.has(layer)) found.set(layer, search(node, next, mode));
  }
  return found;
}

function search(start: Node, next: ReadonlyMap<number, readonly Node[]>, mode: 'train' | 'eval'): Reached {
  let queue: { node: Node; keep: number }[] = [{ node: start, keep: 1 }];
  const seen = new Set<number>();
  let activation: Activation | null = null;
  while (queue.length > 0) {
    const level: typeof queue = [];
    for (const { node, keep } of queue)
      for (const reader of next.get(node.id) ?? []) {
        if (seen.has(reader.id)) continue;
        seen.add(reader.id);
        if (reader.kind === 'activation') {
          activation ??= reader;
          // Dropout may also stand behind the activation, before the next layer.
          level.push({ node: reader, keep });
        } else if (reader.kind === 'affine' && activation && reader.variant !== 'embedding') return { activation, keep };
        else if (passed.has(reader.kind)) level.push({ node: reader, keep: keep * survival(reader, mode) });
      }
    queue = level;
  }
  return { activation, keep: 1 };
}

function survival(node: Node, mode: 'train' | 'eval'): number {
  if (node.kind !== 'dropout' || mode === 'eval' || node.variant === 'alpha' || node.variant === 'path') return 1;
  const rate = node.rate === null ? null : numberOf(node.rate);
  return rate !== null && rate >= 0 && rate < 1 ? 1 - rate : 1;
}

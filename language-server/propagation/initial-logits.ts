import type { Layer, Network, Node, Parameter } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { inPlainUnits } from './signal.js';
import type { NodeState } from './transfer.js';

/** What a model returns straight from a dense layer of random weights, without an activation in between. */
export interface InitialLogits {
  readonly layer: Layer;
  readonly classes: number;
  /** Variance of one output over draws of the weights; its mean is that of the bias. */
  readonly variance: number;
  /** The layer shares its weight with a table of embeddings. */
  readonly tied: boolean;
}

/** Outputs of the first tensor that `forward` returns, as far as the theory follows it; a softmax behind them is looked through. */
export function initialLogits({ nodes, outputs, layers }: Network, states: readonly NodeState[]): InitialLogits | null {
  let node: Node | undefined = nodes[outputs[0] ?? -1];
  while (node?.kind === 'softmax') node = nodes[node.inputs[0] ?? -1];
  const last = node;
  while (node && rescaling.has(node.kind)) node = nodes[node.inputs[0] ?? -1];
  if (!last || node?.kind !== 'affine' || node.variant !== 'dense') return null;
  const signal = states[last.id]?.signal;
  const classes = numberOf(node.outChannels);
  if (!signal || classes === null) return null;
  const { q, mean } = inPlainUnits(signal);
  const variance = q - mean * mean;
  if (!Number.isFinite(variance) || variance <= 0) return null;
  return { layer: node.layer, classes, variance, tied: isTied(layers, node.layer.weight) };
}

const rescaling = new Set<Node['kind']>(['reshape', 'mask', 'scale', 'shift']);

const isTied = (layers: readonly Layer[], weight: Parameter | null): boolean =>
  layers.some((layer) => layer.role === 'embedding' && layer.weight === weight);

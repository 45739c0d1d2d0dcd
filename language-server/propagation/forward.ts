import type { Network, Node } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { identityGain, type Signal, scaled, type Transferred } from './signal.js';
import { activate } from './transfers/activation.js';
import { affine } from './transfers/affine.js';
import { addUp, concatenate, multiplyTogether } from './transfers/combine.js';
import { normalize, secondMoment } from './transfers/normalization.js';
import { pool } from './transfers/pooling.js';
import { drop, scale, shift } from './transfers/rescale.js';

export interface ForwardOptions {
  readonly mode: 'train' | 'eval';
  readonly inputSecondMoment: number;
  readonly inputCosine: number;
}

/** Signals and gains of all nodes, by id; `null` where the signal is not known. */
export interface Forward {
  readonly signals: readonly (Signal | null)[];
  readonly gains: readonly (Transferred['gains'] | null)[];
  /** Why signals stop, in the order of the graph. */
  readonly stops: readonly { readonly node: Node; readonly reason: string }[];
}

/** Carries second moments, correlations and means through the graph, each node once. */
export function propagateForward(network: Network, options: ForwardOptions): Forward {
  const signals: (Signal | null)[] = [];
  const gains: (Transferred['gains'] | null)[] = [];
  const stops: { node: Node; reason: string }[] = [];
  for (const node of network.nodes) {
    const inputs = node.inputs.map((id) => signals[id] ?? null);
    const result = transfer(node, inputs, network, options);
    if (typeof result === 'string') {
      stops.push({ node, reason: result });
      signals[node.id] = null;
      gains[node.id] = null;
    } else {
      signals[node.id] = result?.signal ?? null;
      gains[node.id] = result?.gains ?? null;
    }
  }
  return { signals, gains, stops };
}

/** One node. A string says why the signal stops here; `null`: it stopped before. */
function transfer(
  node: Node,
  inputs: readonly (Signal | null)[],
  network: Network,
  options: ForwardOptions,
): Transferred | string | null {
  if (node.kind === 'input') return { signal: inputSignal(options), gains: [] };
  if (node.kind === 'parameter') return parameterSignal(secondMoment(node.parameter, 1));
  if (node.kind === 'opaque') return node.reason;
  if (node.kind === 'affine' && node.variant === 'embedding') return affine(node, inputSignal(options));
  const [input] = inputs;
  if (node.kind === 'normalization' && !input) return restart(node, options);
  if (!input || inputs.some((one) => one === null)) return null;
  switch (node.kind) {
    case 'affine':
      return affine(node, input);
    case 'activation':
      return activate(node, input);
    case 'normalization':
      return normalize(node, input, options.mode);
    case 'dropout':
      return drop(node, input, options.mode);
    case 'pooling':
      return pool(node, input);
    case 'add':
      return addUp(node.coefficients, inputs as Signal[], node.inputs);
    case 'multiply':
      return multiplyTogether(inputs as Signal[], node.inputs);
    case 'concatenate':
      return concatenate(
        inputs as Signal[],
        node.inputs.map((id) => channels(network.nodes[id]!, node.axis)),
      );
    case 'scale':
      return scale(node.factor, node.parameter, input);
    case 'shift':
      return shift(node.offset, node.parameter, input);
    case 'reshape':
      return { signal: rearranged(node, input), gains: [identityGain] };
    case 'softmax':
      return 'softmax turns signals into probabilities, which the theory used here does not follow further';
    case 'matmul':
      return 'a product of two tensors is not followed';
    case 'attention':
      return 'attention is not followed yet';
    case 'recurrent':
      return 'a recurrence is not followed yet';
  }
}

/** Entries drawn one by one, so that different positions are uncorrelated. */
function inputSignal({ inputSecondMoment, inputCosine }: ForwardOptions): Signal {
  return { logQ: Math.log(inputSecondMoment), c: inputCosine, cSpatial: 0, mean: 0, spatial: null };
}

function parameterSignal(second: number | null): Transferred | string {
  if (second === null) return 'what a parameter is drawn from is not known';
  return { signal: { logQ: Math.log(second), c: 1, cSpatial: 0, mean: 0, spatial: null }, gains: [] };
}

/** What comes out of a normalization is known whatever went in; how gradients come back is not. */
function restart(node: Extract<Node, { kind: 'normalization' }>, options: ForwardOptions): Transferred | string | null {
  if (node.variant === 'local-response' || (node.variant === 'batch' && options.mode === 'eval')) return null;
  const unit: Signal = { logQ: 0, c: options.inputCosine, cSpatial: 0, mean: 0, spatial: null };
  const result = normalize(node, unit, options.mode);
  return typeof result === 'string' ? result : { signal: result.signal, gains: [{ logSame: Number.NaN, cross: 1, shared: 0 }] };
}

function channels(node: Node, axis: number): number {
  const size = node.shape?.[axis < 0 && node.shape ? node.shape.length + axis : axis];
  return size === undefined ? 1 : (numberOf(size) ?? 1);
}

/** Views move entries; flattening turns positions into features. */
function rearranged(node: Node, input: Signal): Signal {
  const flat = node.shape !== null && node.shape.length <= 2;
  return flat ? { ...scaled(input, 0), spatial: [] } : input;
}

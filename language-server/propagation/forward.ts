import { attends } from '../network/attends.js';
import type { Affine, Network, Node, Pooling } from '../network/graph.js';
import { isSequenceFirst } from '../network/sequence-first.js';
import { activationTransfer } from './activation-transfer.js';
import { affineTransfer } from './affine-transfer.js';
import { addTransfer, concatenateTransfer, multiplyTransfer, scaleTransfer, shiftTransfer } from './arithmetic-transfers.js';
import { attentionTransfer, matmulTransfer, softmaxTransfer } from './attention-transfer.js';
import { withClassTokens } from './class-tokens.js';
import { dropoutTransfer } from './dropout-transfer.js';
import { sameExtent } from './extent.js';
import { hasOversizedSteps, impossible, isImpossible } from './impossible-sizes.js';
import { interpolationTransfer } from './interpolation-transfer.js';
import { maskTransfer } from './masks.js';
import { isNonNegative } from './non-negative.js';
import { normalizationTransfer } from './normalization-transfer.js';
import { inputTransfer, opaqueTransfer, parameterTransfer, readsTokens, reshapeTransfer } from './other-transfers.js';
import { poolingTransfer, slopeAtMaximum } from './pooling-transfer.js';
import { recurrentTransfer } from './recurrent-transfer.js';
import type { Context, NodeState, Transfer } from './transfer.js';

/** What each kind of node does to signals and gradients. */
const transfers: { [K in Node['kind']]: Transfer<K> } = {
  activation: activationTransfer,
  add: addTransfer,
  affine: affineTransfer,
  attention: attentionTransfer,
  mask: maskTransfer,
  concatenate: concatenateTransfer,
  dropout: dropoutTransfer,
  input: inputTransfer,
  interpolation: interpolationTransfer,
  matmul: matmulTransfer,
  multiply: multiplyTransfer,
  normalization: normalizationTransfer,
  opaque: opaqueTransfer,
  parameter: parameterTransfer,
  pooling: poolingTransfer,
  recurrent: recurrentTransfer,
  reshape: reshapeTransfer,
  scale: scaleTransfer,
  shift: shiftTransfer,
  softmax: softmaxTransfer,
};

/** Signals through the graph in forward order; state i belongs to node i. */
export function forward(
  network: Network,
  base: Omit<Context, 'states' | 'shapes' | 'nodes' | 'readerOfMaps' | 'isSequenceFirst'>,
): NodeState[] {
  const states: NodeState[] = [];
  const { consumers } = base;
  const { nodes } = network;
  const shapes = nodes.map(({ shape }) => shape);
  const mixes = attends(nodes) || nodes.some(({ kind }) => kind === 'recurrent');
  const context: Context = {
    ...base,
    states,
    shapes,
    nodes,
    readerOfMaps: (id) => readerOfMaps(nodes, consumers, id),
    isSequenceFirst: (id) => mixes && isSequenceFirst(nodes, id),
  };
  for (const node of nodes) {
    const inputs = node.inputs.map((id) => states[id]!);
    const result = apply(node, inputs, context);
    const state = complete(node, inputs, result);
    const follows = result.tokens === undefined && inputs.some(({ tokens }) => tokens);
    states.push(follows ? withClassTokens(node, state, inputs, (own) => apply(node, own, context)) : state);
    if (node.kind === 'pooling') seeMaxima(node, states);
  }
  return states;
}

/** Ids of the nodes that read each node. */
export function consumersOf({ nodes }: Network): number[][] {
  const consumers: number[][] = nodes.map(() => []);
  for (const { id, inputs } of nodes) for (const input of inputs) consumers[input]?.push(id);
  return consumers;
}

function apply<K extends Node['kind']>(
  node: Extract<Node, { kind: K }>,
  inputs: readonly NodeState[],
  context: Context,
): Partial<NodeState> {
  if (hasOversizedSteps(node)) return impossible;
  const result = transfers[node.kind as K](node, inputs, context);
  return result.extent && isImpossible(result.extent) ? impossible : result;
}

/** Operations that leave each position what it is. */
const keepsPositions: ReadonlySet<Node['kind']> = new Set([
  'activation',
  'normalization',
  'dropout',
  'scale',
  'shift',
  'reshape',
  'mask',
  'multiply',
]);

/** All fields in one order, so that states of all kinds of nodes are alike. */
function complete(node: Node, inputs: readonly NodeState[], result: Partial<NodeState>): NodeState {
  const { id, kind } = node;
  const [first] = inputs;
  const extent = result.extent ?? first?.extent ?? [];
  const kept = first && keepsPositions.has(kind) && sameExtent(extent, first.extent) ? first.profile : null;
  return {
    signal: result.signal ?? null,
    reason: result.reason ?? null,
    restarted: result.restarted ?? inputs.some(({ restarted }) => restarted),
    channels: result.channels === undefined ? (first?.channels ?? null) : result.channels,
    extent,
    profile: result.profile === undefined ? kept : result.profile,
    means: result.means ?? null,
    backward: result.backward ?? none,
    gaussian: result.gaussian ?? null,
    nonNegative: isNonNegative(node, inputs),
    origin: result.origin ?? id,
    multiples: result.multiples ?? null,
    concatenated: result.concatenated ?? false,
    shares: result.shares ?? null,
    unevenness: result.unevenness ?? 1,
    parts: result.parts ?? null,
    stream: result.stream ?? null,
    rectified: result.rectified ?? null,
    maximum: result.maximum ?? null,
    attention: result.attention ?? null,
    tokens: result.tokens ?? null,
    ends: result.ends ?? null,
  };
}

const none: NodeState['backward'] = [];

/** What activations below a max-pooling, also as parts of a concatenation, make of gradients that arrive where their inputs are largest. */
function seeMaxima(node: Extract<Node, { kind: 'pooling' }>, states: NodeState[]): void {
  const input = states[node.inputs[0]!];
  if (!node.variant.endsWith('max') || !input) return;
  const origins = input.parts ? input.parts.map(({ gaussian }) => gaussian) : [input.gaussian];
  for (const origin of origins) {
    const state = origin && states[origin.node];
    const typical = state?.backward[0];
    if (!state || !typical) continue;
    const { slope, along, gain } = slopeAtMaximum(node, origin, input.extent);
    states[origin.node] = {
      ...state,
      backward: [{ ...typical, atMaxima: { logFactor: Math.log(slope), gain, alongGain: along } }],
    };
  }
}

/**
 * The first convolution or pooling over maps that an input reaches; `null` if there is none. Where a layer reads the features of each token
 * on the way, a pooling takes the mean over tokens.
 */
function readerOfMaps(nodes: readonly Node[], consumers: Context['consumers'], id: number): Affine | Pooling | null {
  const seen = new Set([id]);
  const queue: [id: number, tokens: boolean][] = [[id, false]];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [at, behind] = next;
    const node = nodes[at]!;
    if (node.kind === 'affine') {
      if (node.variant === 'convolution' || node.variant === 'transposed') return node;
      continue;
    }
    if (node.kind === 'pooling' && node.kernel.length > 0 && !behind) return node;
    const readers = consumers[at]!;
    const tokens = behind || readers.some((reader) => readsTokens(nodes[reader]!));
    for (const reader of readers) {
      if (seen.has(reader)) continue;
      seen.add(reader);
      queue.push([reader, tokens]);
    }
  }
  return null;
}

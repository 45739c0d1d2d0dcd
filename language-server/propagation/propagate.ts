import { activation as activationNamed } from '../meanfield/activations.js';
import { phaseOverDepth } from '../meanfield/phase.js';
import type { Layer, Network, Node } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import type { LocalTheory, PropagationPoint, Summary } from '../protocol.js';
import { type Backward, propagateBackward } from './backward.js';
import { type Forward, propagateForward } from './forward.js';
import { localTheory } from './local-theory.js';
import { type Reached, reachedActivations } from './reach.js';
import { product } from './sizes.js';
import { type LayerVariances, layerVariances } from './transfers/affine.js';

export interface PropagateOptions {
  /** Training mode draws dropout masks and normalizes by batch statistics. */
  readonly mode?: 'train' | 'eval';
  /** Second moment of the input's entries; 1 if not given. */
  readonly inputSecondMoment?: number;
  /** Cosine between the two inputs whose correlation is followed; 0.5 if not given. */
  readonly inputCosine?: number;
}

export interface Propagation {
  /** What each layer reaches and would do if repeated for ever, by layer. */
  readonly layers: ReadonlyMap<Layer, LayerTheory>;
  readonly points: readonly PropagationPoint[];
  readonly summary: Omit<Summary, 'unknown' | 'verdict'>;
}

export interface LayerTheory {
  readonly activation: string | null;
  readonly activationParameters: Readonly<Record<string, number>>;
  readonly keep: number;
  readonly sigmaW2: number | null;
  readonly sigmaB2: number | null;
  readonly local: LocalTheory | null;
}

/** Carries lengths, correlations and gradients through the graph. Never throws: what it cannot say is `null`, with a reason. */
export function propagate(
  network: Network,
  { mode = 'train', inputSecondMoment = 1, inputCosine = 0.5 }: PropagateOptions = {},
): Propagation {
  const forward = propagateForward(network, { mode, inputSecondMoment, inputCosine });
  const backward = propagateBackward(network, forward);
  const layers = layerTheories(network, forward, mode);
  const chis = chiOfLayers(network, forward, layers);
  const points = network.nodes.filter(({ kind }) => shown.has(kind)).map((node) => point(node, forward, backward, chis));
  return { layers, points, summary: summarize(network, { forward, backward, layers, chis, mode, inputSecondMoment }) };
}

/** Operations with a line of their own in the report; rearranging changes nothing that could be told of it. */
const shown = new Set<Node['kind']>([
  'affine',
  'activation',
  'normalization',
  'dropout',
  'pooling',
  'add',
  'multiply',
  'concatenate',
  'scale',
  'attention',
  'recurrent',
  'opaque',
]);

function layerTheories(network: Network, { signals }: Forward, mode: 'train' | 'eval'): Map<Layer, LayerTheory> {
  const reached = reachedActivations(network, mode);
  const lengths = new Map<Layer, number>();
  for (const node of network.nodes)
    if (node.kind === 'affine' && !lengths.has(node.layer))
      lengths.set(node.layer, Math.exp(signals[node.id]?.logQ ?? Number.NaN));
  return new Map(
    network.layers.map((layer) => [layer, layerTheory(layer, reached.get(layer) ?? null, lengths.get(layer) ?? Number.NaN)]),
  );
}

function layerTheory(layer: Layer, reached: Reached | null, q0: number): LayerTheory {
  const described = !layer.role || layer.role === 'linear';
  const variances = described ? layerVariances(layer) : 'it multiplies no input';
  const known = typeof variances === 'string' ? null : variances;
  const activation = reached?.activation ?? null;
  const phi = activation ? activationNamed(activation.activation, activation.parameters) : null;
  return {
    activation: activation?.activation ?? null,
    activationParameters: activation?.parameters ?? {},
    keep: reached?.keep ?? 1,
    sigmaW2: known?.sigmaW2 ?? null,
    sigmaB2: known?.sigmaB2 ?? null,
    local: phi && known ? localTheory(phi, known.sigmaW2, known.sigmaB2, reached?.keep ?? 1, q0) : null,
  };
}

/**
 * χ = σ_w² D of the signal that enters each layer of weights: the factor on the squared gradient norm from this layer's output to that of
 * the layer before it, with all that lies between (dropout, pooling, normalization). Schoenholz et al. 2017, arXiv:1611.01232, eq. 11.
 */
function chiOfLayers(
  network: Network,
  { signals, gains }: Forward,
  layers: ReadonlyMap<Layer, LayerTheory>,
): ReadonlyMap<number, number> {
  const chis = new Map<number, number>();
  /** ln of the gain from a node's output back to the nearest layer of weights, norms over all entries; undefined without one. */
  const between = new Map<number, number>();
  for (const node of network.nodes) {
    if (node.kind === 'affine') {
      const sigmaW2 = layers.get(node.layer)?.sigmaW2;
      const before = between.get(node.inputs[0] ?? -1);
      if (before !== undefined && sigmaW2 != null && signals[node.id]) chis.set(node.id, Math.exp(before) * sigmaW2);
      between.set(node.id, 0);
      continue;
    }
    const carried = node.inputs.map((id) => between.get(id));
    const gain = gains[node.id];
    // Through a join no single factor leads back.
    if (node.inputs.length !== 1 || carried[0] === undefined || !gain?.[0]) continue;
    const shrink = node.kind === 'pooling' ? positionsRatio(signals[node.inputs[0]!]?.spatial, signals[node.id]?.spatial) : 1;
    const value = carried[0] + gain[0].logSame + Math.log(shrink);
    if (Number.isFinite(value)) between.set(node.id, value);
  }
  return chis;
}

/** Entries before a pooling for each one after it: gradients of single entries fall by that much where the norm does not. */
function positionsRatio(before: readonly number[] | null | undefined, after: readonly number[] | null | undefined): number {
  return before && after && before.length > 0 ? product(before) / Math.max(1, product(after)) : 1;
}

function point(node: Node, { signals }: Forward, { logGradient }: Backward, chis: ReadonlyMap<number, number>): PropagationPoint {
  const signal = signals[node.id];
  const gradient = logGradient[node.id]!;
  const q = signal ? Math.exp(signal.logQ) : null;
  return {
    path: node.path,
    operation: node.name,
    range: node.location.range,
    q: q === Number.POSITIVE_INFINITY ? 'infinity' : q,
    c: signal && Number.isFinite(signal.c) ? signal.c : null,
    chi: chis.get(node.id) ?? null,
    gradient: Number.isNaN(gradient) ? null : Number.isFinite(Math.exp(gradient)) ? Math.exp(gradient) : null,
    logGradient: Number.isFinite(gradient) ? gradient : null,
  };
}

interface Parts {
  readonly forward: Forward;
  readonly backward: Backward;
  readonly layers: ReadonlyMap<Layer, LayerTheory>;
  readonly chis: ReadonlyMap<number, number>;
  readonly mode: 'train' | 'eval';
  readonly inputSecondMoment: number;
}

function summarize(network: Network, parts: Parts): Propagation['summary'] {
  const { forward, backward, layers, chis, mode, inputSecondMoment } = parts;
  const logs = [...chis.values()].map(Math.log).filter(Number.isFinite);
  const total = logs.reduce((a, b) => a + b, 0);
  const typical = typicalLayer(network, layers);
  const affine = network.nodes.filter((node) => node.kind === 'affine' && node.variant !== 'embedding');
  const first = affine[0];
  const output = forward.signals[network.outputs[0] ?? -1];
  const gradient = first ? backward.logGradient[first.id]! : Number.NaN;
  const ratio = weightGradientRatio(network, forward, backward);
  return {
    mode,
    phase: logs.length > 0 ? phaseOverDepth(total) : null,
    chi1: typical?.chi1 ?? null,
    xiC: typical?.xiC ?? null,
    xiQ: typical?.xiQ ?? null,
    xiGrad: typical?.xiGrad ?? null,
    depth: longestPath(network),
    trainableDepth: typeof typical?.xiC === 'number' ? 6 * typical.xiC : (typical?.xiC ?? null),
    log10GradientRatio: ratio,
    log10ActivationGradient: Number.isFinite(gradient) ? gradient / Math.LN10 : null,
    log10SignalRatio: output && Number.isFinite(output.logQ) ? (output.logQ - Math.log(inputSecondMoment)) / Math.LN10 : null,
    isometry: null,
    uncertainty: uncertainty(affine),
    assumptions: assumptions(network, parts),
  };
}

/** The layer whose χ₁ is the median of those that feed an activation: what the network repeats. */
function typicalLayer(network: Network, layers: ReadonlyMap<Layer, LayerTheory>): LocalTheory | null {
  const locals = network.layers
    .flatMap((layer) => layers.get(layer)?.local ?? [])
    .filter((local) => local.chi1 !== null)
    .sort((a, b) => a.chi1! - b.chi1!);
  return locals[(locals.length - 1) >> 1] ?? null;
}

/** Weight layers on the longest path from an input to an output. */
function longestPath(network: Network): number {
  const depth: number[] = [];
  for (const node of network.nodes) {
    const before = node.inputs.reduce((most, id) => Math.max(most, depth[id] ?? 0), 0);
    depth[node.id] = before + (node.kind === 'affine' && node.variant !== 'embedding' ? 1 : 0);
  }
  return depth.reduce((a, b) => Math.max(a, b), 0);
}

/**
 * log₁₀(‖∂f/∂W_last‖ / ‖∂f/∂W_first‖). A weight is shared by all positions, so ‖∂f/∂W‖² = (number of weights)·[P q̃ q + P(P−1) q̃ₓ kₓ] with q̃ₓ, kₓ
 * the covariances of gradients and of inputs between two of the P positions.
 */
function weightGradientRatio(network: Network, forward: Forward, backward: Backward): number | null {
  const affine = network.nodes.filter(
    (node): node is Extract<Node, { kind: 'affine' }> => node.kind === 'affine' && node.variant !== 'embedding',
  );
  const logs = affine
    .map((node) => logWeightGradient(node, forward, backward))
    .filter((value) => value !== Number.NEGATIVE_INFINITY);
  const [first, last] = [logs[0], logs.at(-1)];
  return first == null || last == null || Number.isNaN(first) || Number.isNaN(last) || logs.length < 2
    ? null
    : (last - first) / (2 * Math.LN10);
}

/** ln ‖∂f/∂W‖²; NaN where it is not known. */
function logWeightGradient(
  node: Extract<Node, { kind: 'affine' }>,
  { signals }: Forward,
  { logGradient, spatial }: Backward,
): number {
  const input = signals[node.inputs[0] ?? -1];
  const output = signals[node.id];
  const sizes = node.layer.weight?.shape?.map(numberOf);
  if (!input || !output || !sizes || sizes.some((size) => size === null)) return Number.NaN;
  if (node.kernel.length > 0 && !output.spatial) return Number.NaN;
  const positions = node.kernel.length > 0 || (output.spatial?.length ?? 0) > 0 ? product(output.spatial ?? []) : 1;
  const together = 1 + (positions - 1) * Math.max(0, spatial[node.id]! * input.cSpatial);
  return logGradient[node.id]! + input.logQ + Math.log(product(sizes as number[])) + Math.log(positions * together);
}

/**
 * Standard deviation of log₁₀ of squared gradients over draws of the weights, √(5 Σ 1/n_l): exact for ReLU with Gaussian weights to first
 * order in 1/n, and of the right size for others. Hanin & Nica 2018, arXiv:1812.05994, theorem 1.
 */
function uncertainty(affine: readonly Node[]): Summary['uncertainty'] {
  const widths = affine.map((node) => (node.kind === 'affine' && node.outChannels !== null ? numberOf(node.outChannels) : null));
  const hidden = widths.slice(0, -1);
  if (hidden.length === 0 || hidden.some((width) => width === null || width <= 0)) return null;
  return { log10Gradient: Math.sqrt(5 * hidden.reduce<number>((sum, width) => sum + 1 / width!, 0)) / Math.LN10 };
}

function assumptions(network: Network, { forward, layers, mode, inputSecondMoment }: Parts): string[] {
  const lines = [
    `Inputs have mean square ${inputSecondMoment} and independent entries.`,
    'Layers are wide: each number is the mean over random weights, and a single network scatters around it.',
  ];
  const normalized = network.nodes.some((node) => node.kind === 'normalization' && node.variant === 'batch');
  if (normalized)
    lines.push(
      mode === 'train'
        ? 'Training mode: batch normalization uses the statistics of a large batch.'
        : 'Evaluation mode: batch normalization uses running statistics 0 and 1, as before any training.',
    );
  if (network.nodes.some((node) => node.kind === 'affine' && node.kernel.length > 0))
    lines.push('Borders of images are not told apart from their inside.');
  if (network.layers.some((layer) => isWide(layer, layers)))
    lines.push('Bias variances that fall with an unknown width are taken as 0.');
  for (const { node, reason } of forward.stops.slice(0, 10))
    lines.push(`Signals stop at ${node.path || node.name}: ${reason}.`.replace(/\.\.$/, '.'));
  return lines;
}

function isWide(layer: Layer, layers: ReadonlyMap<Layer, LayerTheory>): boolean {
  if (layers.get(layer)?.sigmaW2 == null) return false;
  const variances: LayerVariances | string = layerVariances(layer);
  return typeof variances !== 'string' && variances.wideBias;
}

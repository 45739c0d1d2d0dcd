import { trainableDepth } from '../meanfield/depth-scale.js';
import { leastChange, phaseOverDepth } from '../meanfield/phase.js';
import type { Affine, Layer, Network, Node } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import type { LocalTheory, Summary } from '../protocol.js';
import { ratioOf } from './affine-transfer.js';
import type { Gradient } from './backward.js';
import { blockStacks } from './blocks.js';
import type { Dominators } from './dominators.js';
import { positions, validShare } from './extent.js';
import type { Fluctuations } from './fluctuations.js';
import { logSecondMoment } from './signal.js';
import type { NodeState } from './transfer.js';
import { uncertainty } from './uncertainty.js';

export interface Sweep {
  readonly network: Network;
  readonly dominators: Dominators;
  readonly states: readonly NodeState[];
  readonly gradients: readonly Gradient[];
  readonly locals: ReadonlyMap<Layer, LocalTheory | null>;
  readonly fluctuations: Fluctuations | null;
}

type Figures = Omit<Summary, 'mode' | 'isometry' | 'assumptions' | 'unknown' | 'verdict'>;

/** The figures that a verdict on the whole network rests on. */
export function summarize(sweep: Sweep): Figures {
  const { network, dominators, states, gradients } = sweep;
  const weighted = weightNodes(network).filter(({ id }) => gradients[id]!.logNorm !== Number.NEGATIVE_INFINITY);
  const all = network.nodes.filter((node) => carriesWeights(node) && gradients[node.id]!.logNorm !== Number.NEGATIVE_INFINITY);
  const change = gradientChange(sweep, all);
  const typical = typicalLayer(sweep);
  const xiC = typical?.xiC ?? null;
  return {
    phase: change && phaseOverDepth(leastChange(change.logNorm, change.taken)),
    chi1: typical?.chi1 ?? null,
    xiC,
    xiQ: typical?.xiQ ?? null,
    xiGrad: typical?.xiGrad ?? null,
    depth: longestPath(network),
    trainableDepth: typeof xiC === 'number' ? trainableDepth(xiC) : xiC,
    log10GradientRatio: weightGradientRatio(sweep, all),
    log10ActivationGradient: change && change.logNorm / Math.LN10,
    ...(change?.taken && { log10TakenByMeans: change.taken / Math.LN10 }),
    log10SignalRatio: signalRatio(sweep),
    blocks: blockStacks(network, states, gradients, dominators),
    uncertainty: uncertainty(sweep.network, sweep.fluctuations, weighted),
  };
}

/**
 * ln(‖∂f/∂h_first‖²/‖∂f/∂h_last‖²) between the outputs of the first and the last weights, or where all signals part before them and are joined
 * again after them, and what means over positions have taken of it: gradients inside one of many branches say nothing of the whole. What lies
 * behind the last weights, an output's sigmoid for instance, is no matter of depth.
 */
function gradientChange(
  { network, dominators, gradients }: Sweep,
  weighted: readonly Node[],
): (Pick<Gradient, 'taken'> & { logNorm: number }) | null {
  const [first, last] = [weighted[0], weighted.at(-1)];
  if (!first || !last) return null;
  // Behind a last layer that starts at 0 nothing arrives, wherever the way to it is interrupted.
  if (first === last && weightNodes(network).length > 1) return null;
  const trunk = dominators.chain(network.outputs[0] ?? -1);
  const known = (id: number | undefined): id is number => id !== undefined && Number.isFinite(gradients[id]!.logNorm);
  const apart = beforeBranches(network, first);
  // Of tables that are looked up nothing passes on: what counts is where the first of all signals come together.
  const together = weighted.every(({ id }) => known(id)) && trunk[0] !== undefined && trunk[0] < last.id ? trunk[0] : apart;
  const from = trunk.findLast((id) => id <= first.id) ?? (known(apart) ? apart : together);
  const to = trunk.find((id) => id >= last.id) ?? last.id;
  // Something that starts at 0 keeps gradients from weights that all signals pass.
  if (trunk.some((id) => network.nodes[id]!.kind === 'affine' && gradients[id]!.logNorm === Number.NEGATIVE_INFINITY))
    return null;
  const [low, high] = [gradients[from]!, gradients[to]!];
  if (low.logNorm === null || high.logNorm === null || !Number.isFinite(low.logNorm - high.logNorm)) return null;
  return { logNorm: low.logNorm - high.logNorm, taken: low.taken - high.taken };
}

/** Where one of several inputs, none of which all signals pass, first parts before it reaches this node; the node itself where it does not part. */
function beforeBranches({ nodes }: Network, node: Node): number {
  let parting = node.id;
  for (let id = node.inputs[0]; id !== undefined; id = nodes[id]!.inputs[0]) {
    if (nodes.filter(({ inputs }) => inputs.includes(id!)).length > 1) parting = id;
    // What encodes the input, as sines of it, has no weights, and its slopes say nothing of the network.
    if (nodes[id]!.kind === 'concatenate') break;
  }
  return parting;
}

/** The layer whose χ₁ is the median of those that feed an activation: what the network repeats. */
function typicalLayer({ network, locals }: Sweep): LocalTheory | null {
  const known = network.layers
    .flatMap((layer) => locals.get(layer) ?? [])
    .filter(({ chi1 }) => chi1 !== null)
    .sort((a, b) => a.chi1! - b.chi1!);
  return known[(known.length - 1) >> 1] ?? null;
}

const weightNodes = ({ nodes }: Network): (Node & Affine)[] =>
  nodes.filter((node): node is Node & Affine => node.kind === 'affine');

const carriesWeights = ({ kind }: Node): boolean => kind === 'affine' || kind === 'recurrent';

/** Number of weight layers on the longest path. */
function longestPath({ nodes }: Network): number {
  const depths: number[] = [];
  for (const node of nodes) {
    const before = node.inputs.reduce((most, id) => Math.max(most, depths[id] ?? 0), 0);
    depths.push(before + (carriesWeights(node) ? 1 : 0));
  }
  return depths.reduce((most, depth) => Math.max(most, depth), 0);
}

/** log₁₀(‖∂f/∂W_last‖/‖∂f/∂W_first‖), ‖∂f/∂W‖² = ‖δ‖² · n_in q_in, with coherent sums over the positions of a feature map. */
function weightGradientRatio(sweep: Sweep, weighted: readonly Node[]): number | null {
  const first = weighted[0];
  const last = weighted.at(-1);
  if (first?.kind !== 'affine' || last?.kind !== 'affine') return null;
  const [low, high] = [logWeightGradient(sweep, first), logWeightGradient(sweep, last)];
  const summands =
    first.variant === 'embedding' ? numberOf(last.layer.summands) : ratioOf(last.layer.summands, first.layer.summands);
  if (low === null || high === null || summands === null || !Number.isFinite(low) || !Number.isFinite(high)) return null;
  return (high - low + Math.log(summands)) / 2 / Math.LN10;
}

/**
 * ln ‖∂f/∂W‖² without the factor n_in. Positions add up as far as both gradients and inputs have something in common; and since behind an
 * activation gradients lie where h = W x is large, so does the part of their inputs along the weights, 1 of n_in parts.
 */
function logWeightGradient({ states, gradients }: Sweep, node: Node & Affine): number | null {
  const { logNorm, coherence, along: masked } = gradients[node.id]!;
  const input = states[node.inputs[0] ?? -1];
  if (logNorm === null || !input?.signal) return null;
  if (node.variant === 'embedding') return logNorm;
  const count = positions(states[node.id]!.extent);
  const along = input.signal.q > 0 ? input.signal.space / input.signal.q : 0;
  const summed = numberOf(node.layer.summands);
  const pairs = coherence * along + (summed === null ? 0 : ((1 - along) * masked.coherence) / summed);
  const coherent = 1 + (count - 1) * Math.max(0, pairs);
  return logNorm + logSecondMoment(input.signal) + Math.log(coherent) + Math.log(validShare(node, input.extent));
}

function signalRatio({ network, states }: Sweep): number | null {
  const input = network.nodes.find(({ kind }) => kind === 'input');
  const output = network.outputs[0];
  if (!input || output === undefined) return null;
  const [from, to] = [states[input.id]?.signal, states[output]?.signal];
  if (!from || !to) return null;
  const ratio = (logSecondMoment(to) - logSecondMoment(from)) / Math.LN10;
  return Number.isFinite(ratio) ? ratio : null;
}

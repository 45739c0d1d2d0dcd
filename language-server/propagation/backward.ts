import type { Network, Node, Shape } from '../network/graph.js';
import { multiply } from '../network/quantity.js';
import { ratioOf } from './affine-transfer.js';
import { entriesRatio, positions, sameExtent } from './extent.js';
import { flat, mixed, type Profile } from './profile.js';
import { linearFactor, sharedParts } from './shared-parts.js';
import type { Backward, Coherence, NodeState } from './transfer.js';

/** Gradient of f = Σ output · N(0, 1) with respect to a node's output. */
export interface Gradient extends Coherence {
  /** E[1/s²]·E[s²] of a normalization of each channel just above; 1 elsewhere. */
  readonly unevenness: number;
  /** How it divides among the parts of a concatenation, where not by their channels. */
  readonly partShares?: readonly number[] | undefined;
  /** ln of the mean square norm over all entries, relative to that at the network's output; −∞ where none arrives, `null`: not known. */
  readonly logNorm: number | null;
  /** What means and sums over positions above have added to `logNorm`: a mean over T of them takes ln T. */
  readonly taken: number;
  /** Its spread over the positions; `null`: even. */
  readonly profile: Profile | null;
  /** Share of the squared norm that lies on class tokens, beyond what they have as tokens among others; negative where they have less. */
  readonly tokens: number;
  /** Correlation of the gradients at neighbouring positions beyond `coherence`; distances beyond fade like powers of it. */
  readonly near: number;
  /** Share of the squared norm that arrives at the maxima of a max-pooling. */
  readonly maxima: number;
}

const apart = { coherence: 0, cross: 0 };
const none: Gradient = {
  logNorm: Number.NEGATIVE_INFINITY,
  taken: 0,
  coherence: 0,
  cross: 0,
  along: apart,
  profile: null,
  unevenness: 1,
  tokens: 0,
  near: 0,
  maxima: 0,
};
const unknown: Gradient = { ...none, logNorm: null };

/**
 * Reverse sweep: each node passes the squared norm of its gradient to its inputs, times the factor of its transfer; where branches join
 * backwards, squares add, because the weights in between are independent. Norms over all entries do not see ratios of widths.
 * Schoenholz et al. 2017, arXiv:1611.01232, eq. 17 and section 5.
 */
export function backward(network: Network, states: readonly NodeState[]): Backwards {
  const gradients: Gradient[] = states.map(() => none);
  const passedDown: Gradient[][] = states.map(() => []);
  for (const id of network.outputs) gradients[id] = { ...none, logNorm: -(relativeToFirst(id, network, states) ?? 0) };
  const streams = new Streams(network.nodes, states, gradients);
  for (let id = network.nodes.length - 1; id >= 0; id--) {
    const gradient = gradients[id]!;
    if (gradient.logNorm === Number.NEGATIVE_INFINITY) continue;
    streams.settle(id, network.outputs.includes(id));
    network.nodes[id]!.inputs.forEach((input, i) => {
      const one = passed(gradient, states, network.nodes[id]!, input, i);
      passedDown[id]!.push(one);
      gradients[input] = streams.meet(joined(gradients[input]!, one), one, input, id, i);
    });
  }
  return { gradients, passedDown };
}

/**
 * Skip connections inside of skip connections hand the same gradient down twice, `0.2·(x + f(x)) + x`: what arrives is its sum, and not a sum
 * of squares.
 */
class Streams {
  /** By node, the gradients that sums and factors hand down to it, with their coefficients. */
  readonly #linear: Map<number, number>[];
  /** By node, ln of the squared norm that arrives there past them, by way of weights. */
  readonly #rest: (number | null)[];
  /** By node, the one whose gradient its own is, with the factor: along a stream that nothing but sums reads they are all one. */
  readonly #source: (readonly [id: number, factor: number])[];

  constructor(
    private readonly nodes: readonly Node[],
    private readonly states: readonly NodeState[],
    private readonly gradients: readonly Gradient[],
  ) {
    this.#linear = nodes.map(() => new Map());
    this.#rest = nodes.map(() => Number.NEGATIVE_INFINITY);
    this.#source = nodes.map(({ id }) => [id, 1]);
  }

  /** Called when all that reads a node has handed its gradient down. */
  settle(id: number, isOutput: boolean): void {
    const [only] = this.#linear[id]!;
    if (only && !isOutput && this.#linear[id]!.size === 1 && this.#rest[id] === Number.NEGATIVE_INFINITY) this.#source[id] = only;
  }

  /** The gradient at an input with what node `from` hands down to it, as its input i. */
  meet(total: Gradient, one: Gradient, input: number, from: number, i: number): Gradient {
    const factor = this.#factor(input, from, i);
    if (factor === null) {
      this.#rest[input] = logSum(this.#rest[input]!, one.logNorm);
      return total;
    }
    const before = this.#linear[input]!;
    const [source, passed] = this.#source[from]!;
    const { logNorm } = total;
    let common = 0;
    if (logNorm !== null)
      for (const [other, k] of before) common += 2 * factor * passed * k * this.#inner(source, other, logNorm);
    before.set(source, (before.get(source) ?? 0) + factor * passed);
    return common === 0 ? total : { ...total, logNorm: logNorm! + Math.log(Math.max(1e-12, 1 + common)) };
  }

  #factor(input: number, from: number, i: number): number | null {
    const [above, below] = [this.states[from]!, this.states[input]!];
    if (!sameExtent(above.extent, below.extent)) return null;
    const node = this.nodes[from]!;
    return node.inputs.length === 1 && above.origin === below.origin ? 1 : linearFactor(node, i, this.states);
  }

  /** Inner product of the gradients at two nodes, in units of e^logScale. */
  #inner(a: number, b: number, logScale: number): number {
    const count = this.nodes.length;
    const expand = (id: number) => {
      const parts = this.#linear[id];
      return parts && parts.size > 0 ? [...parts, [id + count, 1] as const] : null;
    };
    return sharedParts(a, b, expand, 'smallest first').reduce((sum, { id, product }) => {
      const logNorm = id < count ? this.gradients[id]!.logNorm : this.#rest[id - count]!;
      return logNorm === null ? sum : sum + product * Math.exp(logNorm - logScale);
    }, 0);
  }
}

/** All entries of all outputs get gradients of the same size: ln of how many times as many the first output has. */
function relativeToFirst(id: number, { nodes, outputs }: Network, states: readonly NodeState[]): number | null {
  const first = outputs[0]!;
  return id === first ? 0 : logPerNorm(states[id]!, states[first], nodes[id]!.shape, nodes[first]!.shape);
}

const logSum = (a: number | null, b: number | null): number | null => {
  if (a === null || b === null) return null;
  const larger = Math.max(a, b);
  return larger === Number.NEGATIVE_INFINITY ? larger : larger + Math.log(Math.exp(a - larger) + Math.exp(b - larger));
};

export interface Backwards {
  readonly gradients: readonly Gradient[];
  /** By node, what it hands down to each of its inputs; empty where nothing arrives at it. */
  readonly passedDown: readonly (readonly Gradient[])[];
}

/** What one use of a node's output hands down to it: input i of a node. */
function passed(gradient: Gradient, states: readonly NodeState[], node: Node, input: number, i: number): Gradient {
  const { id, kind } = node;
  const given = states[id]!.backward[i];
  if (!given || gradient.logNorm === null || Number.isNaN(given.logFactor)) return unknown;
  const factor = atMaxima(given, gradient.maxima);
  const share = shareOf(states, id, input, i, gradient);
  if (share === null) return unknown;
  const removed = factor.removed?.(gradient) ?? { total: 0, mean: 0 };
  const kept = (value: number) => (removed.mean < 1 ? (value - removed.mean) / (1 - removed.mean) : 0);
  const tokens = factor.tokens?.(gradient.tokens) ?? { factor: 1, share: gradient.tokens };
  // What lies on class tokens has nothing in common with other positions.
  const coherence = clamped(
    factor.mixed
      ? factor.mixed(gradient.coherence, gradient.tokens, gradient.near)
      : factor.offset + (factor.gain * kept(gradient.coherence)) / Math.max(tokens.factor, 1e-12),
  );
  const cross = clamped((factor.crossGain ?? factor.gain) * kept(gradient.cross));
  const spread = factor.spread?.(gradient.profile ?? flat(states[id]!.extent));
  const profile = spread ? spread.profile : sameExtent(states[id]!.extent, states[input]!.extent) ? gradient.profile : null;
  // Channels with small weights have small variance and, behind a normalization, large gradients: what passes on does not see it.
  const even = kind === 'affine' ? gradient.unevenness : 1;
  const gathered = factor.gathered?.(gradient.coherence, gradient.tokens, gradient.near) ?? 1;
  const logNorm =
    gradient.logNorm +
    factor.logFactor +
    Math.log((share * gathered * tokens.factor * (1 - removed.total) * (spread?.share ?? 1)) / even);
  if (Number.isNaN(logNorm)) return unknown;
  const unevenness = factor.unevenness ?? (kind === 'reshape' ? gradient.unevenness : 1);
  const along = factor.alongGain
    ? { coherence: factor.alongGain * gradient.coherence, cross: factor.alongGain * gradient.cross }
    : kind === 'reshape'
      ? gradient.along
      : apart;
  // Beside a reader that tells its parts apart, another one takes them by their channels.
  const partShares = factor.partShares ?? states[input]!.shares ?? undefined;
  return {
    logNorm,
    taken: gradient.taken + (given.taken ?? 0),
    coherence,
    cross,
    along,
    profile,
    partShares,
    unevenness,
    tokens: tokens.share,
    near: nearBelow(factor, gradient, coherence, kind !== 'pooling' && sameExtent(states[id]!.extent, states[input]!.extent)),
    maxima: maximaBelow(node, gradient),
  };
}

/** Strides and poolings leave neighbours nothing in common that is followed. */
function nearBelow({ neighbours, nearGain, gain }: Backward, above: Gradient, coherence: number, samePlaces: boolean): number {
  if (neighbours) return neighbours(above.near);
  if (!samePlaces || above.near === 0 || coherence >= 1) return 0;
  const correlation = (nearGain ?? gain) * (above.coherence + (1 - above.coherence) * above.near);
  return Math.max(0, Math.min(1, (correlation - coherence) / (1 - coherence)));
}

/** Gradients that arrive at maxima pass an activation by its slopes there, those of other readers by typical ones. */
function atMaxima(factor: Backward, share: number): Backward {
  const { atMaxima: there } = factor;
  if (!there || share === 0) return factor;
  const [typical, chosen] = [(1 - share) * Math.exp(factor.logFactor), share * Math.exp(there.logFactor)];
  const total = typical + chosen;
  const mixed = (a: number, b: number) => (typical * a + chosen * b) / total;
  return {
    ...factor,
    logFactor: Math.log(total),
    gain: mixed(factor.gain, there.gain),
    crossGain: mixed(factor.crossGain ?? factor.gain, there.gain),
    alongGain: mixed(factor.alongGain ?? 0, there.alongGain),
  };
}

function maximaBelow(node: Node, { maxima }: Gradient): number {
  if (node.kind === 'pooling') return node.variant.endsWith('max') ? 1 : 0;
  return node.kind === 'reshape' || node.kind === 'concatenate' ? maxima : 0;
}

const clamped = (value: number): number => Math.max(-1, Math.min(1, value));

/** A part of a concatenation gets its part of the norm; a tensor that is spread by broadcasting collects what its copies get. */
function shareOf(states: readonly NodeState[], id: number, input: number, i: number, { partShares }: Gradient): number | null {
  const from = states[input]!;
  const to = states[id]!;
  if (!to.concatenated) return 1;
  if (partShares?.[i] !== undefined) return partShares[i];
  return ratioOf(from.channels, to.channels) ?? to.shares?.[i] ?? null;
}

function joined(a: Gradient, b: Gradient): Gradient {
  if (a.logNorm === null || b.logNorm === null) return unknown;
  const larger = Math.max(a.logNorm, b.logNorm);
  if (larger === Number.NEGATIVE_INFINITY) return none;
  if (a.logNorm === Number.NEGATIVE_INFINITY) return b;
  const [first, second] = [Math.exp(a.logNorm - larger), Math.exp(b.logNorm - larger)];
  return {
    logNorm: larger + Math.log(first + second),
    taken: (first * a.taken + second * b.taken) / (first + second),
    coherence: (first * a.coherence + second * b.coherence) / (first + second),
    cross: (first * a.cross + second * b.cross) / (first + second),
    along: second === 0 ? a.along : first === 0 ? b.along : apart,
    unevenness: (first * a.unevenness + second * b.unevenness) / (first + second),
    tokens: (first * a.tokens + second * b.tokens) / (first + second),
    near: (first * a.near + second * b.near) / (first + second),
    maxima: (first * a.maxima + second * b.maxima) / (first + second),
    partShares: joinedShares(a.partShares, b.partShares, first, second),
    profile: second === 0 ? a.profile : first === 0 ? b.profile : mixed(a.profile, b.profile, second / (first + second)),
  };
}

function joinedShares(
  a: Gradient['partShares'],
  b: Gradient['partShares'],
  first: number,
  second: number,
): Gradient['partShares'] {
  if (second === 0 || !b) return second === 0 ? a : first === 0 ? b : undefined;
  if (first === 0 || !a) return first === 0 ? b : undefined;
  return a.map((share, i) => (first * share + second * (b[i] ?? 0)) / (first + second));
}

/**
 * ln of what turns the mean square norm of a gradient into the mean square of one entry, relative to the network's output: of the ratio of their
 * numbers of entries. `null` where it is not known.
 */
export function logPerNorm(state: NodeState, output: NodeState | undefined, shape: Shape, outputShape: Shape): number | null {
  if (!output) return null;
  if (state === output) return 0;
  const ratio = entriesRatio(outputShape, shape) ?? ratioOf(entries(output), entries(state));
  return ratio === null ? null : Math.log(ratio);
}

const entries = ({ channels, extent }: NodeState) => (channels === null ? null : multiply(channels, positions(extent)));

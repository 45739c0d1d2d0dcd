import type { Layer, Network, Node } from '../network/graph.js';
import { endsOutput } from '../network/logits.js';
import { numberOf } from '../network/quantity.js';
import type { LocalTheory, PropagationPoint, Summary } from '../protocol.js';
import { Activations } from './activations.js';
import { backward, type Gradient, logPerNorm } from './backward.js';
import { Dominators } from './dominators.js';
import { type Fluctuations, fluctuations } from './fluctuations.js';
import { consumersOf, forward } from './forward.js';
import { type InitialLogits, initialLogits } from './initial-logits.js';
import { isometry, type JacobianSource } from './isometry.js';
import { type Surroundings, surroundings } from './layer-surroundings.js';
import { localTheory } from './local-theory.js';
import { correlation, logSecondMoment } from './signal.js';
import { summarize } from './summary.js';
import type { NodeState } from './transfer.js';
import { bandAt, doubts } from './uncertainty.js';
import { type WeightMoments, weightMoments } from './weight-moments.js';

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
  readonly places: readonly Place[];
  readonly summary: Omit<Summary, 'unknown' | 'verdict'>;
  /** What spectrum and geometry are computed from, on demand. */
  readonly jacobian: JacobianSource;
  readonly logits: InitialLogits | null;
  /** Where the theory had to stop, and why. */
  readonly stops: readonly { readonly node: Node; readonly reason: string }[];
}

export interface Place {
  readonly node: number;
  /** ln of what turns a squared norm at the node's output into the mean square of an entry, relative to the reference of gradients. */
  readonly logPerNorm: number | null;
}

export interface LayerTheory {
  readonly activation: string | null;
  readonly activationParameters: Readonly<Record<string, number>>;
  readonly keep: number;
  /** Constant between the output and the activation; `null` where it is not known. */
  readonly factor: number | null;
  /** Groups of a convolution; 1 for other layers. */
  readonly groups: number | null;
  readonly sigmaW2: number | null;
  readonly sigmaB2: number | null;
  readonly local: LocalTheory | null;
  /** Of a recurrent layer: factor on the squared gradient from one step to the one before; `null` where it is not known. */
  readonly chiTime: number | null;
  /** Why there is no local theory although the layer feeds an activation. */
  readonly problem: string | null;
}

/** Carries lengths, correlations and gradients through the graph. Never throws: what it cannot say is `null`, with a reason. */
export function propagate(network: Network, options: PropagateOptions = {}): Propagation {
  const training = options.mode !== 'eval';
  const assumptions = new Set(network.assumed);
  const activations = new Activations(network);
  const consumers = consumersOf(network);
  const states = forward(network, {
    consumers,
    activations,
    training,
    batch: network.batch ?? Number.POSITIVE_INFINITY,
    inputSecondMoment: options.inputSecondMoment ?? 1,
    inputCosine: options.inputCosine ?? 0.5,
    assume: (sentence) => assumptions.add(sentence),
  });
  const backwards = backward(network, states);
  const { gradients } = backwards;
  const around = surroundings(network, consumers);
  const layers = layerTheories(network, around, states, training, activations);
  const locals = new Map([...layers].map(([layer, { local }]) => [layer, local]));
  const dominators = new Dominators(network);
  const spread = fluctuations(network, states, backwards, training);
  const figures = summarize({ network, dominators, states, gradients, locals, fluctuations: spread });
  const spectrum = isometry(network, dominators, states, gradients, training);
  if (network.nodes.some((node) => endsOutput(node, network, consumers)))
    assumptions.add('The softmax at the end counts to the loss: gradients are relative to those of its input.');
  const { places, reference } = placesOf(network, states, gradients);
  const gradientReference = reference && (reference.path || reference.name);
  if (gradientReference)
    assumptions.add(
      `Gradients are relative to that at ${gradientReference}: how many entries the network's output has is not known.`,
    );
  const stopped = stops(network, states, consumers);
  for (const { node, reason } of stopped.slice(0, 10)) assumptions.add(`Signals stop${placeOf(node)}: ${reason}`);
  return {
    layers,
    points: points(network, states, gradients, spread, places),
    places,
    summary: {
      mode: training ? 'train' : 'eval',
      ...figures,
      ...(gradientReference && { gradientReference }),
      isometry: spectrum.figures,
      assumptions: [...general(options, training), ...assumptions, ...spectrum.notes, ...doubts(network, spread)],
    },
    jacobian: spectrum.jacobian,
    logits: initialLogits(network, states),
    stops: stopped,
  };
}

/** What the evaluator could not follow has a reason, and no name of its own. */
const placeOf = ({ path, name }: Node): string => (path || name !== 'unknown' ? ` at ${path || name}` : '');

const general = ({ inputSecondMoment = 1 }: PropagateOptions, training: boolean): string[] => [
  'Layers are wide, and weights independent with mean 0.',
  `The input's entries have second moment ${inputSecondMoment}.`,
  training
    ? 'Training mode: dropout and stochastic depth are active, normalization uses the batch.'
    : 'Evaluation mode: no dropout, and batch normalization with running mean 0 and variance 1.',
];

function layerTheories(
  network: Network,
  around: ReadonlyMap<Layer, Surroundings>,
  states: readonly NodeState[],
  training: boolean,
  activations: Activations,
): Map<Layer, LayerTheory> {
  const rates = new Map<Layer, number | null>();
  for (const node of network.nodes) if (node.kind === 'recurrent') rates.set(node.layer, states[node.id]!.ends?.rate ?? null);
  return new Map(
    network.layers.map((layer) => [
      layer,
      layerTheory(layer, around.get(layer) ?? null, states, training, activations, rates.get(layer) ?? null),
    ]),
  );
}

function layerTheory(
  layer: Layer,
  surrounding: Surroundings | null,
  states: readonly NodeState[],
  training: boolean,
  activations: Activations,
  chiTime: number | null,
): LayerTheory {
  const moments = surrounding?.node.kind === 'opaque' ? calculated : weightMoments(layer);
  const signal = surrounding ? states[surrounding.node.id]?.signal : null;
  return {
    activation: surrounding?.activation?.activation ?? null,
    activationParameters: surrounding?.activation?.parameters ?? {},
    keep: surrounding?.keep ?? 1,
    factor: surrounding ? surrounding.factor : 1,
    groups: surrounding?.node.kind === 'affine' ? numberOf(surrounding.node.groups) : 1,
    sigmaW2: isLinear(layer) ? moments.sigmaW2 : null,
    sigmaB2: isLinear(layer) ? moments.sigmaB2 : null,
    local:
      surrounding && isLinear(layer)
        ? localTheory(surrounding, moments, startingLength(signal ? logSecondMoment(signal) : 0), training, activations)
        : null,
    chiTime: layer.role === 'recurrent' ? chiTime : null,
    problem: surrounding?.activation ? moments.problem : null,
  };
}

/** Of a weight that `forward` calculates from the layer's own. */
const calculated: WeightMoments = {
  sigmaW2: null,
  sigmaB2: null,
  biasMean: 0,
  problem: 'The weight that this layer works with is calculated from its own, and so its distribution is not known.',
  wideLimit: false,
  normal: true,
};

const isLinear = ({ role }: Layer): boolean => role === undefined || role === 'linear';

/** The length that the layer really has, inside the range in which fixed points are looked for. */
const startingLength = (logLength: number): number => Math.min(1e6, Math.max(1e-7, Math.exp(logLength)));

/** Operations without a line of their own in the report: they change nothing that could be told of them. */
const silent = new Set<Node['kind']>(['input', 'parameter', 'reshape', 'shift', 'mask', 'softmax', 'matmul']);

function points(
  network: Network,
  states: readonly NodeState[],
  gradients: readonly Gradient[],
  spread: Fluctuations | null,
  places: Propagation['places'],
): PropagationPoint[] {
  const before = previousWeights(network);
  return places.map(({ node: id, logPerNorm }) => {
    const [node, state, { logNorm }] = [network.nodes[id]!, states[id]!, gradients[id]!];
    const perEntry = logNorm === null || logPerNorm === null ? null : logNorm + logPerNorm;
    return {
      path: node.path,
      operation: node.name,
      range: node.location.range,
      q: lengthOf(state),
      c: state.signal && !state.restarted ? correlation(state.signal) : null,
      chi: chiOf(gradients, node, before[id] ?? null),
      ...takenBetween(gradients, id, before[id] ?? null),
      gradient: perEntry === null ? null : Math.exp(perEntry),
      logGradient: perEntry !== null && Number.isFinite(perEntry) ? perEntry : null,
      band: bandAt(spread, id),
    };
  });
}

/**
 * Gradients of entries are relative to those at the network's output. Where its number of entries is not known, as that of classes often is,
 * all of them would be unknown: then they are relative to the last weight layer before it whose number is, if that tells more.
 */
function placesOf(
  { nodes, outputs }: Network,
  states: readonly NodeState[],
  gradients: readonly Gradient[],
): { readonly places: readonly Place[]; readonly reference: Node | null } {
  const shown = nodes.filter(({ kind }) => !silent.has(kind));
  const relativeTo = (to: Node | undefined, logNorm: number): Place[] =>
    shown.map(({ id, shape }) => {
      const ratio = logPerNorm(states[id]!, states[to?.id ?? -1], shape, to?.shape ?? null);
      return { node: id, logPerNorm: ratio === null ? null : ratio - logNorm };
    });
  const places = relativeTo(nodes[outputs[0] ?? -1], 0);
  const isMissing = ({ logPerNorm }: Place) => logPerNorm === null;
  const missing = places.filter((place) => isMissing(place) && arrives(gradients[place.node]!));
  const reference = missing.map(({ node }) => nodes[node]!).findLast(({ kind }) => kind === 'affine' || kind === 'recurrent');
  if (!reference) return { places, reference: null };
  const others = relativeTo(reference, gradients[reference.id]!.logNorm!);
  const gains = others.filter(isMissing).length < places.filter(isMissing).length;
  return gains ? { places: others, reference } : { places, reference: null };
}

const arrives = ({ logNorm }: Gradient): boolean => logNorm !== null && Number.isFinite(logNorm);

function lengthOf({ signal }: NodeState): PropagationPoint['q'] {
  if (!signal) return null;
  const length = Math.exp(logSecondMoment(signal));
  return Number.isFinite(length) ? length : 'infinity';
}

/** For each weight layer the one before it, following first inputs. */
function previousWeights({ nodes }: Network): (number | null)[] {
  const nearest: (number | null)[] = [];
  return nodes.map(({ kind, id, inputs }) => {
    const before = nearest[inputs[0] ?? -1] ?? null;
    nearest.push(kind === 'affine' ? id : before);
    return kind === 'affine' ? before : null;
  });
}

function chiOf(gradients: readonly Gradient[], { id }: Node, before: number | null): number | null {
  const [here, there] = [gradients[id]!.logNorm, before === null ? null : gradients[before]!.logNorm];
  if (here === null || there === null) return null;
  const chi = Math.exp(there - here);
  return Number.isFinite(chi) ? chi : null;
}

/** Few layers have a mean between them: a field that is left out costs nothing. */
function takenBetween(gradients: readonly Gradient[], id: number, before: number | null): { taken?: number } {
  const taken = before === null ? 0 : gradients[before]!.taken - gradients[id]!.taken;
  return taken === 0 ? {} : { taken };
}

/** Only where a reason first appears: what follows from it is silent. A stop that a signal goes past, as past an unknown mask, is none. */
function stops(network: Network, states: readonly NodeState[], consumers: readonly (readonly number[])[]): Propagation['stops'] {
  const { nodes, outputs } = network;
  const found: { node: Node; reason: string }[] = [];
  for (const node of nodes) {
    const { signal, reason } = states[node.id]!;
    if (!signal && reason && node.inputs.every((id) => states[id]?.signal)) found.push({ node, reason });
  }
  if (found.length === 0) return found;
  const missed = new Set([...outputs, ...nodes.map(({ id }) => id).filter((id) => consumers[id]!.length === 0)]);
  for (const { id, inputs } of nodes.toReversed())
    if (!states[id]!.signal && missed.has(id)) for (const input of inputs) missed.add(input);
  return found.filter(({ node }) => missed.has(node.id) && !endsOutput(node, network, consumers));
}

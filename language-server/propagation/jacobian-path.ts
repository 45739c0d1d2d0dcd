import type { Activation } from '../meanfield/activation.js';
import { shiftedActivation } from '../meanfield/shifted-activation.js';
import type { Family } from '../network/distribution.js';
import type { Affine, Layer, Network, Node } from '../network/graph.js';
import { multiply, numberOf, type Quantity } from '../network/quantity.js';
import { ratioOf } from './affine-transfer.js';
import type { Dominators } from './dominators.js';
import { positions, tapsOf, validShare } from './extent.js';
import { logSecondMoment } from './signal.js';
import type { NodeState } from './transfer.js';
import { lastWrite, weightMoments } from './weight-moments.js';

/** What the Jacobian of a stretch of the network is made of, in forward order. */
export type Step =
  | WeightStep
  | {
      readonly kind: 'slopes';
      readonly phi: Activation | null;
      /** Variance at which the slopes are taken: that of the signal, or any for homogeneous φ. */
      readonly variance: number;
      /** ln of the variance of the signal. */
      readonly logVariance: number;
      readonly keep: number;
    }
  /** A number, squared: a normalization whose statistics are held fixed, or a scale. */
  | { readonly kind: 'factor'; readonly logSquare: number; readonly sign: number }
  | { readonly kind: 'branches'; readonly branches: readonly (readonly Step[])[] };

export interface WeightStep {
  readonly kind: 'weights';
  /** Of the layer. */
  readonly path: string;
  readonly family: 'iid' | 'orthogonal';
  readonly sigmaW2: number;
  readonly taps: number;
  /** Entries of the tensors on both sides: channels times positions. */
  readonly inputs: Quantity;
  readonly outputs: Quantity;
}

export interface JacobianPath {
  readonly kind: 'path';
  readonly steps: readonly Step[];
  /** Weight layers on the path, those of branches included. */
  readonly layerCount: number;
  /** A narrow last layer that is left out, because it only reads the features. */
  readonly readout: Layer | null;
  /** Node whose output is the input of the Jacobian, and node at whose output it ends. */
  readonly from: number;
  readonly to: number;
  readonly notes: readonly string[];
}

/** Why the theory has no spectrum for this network. */
export interface NoPath {
  readonly kind: 'none';
  readonly reason: string;
}

/**
 * The stretch from the input of the first weight layer to the features that the last one reads, as a chain of weights, slopes and
 * residual blocks. A last layer that does not narrow belongs to it.
 */
export function jacobianPath(
  network: Network,
  dominators: Dominators,
  states: readonly NodeState[],
  training: boolean,
): JacobianPath | NoPath {
  if (network.outputs.length !== 1) return none('the model does not return one tensor');
  const walk = new Walk(network, dominators, states, training);
  try {
    const { to, readout } = walk.features(network.outputs[0]!);
    const { steps, from } = walk.follow(to, null);
    if (walk.layers.size === 0) return none('no layer of weights could be followed to the output');
    return { kind: 'path', steps, layerCount: walk.layers.size, readout, from, to, notes: [...walk.notes] };
  } catch (error) {
    if (error instanceof Unfollowed) return none(error.message);
    throw error;
  }
}

const none = (reason: string): NoPath => ({ kind: 'none', reason });

/** Ends a walk, wherever in the branches it is. */
class Unfollowed extends Error {}

class Walk {
  readonly layers = new Set<Layer>();
  readonly notes = new Set<string>();
  /** Whether weights stand at or above a node; what lies before the first of them is no part of the network's Jacobian. */
  readonly #weighted: boolean[] = [];

  constructor(
    readonly network: Network,
    readonly dominators: Dominators,
    readonly states: readonly NodeState[],
    readonly training: boolean,
  ) {
    for (const node of network.nodes) this.#prepare(node);
  }

  #prepare(node: Node): void {
    const { id, kind } = node;
    this.#weighted[id] =
      (kind === 'affine' && node.variant !== 'embedding') ||
      kind === 'recurrent' ||
      kind === 'attention' ||
      node.inputs.some((input) => !this.dominators.isConstant(input) && this.#weighted[input]);
  }

  #node(id: number): Node {
    return this.network.nodes[id]!;
  }

  /** Where the features end: before a last layer that narrows, and before what only pools or normalizes them to probabilities. */
  features(output: number): { to: number; readout: Layer | null } {
    const end = this.#before(output, heads);
    const activated = this.#node(end).kind === 'activation';
    const below = activated ? this.#before(this.#node(end).inputs[0]!, rearranging) : end;
    const last = this.#node(below);
    if (last.kind !== 'affine' || last.variant === 'embedding' || !this.#weighted[last.inputs[0]!])
      return { to: end, readout: null };
    const ratio = last.variant === 'dense' ? ratioOf(...this.#entries(last)) : ratioOf(last.outChannels, last.inChannels);
    // An activation behind the last layer makes it a hidden one, unless next to nothing is left: a probability.
    const narrows = ratio === null ? !activated : ratio < (activated ? 1 / 8 : 1);
    if (!narrows) return { to: end, readout: null };
    return { to: this.#before(last.inputs[0]!, heads), readout: last.layer };
  }

  #before(id: number, kinds: ReadonlySet<Node['kind']>): number {
    let at = id;
    while (kinds.has(this.#node(at).kind) && this.#node(at).inputs.length === 1) at = this.#node(at).inputs[0]!;
    return at;
  }

  /** The steps between two nodes; without `to`, from the input of the first weights. */
  follow(end: number, to: number | null): { steps: Step[]; from: number } {
    const steps: Step[] = [];
    let id = end;
    for (;;) {
      if (to === null ? !this.#weighted[id] : id === to) break;
      const node = this.#node(id);
      const inputs = node.inputs.length === 1 ? node.inputs : node.inputs.filter((input) => !this.dominators.isConstant(input));
      if (node.kind === 'add' && inputs.length > 1) {
        const split = this.dominators.of(id);
        if (split < 0) stop('several inputs are added up');
        steps.push(this.#branches(node, split));
        id = split;
        continue;
      }
      const [input] = inputs;
      if (inputs.length !== 1 || input === undefined) stop(reasonOf(node));
      steps.push(...this.#step(node, input));
      id = input;
    }
    return { steps: joined(steps.reverse()), from: id };
  }

  #branches(node: Node & { kind: 'add' }, split: number): Step {
    const branches = node.inputs.flatMap((input, i) => {
      if (this.dominators.isConstant(input)) return [];
      const coefficient = node.coefficients[i] ?? 1;
      const { steps } = this.follow(input, split);
      return [coefficient === 1 ? steps : [...steps, factor(2 * Math.log(Math.abs(coefficient)), Math.sign(coefficient))]];
    });
    if (branches.filter((steps) => steps.every(({ kind }) => kind === 'factor')).length > 1) stop('a tensor is added to itself');
    if (branches.some((steps) => !endsAtRandom(steps))) stop('a branch of a skip connection does not end in weights');
    return { kind: 'branches', branches };
  }

  #step(node: Node, input: number): Step[] {
    switch (node.kind) {
      case 'affine':
        return [this.#weights(node)];
      case 'activation':
        return node.activation === 'linear' ? [] : [this.#slopes(node)];
      case 'dropout':
        return this.#dropout(node);
      case 'normalization':
        return [this.#normalization(node)];
      case 'scale':
        return [this.#scale(node)];
      case 'add':
        return [factor(2 * Math.log(Math.abs(node.coefficients[node.inputs.indexOf(input)] ?? 1)))];
      case 'reshape':
      case 'mask':
      case 'shift':
        return [];
      default:
        return stop(reasonOf(node));
    }
  }

  #weights(node: Node & Affine): Step {
    const { layer } = node;
    if (this.layers.has(layer)) stop(`${layer.path} is used more than once, so that its weights are not independent`);
    this.layers.add(layer);
    const { sigmaW2, problem } = weightMoments(layer);
    const family = lastWrite(layer.weight)?.family;
    if (problem !== null || sigmaW2 === null) stop(`σ_w² of ${layer.path} is not known`);
    if (node.variant === 'transposed') stop(`${layer.path} is a transposed convolution, which overlaps with itself`);
    if (node.variant !== 'dense' && node.variant !== 'convolution') stop(`${layer.path} is neither dense nor a convolution`);
    const [outputs, inputs] = this.#entries(node);
    if (inputs === null || outputs === null) stop(`the widths of ${layer.path} are not known`);
    // One literal for all, so that thousands of steps are objects of one shape.
    const step = (as: WeightStep['family'], square: number, taps: number): WeightStep => ({
      kind: 'weights',
      path: layer.path,
      family: as,
      sigmaW2: square,
      taps,
      inputs,
      outputs,
    });
    if (sigmaW2 === 0) return step('iid', 0, 1);
    if (node.variant === 'convolution') this.#checkConvolution(node, family);
    switch (family) {
      case 'normal':
      case 'uniform':
      case 'truncated-normal':
        return step('iid', sigmaW2 * validShare(node, this.states[node.inputs[0]!]!.extent), 1);
      case 'orthogonal':
        return step(family, sigmaW2, this.#spread(node));
      case 'delta-orthogonal':
        return step('orthogonal', sigmaW2, 1);
      default:
        return stop(`the weights of ${layer.path} are ${family ?? 'not known'}, not drawn independently or orthogonal`);
    }
  }

  #checkConvolution(node: Node & Affine, family: Family | undefined): void {
    const { layer, groups, inputs } = node;
    if (groups !== 1) stop(`${layer.path} is a convolution in groups`);
    const { extent } = this.states[inputs[0]!]!;
    const even = extent.every((size, i) => {
      const { kernel, stride } = tapsOf(node, i, size);
      return kernel % stride === 0;
    });
    if (!even) stop(`the stride of ${layer.path} reads some positions more often than others`);
    // The middle tap never lies on the padding.
    if (family !== 'delta-orthogonal' && node.paddingMode !== 'circular' && this.#taps(node) > 1)
      this.notes.add('Isometry: borders of feature maps are left out, apart from what zero padding loses on average.');
  }

  #taps(node: Node & Affine): number {
    if (node.variant !== 'convolution') return 1;
    const taps = node.kernel.map((size) => numberOf(size) ?? Number.NaN).reduce((product, size) => product * size, 1);
    return taps >= 1 ? taps : stop(`the shape of the kernel of ${node.layer.path} is not known`);
  }

  /** Taps over which a matrix with orthonormal rows is spread. */
  #spread(node: Node & Affine): number {
    const taps = this.#taps(node);
    const ratio = ratioOf(node.outChannels, node.inChannels);
    if (taps > 1 && ratio === null) stop(`the shape of the kernel of ${node.layer.path} is not known`);
    // Between k − 1 and k times as many rows as columns the spectrum of the operator has an atom of its own.
    if (taps > 1 && ratio! > taps - 1 && ratio! < taps) stop(`the orthogonal kernel of ${node.layer.path} is nearly square`);
    return taps;
  }

  /** Entries that leave a layer and that enter it. */
  #entries(node: Node & Affine): [outputs: Quantity | null, inputs: Quantity | null] {
    const out = positions(this.states[node.id]!.extent);
    const into = node.variant === 'dense' ? out : positions(this.states[node.inputs[0]!]!.extent);
    const { inChannels, outChannels } = node;
    return [outChannels === null ? null : multiply(outChannels, out), inChannels === null ? null : multiply(inChannels, into)];
  }

  #slopes(node: Node & { kind: 'activation' }): Step {
    const origin = this.states[node.id]!.gaussian;
    const { signal, rectified } = this.states[node.inputs[0]!]!;
    if (rectified) stop(correlatedSlopes);
    if (origin && origin.node !== node.id) stop(twoActivations);
    if (node.activation === 'rrelu' && this.training) stop('the slopes of RReLU are random in training');
    if (!origin || !signal) return stop(`the signal at ${node.path || node.name} is not known`);
    const centered = signal.mean ** 2 <= 1e-9 * signal.q;
    // Slopes of a homogeneous function do not see its scale, which may lie beyond all numbers.
    if (centered && origin.phi.homogeneous)
      return { kind: 'slopes', phi: origin.phi, variance: 1, logVariance: logSecondMoment(signal), keep: 1 };
    const { q, mean } = origin.signal;
    if (!Number.isFinite(q)) stop(`the signal at ${node.path || node.name} has grown beyond all bounds`);
    const phi = centered ? origin.phi : shiftedActivation(origin.phi, mean);
    const variance = centered ? q : Math.max(0, q - mean * mean);
    return { kind: 'slopes', phi, variance, logVariance: Math.log(variance), keep: 1 };
  }

  #dropout(node: Node & { kind: 'dropout' }): Step[] {
    const rate = numberOf(node.rate);
    if (!this.training || rate === 0) return [];
    if (rate === null || rate >= 1) stop('a dropout rate is not known');
    if (node.variant === 'path') stop('stochastic depth draws another network for each input');
    if (node.variant === 'alpha') stop('alpha dropout is not followed');
    return [{ kind: 'slopes', phi: null, variance: 1, logVariance: 0, keep: 1 - rate }];
  }

  #normalization(node: Node & { kind: 'normalization' }): Step {
    const factorOf = this.states[node.id]!.backward[0];
    if (!factorOf || !Number.isFinite(factorOf.logFactor)) stop('a normalization has an input that is not known');
    if (node.variant === 'group' || node.variant === 'instance') stop(`${node.name} is beyond this theory`);
    if (node.weight && numberOf(lastWrite(node.weight)?.variance) !== 0) stop('the scale of a normalization is random');
    if (node.variant !== 'local-response') this.notes.add('Isometry: the statistics of normalizations are held fixed.');
    return factor(factorOf.logFactor);
  }

  #scale(node: Node & { kind: 'scale' }): Step {
    if (!node.parameter)
      return node.factor === null
        ? stop('a factor is not known')
        : factor(2 * Math.log(Math.abs(node.factor)), Math.sign(node.factor));
    const write = lastWrite(node.parameter);
    const mean = numberOf(write?.mean);
    if (mean === null || numberOf(write?.variance) !== 0) stop('a factor is random or not known');
    return factor(2 * Math.log(Math.abs(mean)), Math.sign(mean));
  }
}

const factor = (logSquare: number, sign = 1): Step => ({ kind: 'factor', logSquare, sign });

function stop(reason: string): never {
  throw new Unfollowed(reason);
}

/** What may follow the features: pooling over positions and the way to probabilities. */
const heads: ReadonlySet<Node['kind']> = new Set(['softmax', 'reshape', 'mask', 'shift', 'pooling', 'dropout']);
const rearranging: ReadonlySet<Node['kind']> = new Set(['reshape', 'mask', 'shift', 'dropout']);

function reasonOf(node: Node): string {
  switch (node.kind) {
    case 'pooling':
      return 'pooling mixes positions whose slopes are correlated';
    case 'concatenate':
      return 'branches are concatenated';
    case 'multiply':
      return 'signals are multiplied';
    case 'attention':
    case 'matmul':
    case 'softmax':
      return 'attention is beyond this theory';
    case 'recurrent':
      return 'recurrent layers are beyond this theory';
    case 'opaque':
      return `${node.name || node.path} could not be followed`;
    default:
      return `${node.name || node.kind} has more than one input`;
  }
}

/** Slopes and masks of the same entries, between two layers of weights, are one diagonal matrix. */
function joined(steps: readonly Step[]): Step[] {
  const result: Step[] = [];
  for (const step of steps) {
    const before = result.findLastIndex(({ kind }) => kind !== 'factor');
    const earlier = result[before];
    if (step.kind !== 'slopes' || earlier?.kind !== 'slopes') {
      result.push(step);
      continue;
    }
    if (step.phi && earlier.phi) stop(twoActivations);
    const phi = step.phi ?? earlier.phi;
    result[before] = {
      kind: 'slopes',
      phi,
      variance: step.phi ? step.variance : earlier.variance,
      logVariance: step.phi ? step.logVariance : earlier.logVariance,
      keep: step.keep * earlier.keep,
    };
  }
  checkStream(result);
  return result;
}

const twoActivations = 'two activations follow each other without weights between them';
const correlatedSlopes = 'activations on the stream of skip connections see nearly the same signal';

/** Slopes on both ends of a skip connection belong to nearly the same entries, and are not free of each other. */
function checkStream(steps: readonly Step[]): void {
  let open = false;
  for (const step of steps) {
    if (step.kind === 'weights') open = false;
    if (step.kind === 'slopes') {
      if (open) stop(correlatedSlopes);
      open = true;
    }
    if (step.kind !== 'branches') continue;
    const skips = step.branches.some((branch) => branch.every(({ kind }) => kind === 'factor'));
    if (open && step.branches.some((branch) => branch.find(({ kind }) => kind !== 'factor')?.kind === 'slopes'))
      stop(correlatedSlopes);
    open &&= skips;
  }
}

/** A branch that is as likely as its negative: the last thing in it that is no number are weights, or an odd function of them. */
function endsAtRandom(steps: readonly Step[]): boolean {
  const telling = steps.filter(({ kind }) => kind !== 'factor');
  const last = telling.at(-1);
  if (!last || last.kind === 'weights') return true;
  if (last.kind === 'branches') return last.branches.every((branch) => branch.length > 0 && endsAtRandom(branch));
  return last.kind === 'slopes' && (last.phi === null || last.phi.parity === 'odd') && telling.at(-2)?.kind === 'weights';
}

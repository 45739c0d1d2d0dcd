import type { Network, Node } from '../network/graph.js';
import { numberOf, type Quantity, substitute } from '../network/quantity.js';
import { operateAffine } from './affine.js';
import { Mismatch, NotSimulated, Weights } from './draw.js';
import {
  operateActivation,
  operateAdd,
  operateDropout,
  operateMultiply,
  operateScale,
  operateShift,
  operateSoftmax,
} from './elementwise.js';
import { drawInput, type InputLaw } from './inputs.js';
import { operateNormalization } from './normalize.js';
import type { Operate, Result, World } from './operation.js';
import { operatePooling } from './pool.js';
import { Random } from './random.js';
import { operateConcatenate, operateReshape } from './rearrange.js';
import { meanSquare, type Tensor } from './tensor.js';

/** The size in which a network is simulated. */
export interface Scale extends Omit<InputLaw, 'secondMoment' | 'cosine'> {
  /** Factor on the numbers of channels: 1, ½, ¼, … */
  readonly width: number;
}

export interface RunOptions extends Pick<InputLaw, 'secondMoment' | 'cosine'> {
  readonly seed: number;
  readonly training: boolean;
  readonly scale: Scale;
  /** Multiplications that a run may take. */
  readonly budget: number;
}

/** What one draw of the weights gives at each node; `null` where it could not be computed. */
export interface Run {
  /** Mean square of the output's entries for one input; for all of a batch where its statistics join the samples. */
  readonly q: (number | null)[];
  /** Σ x_a x_b over pairs of samples, relative to the mean of their squared norms. */
  readonly c: (number | null)[];
  /** ‖∂f/∂output‖² for the same inputs, relative to that at the network's output, f = Σ output · N(0, 1). */
  readonly gradient: (number | null)[];
  /** ‖∂f/∂W‖² of the layers with weights, by node. */
  readonly weightGradient: (number | null)[];
  /** Where it had to stop, and why. */
  readonly stops: readonly { readonly node: number; readonly reason: string }[];
  /** The size of the input was not one that the model can take. */
  readonly mismatch: boolean;
}

/** Multiplications that take about as long as what else is done with an entry of a tensor. */
const costOfEntry = 20;

/** More multiplications than the budget of a run. */
export class TooLarge extends NotSimulated {}

const operations: { [K in Node['kind']]?: Operate<K> } = {
  activation: operateActivation,
  add: operateAdd,
  affine: operateAffine,
  concatenate: operateConcatenate,
  dropout: operateDropout,
  multiply: operateMultiply,
  normalization: operateNormalization,
  pooling: operatePooling,
  reshape: operateReshape,
  scale: operateScale,
  shift: operateShift,
  softmax: operateSoftmax,
};

/**
 * Draws one network and its inputs, and runs it forwards and backwards.
 *
 * @throws TooLarge where the budget does not suffice
 */
export function run(network: Network, options: RunOptions): Run {
  const random = new Random(options.seed);
  const results = network.nodes.map((): Result | null => null);
  let cost = 0;
  const exact = (quantity: Quantity) => valueAt(quantity);
  const world: World = {
    random,
    weights: new Weights(random, exact),
    training: options.training,
    nodes: network.nodes,
    width: options.scale.width,
    fullMaps: options.scale.mapScale === 1,
    fullSize: options.scale.width === 1 && options.scale.mapScale === 1,
    size: (quantity) => (quantity === null || quantity === undefined ? missing() : exact(quantity)),
    channels: (quantity) =>
      quantity === null || quantity === undefined ? missing() : narrowed(exact(quantity), options.scale.width),
    spend: (multiplications) => {
      cost += multiplications;
      if (cost > options.budget) throw new TooLarge('The network is too large to be simulated.');
    },
  };
  const stops: { node: number; reason: string }[] = [];
  let mismatch = false;
  for (const node of network.nodes) {
    const inputs = node.inputs.map((id) => results[id]?.output ?? null);
    if (inputs.includes(null)) continue;
    try {
      const result = compute(node, inputs as Tensor[], network, world, options);
      world.spend(result.output.data.length * costOfEntry);
      results[node.id] = result;
    } catch (error) {
      if (!(error instanceof NotSimulated) || error instanceof TooLarge) throw error;
      mismatch ||= error instanceof Mismatch;
      stops.push({ node: node.id, reason: error.message });
    }
  }
  const { gradients, weightGradient } = backward(network, results, random);
  const joined = options.training && network.nodes.some((node) => node.kind === 'normalization' && node.variant === 'batch');
  const shown = (data: Float64Array) => (joined ? data : data.subarray(0, data.length / options.scale.batch));
  const squaredNorm = (data: Float64Array | null | undefined) => {
    if (!data) return 0;
    const part = shown(data);
    return meanSquare(part) * part.length;
  };
  const unit = network.outputs.reduce((sum, id) => sum + squaredNorm(gradients[id]), 0);
  return {
    q: results.map((result) => result && meanSquare(shown(result.output.data))),
    c: results.map((result) => result && cosineOf(result.output)),
    gradient: gradients.map((gradient) => (gradient && unit > 0 ? squaredNorm(gradient) / unit : null)),
    weightGradient,
    stops,
    mismatch,
  };
}

function compute(node: Node, inputs: readonly Tensor[], network: Network, world: World, law: RunOptions): Result {
  if (node.kind === 'input') return { output: drawInput(node, network, world, { ...law, ...law.scale }), backward: () => [] };
  if (node.kind === 'parameter') return parameter(node, world);
  if (node.kind === 'opaque') throw new NotSimulated(node.reason);
  const operate = operations[node.kind] as Operate<Node['kind']> | undefined;
  if (!operate) throw new NotSimulated(`Operations such as ${node.name} are not simulated.`);
  return operate(node, inputs, world);
}

function parameter({ parameter: one }: Extract<Node, { kind: 'parameter' }>, { weights, size, fullSize }: World): Result {
  if (!one.shape || !fullSize) throw new NotSimulated(`The size of ${one.name} is not known.`);
  const shape = one.shape.map(size);
  return {
    output: { shape, data: Float64Array.from(weights.of(one, { shape, variance: weights.variance(one) })) },
    backward: () => [],
  };
}

function backward(network: Network, results: readonly (Result | null)[], random: Random) {
  const gradients: (Float64Array | null)[] = results.map(() => null);
  const weightGradient: (number | null)[] = results.map(() => null);
  if (network.outputs.length === 0 || network.outputs.some((id) => !results[id])) return { gradients, weightGradient };
  const ends = endLayers(network);
  for (const id of network.outputs) gradients[id] ??= results[id]!.output.data.map(() => random.normal());
  for (let id = network.nodes.length - 1; id >= 0; id--) {
    const [result, gradient] = [results[id], gradients[id]];
    if (!result || !gradient) continue;
    if (ends.includes(id)) weightGradient[id] = result.weightGradient?.(gradient) ?? null;
    const below = result.backward(gradient);
    network.nodes[id]!.inputs.forEach((input, i) => {
      const part = below[i];
      if (!part) return;
      const before = gradients[input];
      if (before) for (let k = 0; k < before.length; k++) before[k]! += part[k]!;
      // A gradient that is handed on unchanged belongs to both nodes, and the lower one may be added to.
      else gradients[input] = part === gradient ? part.slice() : part;
    });
  }
  return { gradients, weightGradient };
}

/** Weight gradients cost as much as the run itself, and their ratio needs only the first and the last. */
function endLayers({ nodes }: Network): number[] {
  const layers = nodes.filter(({ kind }) => kind === 'affine').map(({ id }) => id);
  return [layers[0] ?? -1, layers.at(-1) ?? -1];
}

function cosineOf({ shape, data }: Tensor): number | null {
  const [batch = 1] = shape;
  const size = data.length / batch;
  let [product, square] = [0, 0];
  for (let sample = 0; sample + 1 < batch; sample += 2)
    for (let i = sample * size; i < (sample + 1) * size; i++) {
      product += data[i]! * data[i + size]!;
      square += (data[i]! ** 2 + data[i + size]! ** 2) / 2;
    }
  return square > 0 ? product / square : null;
}

/** Symbols stand for sizes that nobody gave: this is what they are taken as. */
const usualSize = 256;

function valueAt(quantity: Quantity): number {
  let value = quantity;
  for (let rounds = 0; typeof value !== 'number' && rounds < 16; rounds++) {
    const name = value.terms.flatMap(({ powers }) => powers)[0]?.[0];
    if (name === undefined) break;
    value = substitute(value, name, usualSize);
  }
  return numberOf(value) ?? missing();
}

/** Halved as often as the factor says, as far as it can be and enough are left, so that equal numbers stay equal. */
function narrowed(channels: number, factor: number): number {
  let fewer = channels;
  for (let left = factor; left < 1 && fewer % 2 === 0 && fewer / 2 >= leastChannels; left *= 2) fewer /= 2;
  return fewer;
}

const leastChannels = 8;

function missing(): never {
  throw new NotSimulated('A size is not known.');
}

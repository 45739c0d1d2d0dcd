import type { Network, Node, Shape } from '../network/graph.js';
import { numberOf, type Quantity, substitute } from '../network/quantity.js';
import { isSequenceFirst } from '../network/sequence-first.js';
import { operateAffine } from './affine.js';
import { operateAttention, operateMask } from './attention.js';
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
import { operateMatmul } from './product.js';
import { Random } from './random.js';
import { operateConcatenate, operateReshape } from './rearrange.js';
import { operateRecurrent } from './recurrent.js';
import { mixesSamples, type Owners, ownersBehind, ownersOfInput } from './samples.js';
import type { Tensor } from './tensor.js';

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

/** One draw of the weights and inputs. */
export interface Forward {
  /** What each node computed; `null` where it could not. */
  readonly results: readonly (Result | null)[];
  /** By node, the sample of each entry; `null`: samples come first everywhere. */
  readonly owners: readonly Owners[] | null;
  /** Where it had to stop, and why. */
  readonly stops: readonly { readonly node: number; readonly reason: string }[];
  /** The size of the input was not one that the model can take. */
  readonly mismatch: boolean;
  /** The source of randomness, for what is drawn after. */
  readonly random: Random;
}

/** Multiplications that take about as long as what else is done with an entry of a tensor. */
const costOfEntry = 20;

/** More multiplications than the budget of a run. */
export class TooLarge extends NotSimulated {}

const operations: { [K in Node['kind']]?: Operate<K> } = {
  activation: operateActivation,
  add: operateAdd,
  affine: operateAffine,
  attention: operateAttention,
  concatenate: operateConcatenate,
  dropout: operateDropout,
  mask: operateMask,
  matmul: operateMatmul,
  multiply: operateMultiply,
  normalization: operateNormalization,
  pooling: operatePooling,
  recurrent: operateRecurrent,
  reshape: operateReshape,
  scale: operateScale,
  shift: operateShift,
  softmax: operateSoftmax,
};

/**
 * Draws one network and its inputs, and runs it forwards.
 *
 * @throws TooLarge where the budget does not suffice
 */
export function forward(network: Network, options: RunOptions): Forward {
  const random = new Random(options.seed);
  const results = network.nodes.map((): Result | null => null);
  let cost = 0;
  const sizes = new Map<string, number>();
  const exact = (quantity: Quantity) => valueAt(quantity, sizes);
  const declared = declaredBatch(network);
  const world: World = {
    random,
    weights: new Weights(random, exact),
    training: options.training,
    nodes: network.nodes,
    width: options.scale.width,
    fullMaps: options.scale.mapScale === 1,
    fullSize: options.scale.width === 1 && options.scale.mapScale === 1,
    size: (quantity) => (quantity === null || quantity === undefined ? missing() : exact(quantity)),
    samples: (quantity) => {
      const size = world.size(quantity);
      return size > 1 && size === declared ? options.scale.batch : size;
    },
    channels: (quantity) =>
      quantity === null || quantity === undefined ? missing() : narrowed(exact(quantity), options.scale.width),
    spend: (multiplications) => {
      cost += multiplications;
      if (cost > options.budget) throw new TooLarge('The network is too large to be simulated.');
    },
  };
  const stops: { node: number; reason: string }[] = [];
  const owners: Owners[] | null = mixesSamples(network) ? network.nodes.map(() => null) : null;
  const read = new Set([...network.nodes.flatMap((node) => node.inputs), ...network.outputs]);
  let mismatch = false;
  for (const node of network.nodes) {
    const inputs = node.inputs.map((id) => results[id]?.output ?? null);
    // What is left in a recurrent layer is there whether somebody wants it or not, and masks are not followed.
    const isIdle = (node.kind === 'input' || (node.kind === 'reshape' && node.state)) && !read.has(node.id);
    if (inputs.includes(null) || isIdle) continue;
    try {
      const result = compute(node, inputs as Tensor[], network, world, options);
      world.spend(result.output.data.length * costOfEntry);
      results[node.id] = result;
      if (owners) owners[node.id] = ownersOf(node, inputs as Tensor[], owners, result.output, world);
      if (node.kind === 'input') noteSizes(node.shape, result.output.shape, sizes);
    } catch (error) {
      if (!(error instanceof NotSimulated) || error instanceof TooLarge) throw error;
      mismatch ||= error instanceof Mismatch;
      stops.push({ node: node.id, reason: error.message });
    }
  }
  return { results, owners, stops, mismatch, random };
}

function ownersOf(node: Node, inputs: readonly Tensor[], owners: readonly Owners[], output: Tensor, world: World): Owners {
  if (node.kind === 'input') return ownersOfInput(output, isSequenceFirst(world.nodes, node.id) ? 1 : 0);
  return ownersBehind(
    node,
    inputs,
    node.inputs.map((id) => owners[id]!),
    output,
    world,
  );
}

function compute(node: Node, inputs: readonly Tensor[], network: Network, world: World, law: RunOptions): Result {
  if (node.kind === 'input') return { output: drawInput(node, network, world, { ...law, ...law.scale }), backward: () => [] };
  if (node.kind === 'parameter') return parameter(node, world);
  if (node.kind === 'opaque') throw new NotSimulated(node.reason);
  const operate = operations[node.kind] as Operate<Node['kind']> | undefined;
  if (!operate) throw new NotSimulated(`Operations such as ${node.name} are not simulated.`);
  return operate(node, inputs, world);
}

function parameter({ parameter: one }: Extract<Node, { kind: 'parameter' }>, { weights, size, channels, nodes }: World): Result {
  if (!one.shape) throw new NotSimulated(`The size of ${one.name} is not known.`);
  // Which of its dimensions grow with the model, the layers tell.
  const ofLayers = new Set(nodes.flatMap((node) => (node.kind === 'affine' ? [node.inChannels, node.outChannels] : [])));
  const shape = one.shape.map((own) => (ofLayers.has(own) && own !== 1 ? channels(own) : size(own)));
  return {
    output: { shape, data: Float64Array.from(weights.of(one, { shape, variance: weights.variance(one) })) },
    backward: () => [],
  };
}

/** The number of samples that the code sees, where it is a number; the simulation takes another one. */
const declaredBatch = ({ nodes }: Network): number | null =>
  declaredSamples(
    nodes,
    nodes.find(({ kind, shape }) => kind === 'input' && shape),
  );

const declaredSamples = (nodes: Network['nodes'], input: Node | undefined): number | null =>
  input ? numberOf(input.shape?.[isSequenceFirst(nodes, input.id) ? 1 : 0]) : null;

/** Symbols stand for sizes that nobody gave: this is what they are taken as. */
const usualSize = 256;

/** Symbols in the shape of an input are what was drawn for them. */
function noteSizes(declared: Shape, drawn: readonly number[], sizes: Map<string, number>): void {
  declared?.forEach((size, i) => {
    const name = symbolOf(size);
    if (name !== null) sizes.set(name, drawn[i]!);
  });
}

function symbolOf(size: Quantity): string | null {
  if (typeof size === 'number' || size.terms.length !== 1) return null;
  const [{ coefficient, powers }] = size.terms as [(typeof size.terms)[number]];
  return coefficient === 1 && powers.length === 1 && powers[0]![1] === 1 ? powers[0]![0] : null;
}

function valueAt(quantity: Quantity, sizes: ReadonlyMap<string, number>): number {
  let value = quantity;
  for (let rounds = 0; typeof value !== 'number' && rounds < 16; rounds++) {
    const name = value.terms.flatMap(({ powers }) => powers)[0]?.[0];
    if (name === undefined) break;
    value = substitute(value, name, sizes.get(name) ?? usualSize);
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

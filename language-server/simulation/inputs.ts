import type { Affine, Network, Node, Recurrent } from '../network/graph.js';
import type { Quantity } from '../network/quantity.js';
import { isSequenceFirst } from '../network/sequence-first.js';
import { NotSimulated } from './draw.js';
import type { World } from './operation.js';
import { sizeOf, type Tensor } from './tensor.js';

/** How the samples of a batch are drawn. */
export interface InputLaw {
  readonly batch: number;
  /** E x² of the entries. */
  readonly secondMoment: number;
  /** Correlation of the entries of samples 2i and 2i + 1; other samples are independent. */
  readonly cosine: number;
  /** Size of a feature map where the model does not tell; `null`: that which the theory takes. */
  readonly mapSize: number | null;
  /** Factor on the sizes of feature maps. */
  readonly mapScale: number;
}

/** N(0, secondMoment) entries for an input node, in pairs of samples with the given correlation. */
export function drawInput(
  node: Node,
  network: Network,
  world: World,
  { batch, secondMoment, cosine, ...maps }: InputLaw,
): Tensor {
  const sequenceFirst = isSequenceFirst(network.nodes, node.id);
  const shape = [batch, ...inputShape(sequenceFirst ? turned(node) : node, network, world, maps)];
  const size = sizeOf(shape.slice(1));
  const data = new Float64Array(batch * size);
  const spread = Math.sqrt(secondMoment);
  const rest = Math.sqrt(1 - cosine * cosine);
  for (let sample = 0; sample < batch; sample++)
    for (let i = 0; i < size; i++) {
      const fresh = spread * world.random.normal();
      const at = sample * size + i;
      data[at] = sample % 2 === 0 ? fresh : cosine * data[at - size]! + rest * fresh;
    }
  return sequenceFirst ? exchanged(shape, data) : { shape, data };
}

/** The same input with its samples in the first dimension. */
function turned(node: Node): Node {
  if (!node.shape || node.shape.length < 2) return node;
  const [steps, samples, ...rest] = node.shape as [Quantity, Quantity, ...Quantity[]];
  return { ...node, shape: [samples, steps, ...rest] };
}

/** The first two dimensions in the other order. */
function exchanged(shape: readonly number[], data: Float64Array): Tensor {
  const [samples = 1, steps = 1, ...rest] = shape;
  const size = sizeOf(rest);
  const result = new Float64Array(data.length);
  for (let i = 0; i < samples; i++)
    for (let t = 0; t < steps; t++)
      result.set(data.subarray((i * steps + t) * size, (i * steps + t + 1) * size), (t * samples + i) * size);
  return { shape: [steps, samples, ...rest], data: result };
}

function inputShape(
  node: Node,
  network: Network,
  world: World,
  { mapSize, mapScale }: Pick<InputLaw, 'mapSize' | 'mapScale'>,
): number[] {
  const reader = firstLayer(network, node.id);
  const dimensions = reader && reader.variant !== 'dense' ? reader.kernel.length : 0;
  const own = node.shape?.slice(1);
  if (own && own.length > 0)
    return own.map((size, i) => {
      const value =
        typeof size === 'number'
          ? size
          : own.length > dimensions && i < own.length - dimensions
            ? world.size(size)
            : usual(dimensions, mapSize);
      return dimensions > 0 && i >= own.length - dimensions ? scaledMap(value, mapScale) : value;
    });
  const sequence = recurrentBehind(network, node.id);
  if (sequence && (!reader || sequence.id < reader.id)) return [usualSteps, world.size(sequence.layer.weight?.shape?.[1])];
  if (!reader) throw new NotSimulated('The shape of the input is not known.');
  if (reader.variant === 'embedding') return [usualSteps];
  const channels = world.size(reader.inChannels);
  if (sequence && reader.variant === 'dense') return [usualSteps, channels];
  return dimensions === 0
    ? [channels]
    : [channels, ...Array<number>(dimensions).fill(scaledMap(usual(dimensions, mapSize), mapScale))];
}

/** The sizes that the theory takes for maps whose size is not known. */
const usual = (dimensions: number, mapSize: number | null): number =>
  mapSize ?? (dimensions === 1 ? 1024 : dimensions === 2 ? 224 : 32);

/** Maps of up to 32 positions a dimension stay: several stages of halving still fit into them. */
export const scaledMap = (size: number, scale: number): number => (size <= 32 ? size : Math.max(32, Math.round(size * scale)));

/** Tokens of a sequence whose length nobody says. */
const usualSteps = 16;

/** The first recurrent layer behind an input that reads sequences. */
function recurrentBehind({ nodes }: Network, id: number): (Recurrent & Node) | null {
  const reached = new Set([id]);
  for (const node of nodes) {
    if (!node.inputs.some((input) => reached.has(input))) continue;
    if (node.kind === 'recurrent' && node.sequence) return node;
    reached.add(node.id);
  }
  return null;
}

/** The first layer with weights behind an input. */
function firstLayer({ nodes }: Network, id: number): (Affine & Node) | null {
  const reached = new Set([id]);
  for (const node of nodes) {
    if (!node.inputs.some((input) => reached.has(input))) continue;
    if (node.kind === 'affine') return node;
    reached.add(node.id);
  }
  return null;
}

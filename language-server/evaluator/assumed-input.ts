import type { Node, Shape } from '../network/graph.js';
import { numberOf, type Quantity, symbol } from '../network/quantity.js';
import type { Interpreter } from './interpreter.js';
import type { Instance, Value } from './values.js';

/** A guess at the first tensor that a model gets, with the sentence that says so. */
export interface AssumedInput {
  readonly shape: Shape;
  readonly sentence: string;
}

const sizeNames = /^(image|img)(_?(size|sz|resolution|res))?$/i;
const channelNames = /^((in|image|img|num|n)_?)?(channels|chans|ch)$/i;

/** The image that the arguments of a model's constructor speak of: `image_size=32`, `config.img_size`. */
export function imageOfConstructor(run: Interpreter, instance: Instance): AssumedInput | null {
  const values = [...(run.givenTo.get(instance) ?? []), ...instance.attributes].flatMap(([name, value]) => [
    [name, value] as const,
    ...settingsIn(value),
  ]);
  const found = values.flatMap(([name, value]) => (sizeNames.test(name) ? [{ name, sizes: sizesIn(value) }] : []));
  const image = found.find(({ sizes }) => sizes !== null);
  if (!image?.sizes) return null;
  const channels = values.flatMap(([name, value]) => (channelNames.test(name) ? (sizesIn(value)?.slice(0, 1) ?? []) : []));
  const sizes = image.sizes.length === 3 ? image.sizes : [channels[0] ?? usualChannels, ...square(image.sizes)];
  return {
    shape: [symbol('batch'), ...sizes],
    sentence: `The input is taken as ${sizes.join(' × ')}, as '${image.name}' of the constructor says.`,
  };
}

const usualChannels = 3;
const square = (sizes: readonly number[]): readonly number[] => (sizes.length === 1 ? [sizes[0]!, sizes[0]!] : sizes);

/** Fields of a configuration that a constructor got. */
function settingsIn(value: Value): (readonly [string, Value])[] {
  if (value.kind === 'instance' && !value.module) return [...value.attributes];
  if (value.kind !== 'dict') return [];
  return [...value.entries.values()].flatMap((entry) =>
    entry.key.kind === 'string' ? [[entry.key.value, entry.value] as const] : [],
  );
}

/** One to three sizes of an image: a side, height and width, or those behind the channels. */
function sizesIn(value: Value): number[] | null {
  const items = value.kind === 'tuple' || value.kind === 'list' ? value.items : [value];
  const sizes = items.map((item) => (item.kind === 'number' ? numberOf(item.value) : null));
  const plausible = sizes.every((size) => size !== null && Number.isInteger(size) && size > 0 && size <= largestSide);
  return plausible && sizes.length >= 1 && sizes.length <= 3 ? (sizes as number[]) : null;
}

const largestSide = 4096;

/** The image that most models are made for, where a convolution of images is the first layer. */
export function usualImage(nodes: readonly Node[]): AssumedInput | null {
  const input = nodes.find(({ kind }) => kind === 'input');
  const reached = new Set([input?.id]);
  for (const node of nodes) {
    if (!node.inputs.some((id) => reached.has(id))) continue;
    if (node.kind !== 'affine') reached.add(node.id);
    else {
      const channels = node.variant === 'convolution' && node.kernel.length === 2 ? numberOf(node.inChannels) : null;
      const sentence = `The input's size is not known and taken as ${usualSide} × ${usualSide} with independent pixels.`;
      return channels === null ? null : { shape: [symbol('batch'), channels, usualSide, usualSide], sentence };
    }
  }
  return null;
}

const usualSide = 224;

/** Whether a layer would refuse what it gets. */
export function contradicts(nodes: readonly Node[]): boolean {
  return nodes.some((node) => {
    if (node.kind !== 'affine' || (node.variant !== 'dense' && node.variant !== 'convolution')) return false;
    const shape = nodes[node.inputs[0]!]?.shape;
    if (!shape) return false;
    const got: Quantity | undefined = shape[shape.length - 1 - node.kernel.length];
    const [wanted, given] = [numberOf(node.inChannels), numberOf(got)];
    return got === undefined || (wanted !== null && given !== null && wanted !== given);
  });
}

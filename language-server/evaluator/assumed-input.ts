import { attends } from '../network/attends.js';
import type { Affine, Node, Shape } from '../network/graph.js';
import { numberOf, type Quantity, symbol } from '../network/quantity.js';
import { sizesMatter } from '../network/sizes-matter.js';
import { tooSmall } from '../network/too-small.js';
import type { Interpreter } from './interpreter.js';
import type { Instance, Value } from './values.js';

/** A guess at the tensors that a model gets, with the sentence that says so. */
export interface AssumedInput {
  /** Of each in order; those that are left out are not known. */
  readonly shapes: readonly Shape[];
  /** The same where tokens stand before samples. */
  readonly sequenceFirst?: readonly Shape[];
  /** `null`: nothing is assumed that has to be said. */
  readonly sentence: string | null;
}

const imageNames = /^(image|img)(_?(size|sz|resolution|res))?$/i;
const channelNames = /^((in|image|img|num|n)_?)?(channels|chans|ch)$/i;
const lengthNames =
  /^(block_size|n_ctx|n_positions|(max_?)?(seq|sequence|context|ctx)_?(len|length|size)|max_(len|length)|max_position_embeddings)$/i;

/** The image that the arguments of a model's constructor speak of: `image_size=32`, `config.img_size`. */
export function imageOfConstructor(run: Interpreter, instance: Instance): AssumedInput | null {
  const settings = settingsOf(run, instance);
  const image = named(settings, imageNames);
  if (!image) return null;
  const channels = named(settings, channelNames)?.sizes[0] ?? usualChannels;
  const sizes = image.sizes.length === 3 ? image.sizes : [channels, ...square(image.sizes)];
  return {
    shapes: [[symbol('batch'), ...sizes]],
    sentence: `The input is taken as ${sizes.join(' × ')}, as '${image.name}' of the constructor says.`,
  };
}

/**
 * Where an embedding is what the input enters, or a dense layer of tokens that attend to each other: as many tokens as the model has places
 * for, `block_size=1024`. Else some number of them, so that sizes that `forward` asks for have a name; where they attend or are taken together,
 * a usual number. What a dense layer reads may be tokens only where they attend; else it is tried as single vectors first.
 */
export function usualTexts(run: Interpreter, instance: Instance, nodes: readonly Node[]): AssumedInput[] {
  const first = firstLayer(nodes);
  const mixes = attends(nodes);
  const counts = mixes || sizesMatter(nodes);
  if (first?.variant !== 'embedding' && !(counts && first?.variant === 'dense' && readsInput(nodes, first))) return [];
  if (first.inChannels === null) return [];
  const features = first.variant === 'dense' ? [first.inChannels] : [];
  // As a decoder's target beside the source.
  const alike = inputsAlike(nodes, first);
  const forEach = (shape: Shape) => alike.map((is) => (is ? shape : null));
  const shapesOf = (tokens: Quantity) => ({
    shapes: forEach([symbol('batch'), tokens, ...features]),
    sequenceFirst: forEach([tokens, symbol('batch'), ...features]),
  });
  // What has no embedding is no text, and the length of a text says nothing of it.
  const length = first.variant === 'embedding' ? named(settingsOf(run, instance), lengthNames) : null;
  if (length?.sizes.length === 1) {
    const sentence = `The input is taken as ${length.sizes[0]} tokens, as '${length.name}' of the constructor says.`;
    return [{ ...shapesOf(length.sizes[0]!), sentence }];
  }
  if (!counts) return [{ ...shapesOf(symbol('tokens')), sentence: null }];
  const tokens = { ...shapesOf(usualLength), sentence: `The number of tokens is not known and taken as ${usualLength}.` };
  if (mixes || first.variant === 'embedding') return [tokens];
  return [{ shapes: forEach([symbol('batch'), ...features]), sentence: null }, tokens];
}

/** What a constructor got and keeps, with the fields of configurations. */
const settingsOf = (run: Interpreter, instance: Instance): (readonly [string, Value])[] =>
  [...(run.givenTo.get(instance) ?? []), ...instance.attributes].flatMap(([name, value]) => [
    [name, value] as const,
    ...settingsIn(value),
  ]);

function named(settings: readonly (readonly [string, Value])[], names: RegExp): { name: string; sizes: number[] } | null {
  for (const [name, value] of settings) {
    const sizes = names.test(name) ? sizesIn(value) : null;
    if (sizes) return { name, sizes };
  }
  return null;
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
  const plausible = sizes.every((size) => size !== null && Number.isInteger(size) && size > 0 && size <= largestSize);
  return plausible && sizes.length >= 1 && sizes.length <= 3 ? (sizes as number[]) : null;
}

const largestSize = 65536;

/** The image that most models are made for, where a convolution of images is the first layer; others where a layer needs one that fits. */
export function usualImages(nodes: readonly Node[]): AssumedInput[] {
  const first = firstLayer(nodes);
  const channels = first?.variant === 'convolution' && first.kernel.length === 2 ? numberOf(first.inChannels) : null;
  if (channels === null) return [];
  const sides = wantsSize(nodes) ? [usualSide, ...otherSides] : [usualSide];
  // As the second image of a pair.
  const alike = inputsAlike(nodes, first!);
  return sides.map((side) => ({
    shapes: alike.map((is) => (is ? [symbol('batch'), channels, side, side] : null)),
    sentence: `The input's size is not known and taken as ${side} × ${side}${side === usualSide ? '' : ', which fits its layers,'} with independent pixels.`,
  }));
}

/** Whether a dense layer reads a number of features that the size of the image decides. */
function wantsSize(nodes: readonly Node[]): boolean {
  return nodes.some((node) => {
    if (node.kind !== 'affine' || node.variant !== 'dense' || numberOf(node.inChannels) === null) return false;
    return numberOf(nodes[node.inputs[0]!]?.shape?.at(-1)) === null;
  });
}

/** Whether each input enters a layer as the first one does. */
const inputsAlike = (nodes: readonly Node[], first: Affine): boolean[] =>
  nodes.filter(({ kind }) => kind === 'input').map(({ id }) => entersAlike(firstLayer(nodes, id), first));

const entersAlike = (layer: Affine | null, first: Affine): boolean =>
  layer !== null && layer.variant === first.variant && (layer.variant === 'embedding' || layer.inChannels === first.inChannels);

/** The layer that an input enters, by default the first one. */
function firstLayer(nodes: readonly Node[], input = nodes.find(({ kind }) => kind === 'input')?.id): (Node & Affine) | null {
  const reached = new Set([input]);
  for (const node of nodes) {
    if (!node.inputs.some((id) => reached.has(id))) continue;
    if (node.kind === 'affine') return node;
    reached.add(node.id);
  }
  return null;
}

/** Whether the features of a layer are those of the input: nothing cuts patches out of it before. */
function readsInput(nodes: readonly Node[], layer: Node): boolean {
  let node: Node | undefined = layer;
  while (node && node.kind !== 'input') {
    if (node.kind === 'reshape' && !node.order) return false;
    node = nodes[node.inputs[0] ?? -1];
  }
  return node !== undefined;
}

const usualSide = 224;
/** Sides of the usual data sets, and of the usual crops of larger images. */
const otherSides = [32, 28, 64, 128, 256, 96, 84, 48, 299, 227, 112, 100, 150, 160, 192, 300, 384, 512];
const usualLength = 128;

/** Whether it has no room for a window, which no guess may be at fault for. */
export const isTooSmall = (nodes: readonly Node[]): boolean =>
  nodes.some((node) => node.kind === 'opaque' && node.reason === tooSmall);

/** Whether a layer would refuse what it gets. */
export function contradicts(nodes: readonly Node[]): boolean {
  return nodes.some((node) => {
    if (node.kind !== 'affine' || (node.variant !== 'dense' && node.variant !== 'convolution')) return false;
    const shape = nodes[node.inputs[0]!]?.shape;
    if (!shape) return false;
    // A number for each sample is no vector.
    if (shape.length === 1 && node.variant === 'dense' && numberOf(shape[0]) === null) return true;
    const got: Quantity | undefined = shape[shape.length - 1 - node.kernel.length];
    const [wanted, given] = [numberOf(node.inChannels), numberOf(got)];
    return got === undefined || (wanted !== null && given !== null && wanted !== given);
  });
}

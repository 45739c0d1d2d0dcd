import type { Node, Reshape, Shape } from '../network/graph.js';
import { equals, multiply, numberOf, type Quantity } from '../network/quantity.js';
import { beyondEven, shareOfPart } from './class-tokens.js';
import { assumedExtent, type Extent, entriesRatio, extentOfShape, positions } from './extent.js';
import { paddedMap } from './padded-map.js';
import { finalState } from './recurrent-transfer.js';
import { regroupedPositions } from './regrouped-positions.js';
import { type Signal, scaled, silence } from './signal.js';
import { type Backward, type Context, type NodeState, passes, stops, type Transfer } from './transfer.js';
import { lastWrite, parameterSecondMoment } from './weight-moments.js';

/** Entries of second moment 1 without mean, independent at different positions. */
export const inputTransfer: Transfer<'input'> = (node, _, context) => {
  const { readerOfMaps, isSequenceFirst, inputSecondMoment, inputCosine, assume } = context;
  const reader = readerOfMaps(node.id);
  const inputDimensions = reader?.kernel.length ?? 0;
  const image = inputDimensions > 1 ? inOrder(node, context) : node;
  const given = reader ? extentOfShape(image, inputDimensions) : null;
  const extent: Extent = given ?? (reader ? assumedExtent(reader) : sequence(node.shape, isSequenceFirst(node.id)));
  if (!given && reader) assume(`The input's size is not known and taken as ${extent.join(' × ')} with independent pixels.`);
  const signal: Signal = { ...silence, q: inputSecondMoment, pair: inputSecondMoment * inputCosine };
  return { signal, reason: null, channels: channelsOf(image.shape, inputDimensions), extent };
};

/** Images that come with their channels last, once `x.permute(0, 3, 1, 2)` has put these where convolutions look for them. */
function inOrder(input: Node, { nodes, consumers }: Context): Node {
  for (let node = input; consumers[node.id]!.length === 1; ) {
    node = nodes[consumers[node.id]![0]!]!;
    if (node.kind === 'reshape' && node.order && !node.split && node.shape?.length === input.shape?.length) return node;
    if (node.kind !== 'reshape' && node.kind !== 'scale' && node.kind !== 'shift') break;
  }
  return input;
}

/** Tokens with features: the positions are the tokens, which come behind the samples or before them. */
export function sequence(shape: Shape, first = false): Extent {
  const tokens = shape?.length === 3 ? numberOf(shape[first ? 0 : 1]!) : null;
  return tokens === null ? [] : [tokens];
}

function channelsOf(shape: readonly Quantity[] | null, dimensions: number): Quantity | null {
  if (!shape || shape.length < 2) return null;
  return dimensions > 0 ? (shape[shape.length - dimensions - 1] ?? null) : (shape[shape.length - 1] ?? null);
}

/** A table of positions or a class token: the same for both inputs. */
export const parameterTransfer: Transfer<'parameter'> = (node, _, { assume }) => {
  if (node.parameter.assumed) assume(node.parameter.assumed);
  const second = parameterSecondMoment(node.parameter);
  if (second === null) return stops('The values of this parameter are not known.');
  const mean = numberOf(lastWrite(node.parameter)?.mean) ?? 0;
  return { signal: { ...silence, q: second, mean, pair: second }, reason: null, channels: null, extent: [] };
};

/** Entries are moved or copied; a dense layer behind a flattened map has other weights for each position. */
export const reshapeTransfer: Transfer<'reshape'> = (node, [input], context) => {
  const { shapes } = context;
  if (!input) return stops('The tensor that is rearranged here could not be followed.');
  if (node.state) return finalState(node, input, context);
  const patches = patchesOf(node, input, context);
  if (patches) return { ...input, channels: node.shape!.at(-1)!, extent: patches, backward: [passes] };
  const before = shapes[node.inputs[0]!] ?? null;
  const map = mapOfVector(node, input, before, context);
  if (map) return map;
  const surrounded = paddedMap(node, input, context);
  if (surrounded) return surrounded;
  const regrouped = regroupedPositions(node, input, context);
  if (regrouped) return regrouped;
  const padded = withEmptyTokens(before, node.shape, input);
  if (padded) return padded;
  const token = selectsToken(before, node.shape, input);
  const leaves = leavesTokens(before, node.shape, input);
  const flattened = !token && node.shape?.length === 2 && input.extent.length > 0 && !besideSamples(node.shape, before, input);
  const extent = flattened || token ? [] : extentOfPart(before, node.shape, input.extent);
  return {
    channels: flattened
      ? input.channels && multiply(input.channels, positions(input.extent))
      : (channelsOfPart(before, node.shape, input) ??
        channelsAfter(node.shape, input) ??
        selected(before, node.shape, input, extent)),
    extent,
    signal: token ? ofToken(node, input, before) : input.signal,
    reason: input.reason,
    backward: [flattened ? { ...passes, gain: 0 } : token ? fromToken : leaves ? fromMap(input) : fromPart(extent, input.extent)],
    ...((flattened || token || leaves) && { tokens: null }),
    gaussian: input.gaussian,
    origin: input.origin,
    unevenness: input.unevenness,
    stream: input.stream,
    attention: input.attention,
  };
};

/** The tokens of an image that no convolution reads, where a dense layer or a normalization of each token comes next. */
function patchesOf({ id, shape }: Node, { extent, origin }: NodeState, { nodes, consumers }: Context): Extent | null {
  const image = nodes[origin]?.kind === 'input' ? nodes[origin].shape : null;
  if (extent.length > 0 || !image || image.length < 4) return null;
  const tokens = sequence(shape);
  if (tokens.length === 0 || entriesRatio(image, shape) !== 1) return null;
  return consumers[id]!.some((reader) => readsTokens(nodes[reader]!)) ? tokens : null;
}

/** A vector that becomes a map for the convolutions behind it, as in a decoder: its positions are different units, alike in their mean alone. */
function mapOfVector(
  node: Reshape & Node,
  { signal, reason, extent, gaussian }: NodeState,
  before: Shape,
  context: Context,
): Partial<NodeState> | null {
  const dimensions = (node.shape?.length ?? 0) - 2;
  if (extent.length > 0 || !before || dimensions < 1 || entriesRatio(before, node.shape) !== 1) return null;
  const sizes = extentOfShape(node, dimensions);
  // `x.unsqueeze(-1).unsqueeze(-1)` comes to a map of one position step by step.
  const isOne = sizes !== null && positions(sizes) === 1;
  if (!sizes || (before.length !== 2 && !isOne) || context.readerOfMaps(node.id)?.kernel.length !== dimensions) return null;
  const spread = (one: Signal): Signal => (isOne ? one : unlike(one));
  return {
    channels: node.shape![1]!,
    extent: sizes,
    signal: signal && spread(signal),
    reason,
    backward: [isOne ? passes : { ...passes, gain: 0 }],
    gaussian: gaussian && { ...gaussian, signal: spread(gaussian.signal) },
  };
}

const unlike = (signal: Signal): Signal => {
  const square = signal.mean ** 2;
  return { ...signal, space: square, near: square, pairSpace: square };
};

/** `x.flatten(0, 1)` of tokens: each is a sample of its own, and stays one of its map. */
const besideSamples = (shape: Shape, before: Shape, { channels, extent }: NodeState): boolean =>
  positions(extent) > 1 && channels !== null && equals(shape!.at(-1)!, channels) === true && entriesRatio(shape, before) === 1;

/** Zeros that are padded to the tokens of a map, in the place of class tokens. */
function withEmptyTokens(before: Shape, after: Shape, input: NodeState): Partial<NodeState> | null {
  const { signal, reason, extent, channels, tokens } = input;
  if (!before || !after || before.length !== after.length || before.length < 3 || tokens) return null;
  const [from, to] = [before, after].map((shape) => numberOf(shape.at(-2)!)) as [number | null, number | null];
  const others = before.every((size, i) => i === before.length - 2 || equals(size, after[i]!));
  if (!others || from !== positions(extent) || from <= 1 || to === null || to <= from) return null;
  const even = from / to;
  return {
    channels,
    extent,
    signal: signal && scaled(signal, even, even),
    reason,
    tokens: { signal: silence, share: 1 - even },
    backward: [{ ...passes, tokens: shareOfPart(even, true) }],
  };
}

/** What acts on the features of each token. */
export function readsTokens(node: Node): boolean {
  if (node.kind === 'normalization') return node.variant === 'layer' || node.variant === 'rms';
  return node.kind === 'affine' && node.variant === 'dense';
}

/** The first or the last token may be a class token; a recurrent layer starts from 0, so that its steps are not alike. */
function ofToken(node: Reshape, { signal, tokens, ends }: NodeState, before: Shape): Signal | null {
  if (isFirst(node)) return (tokens && !tokens.areLast ? tokens.signal : ends?.first) ?? signal;
  const isLast = node.taken?.some(({ axis, from }) => axis > 0 && numberOf(from) === (numberOf(before?.[axis] ?? null) ?? 0) - 1);
  return (isLast && (tokens?.areLast ? tokens.signal : ends?.last)) || signal;
}

/** What is taken is the first entry of a dimension, where class tokens usually stand. */
const isFirst = ({ taken }: Reshape): boolean => !taken || taken.every(({ from }) => from === 0);

const fromToken: Backward = { ...passes, gain: 0, tokens: () => ({ factor: 1, share: 1 }) };
/** Class tokens get nothing of this. */
const fromMap = ({ tokens }: NodeState): Backward => ({
  ...passes,
  tokens: () => ({ factor: 1, share: tokens ? beyondEven(0, tokens.share) : 0 }),
});

/** Positions that are left out get nothing, and so have nothing in common with the others. */
function fromPart(extent: Extent, from: Extent): Backward {
  const [part, all] = [positions(extent), positions(from)];
  return part < all && part > 0 ? { ...passes, gain: (part - 1) / (all - 1), crossGain: 1 } : passes;
}

/** The tokens of the map without those that stand beside them. */
function leavesTokens(before: Shape, after: Shape, { extent }: NodeState): boolean {
  if (!before || !after || before.length !== after.length || before.length < 3) return false;
  const [from, to] = [before, after].map((shape) => numberOf(shape.at(-2)!)) as [number | null, number | null];
  return to === positions(extent) && from !== null && from > to;
}

/** One of the tokens that a map was flattened into, or that stands beside them: `x[:, 0]`, `x[:, :1]`. */
function selectsToken(before: Shape, after: Shape, { channels, extent }: NodeState): boolean {
  if (!before || !after || before.length < 3 || extent.length === 0 || channels === null) return false;
  const axis = before.length - 2;
  const tokens = numberOf(before[axis]!);
  if (tokens === null || tokens === 1 || tokens < positions(extent) || !equals(before.at(-1)!, after.at(-1)!)) return false;
  const kept = before.filter((_, i) => i !== axis);
  const rest = after.length === before.length && equals(after[axis]!, 1) ? after.filter((_, i) => i !== axis) : after;
  return rest.length === kept.length && rest.every((size, i) => equals(size, kept[i]!) === true);
}

/** A slice along the positions, wherever they stand: as many dimensions as before, of which some are shorter. */
function extentOfPart(before: Shape, after: Shape, extent: Extent): Extent {
  if (!before || !after || before.length !== after.length || extent.length === 0) return extent;
  const first = [1, 2].find((at) => extent.every((size, i) => before[at + i] === size));
  if (first === undefined) return extent;
  const sizes = after.slice(first, first + extent.length).map(numberOf);
  const shorter = sizes.every((size, i): size is number => size !== null && size > 0 && size <= extent[i]!);
  // Where another dimension grows, dimensions have changed places.
  const moved = after.some((size, i) => (numberOf(size) ?? 0) > (numberOf(before[i]!) ?? Number.POSITIVE_INFINITY));
  return shorter && !moved ? (sizes as number[]) : extent;
}

/** Queries, keys or values out of what holds all of them: as few channels as entries, where the positions stay. */
function selected(before: Shape, after: Shape, { channels, extent: from }: NodeState, extent: Extent): Quantity | null {
  const share = entriesRatio(after, before);
  const own = share === null || positions(extent) !== positions(from) ? 1 : share;
  // A token more or less is no matter.
  return channels !== null && own <= 0.75 ? multiply(channels, own) : channels;
}

/** A split along the channels, wherever they stand: all other sizes stay. */
function channelsOfPart(before: Shape, after: Shape, { channels }: NodeState): Quantity | null {
  if (!before || !after || before.length !== after.length) return null;
  const changed = before.flatMap((size, i) => (equals(size, after[i]!) ? [] : [i]));
  const [place] = changed;
  return changed.length === 1 && channels !== null && equals(before[place!]!, channels) ? after[place!]! : null;
}

/** A split leaves a part of the channels: where the rest of the shape is that of the map, what is left over tells how many. */
function channelsAfter(shape: Shape, { extent }: NodeState): Quantity | null {
  if (!shape || extent.length === 0 || shape.length !== extent.length + 2) return null;
  const sizes = shape.map(numberOf);
  const spatial = (from: number) => extent.every((size, i) => sizes[from + i] === size);
  if (spatial(2)) return shape[1]!;
  return spatial(1) ? shape[shape.length - 1]! : null;
}

export const opaqueTransfer: Transfer<'opaque'> = (node) => stops(node.reason);

import type { Shape } from '../network/graph.js';
import { equals, multiply, numberOf, type Quantity } from '../network/quantity.js';
import { assumedExtent, type Extent, extentOfShape, positions } from './extent.js';
import { type Signal, silence } from './signal.js';
import { type NodeState, passes, stops, type Transfer } from './transfer.js';
import { parameterSecondMoment } from './weight-moments.js';

/** Entries of second moment 1 without mean, independent at different positions. */
export const inputTransfer: Transfer<'input'> = (node, _, { inputDimensions, inputSecondMoment, inputCosine, assume }) => {
  const given = inputDimensions > 0 ? extentOfShape(node, inputDimensions) : null;
  const extent: Extent = given ?? (inputDimensions > 0 ? assumedExtent(inputDimensions) : sequence(node.shape));
  if (!given && inputDimensions > 0)
    assume(`The input's size is not known and taken as ${extent.join(' × ')} with independent pixels.`);
  const signal: Signal = { ...silence, q: inputSecondMoment, pair: inputSecondMoment * inputCosine };
  return { signal, reason: null, channels: channelsOf(node.shape, inputDimensions), extent };
};

/** Tokens with features: the positions are the tokens. */
export function sequence(shape: Shape): Extent {
  const tokens = shape?.length === 3 ? numberOf(shape[1]!) : null;
  return tokens === null ? [] : [tokens];
}

function channelsOf(shape: readonly Quantity[] | null, dimensions: number): Quantity | null {
  if (!shape || shape.length < 2) return null;
  return dimensions > 0 ? (shape[shape.length - dimensions - 1] ?? null) : (shape[shape.length - 1] ?? null);
}

/** A table of positions or a class token: the same for both inputs. */
export const parameterTransfer: Transfer<'parameter'> = (node) => {
  const second = parameterSecondMoment(node.parameter);
  if (second === null) return stops('The values of this parameter are not known.');
  return { signal: { ...silence, q: second, pair: second }, reason: null, channels: null, extent: [] };
};

/** Entries are moved or copied; a dense layer behind a flattened map has other weights for each position. */
export const reshapeTransfer: Transfer<'reshape'> = (node, [input], { shapes }) => {
  if (!input) return stops('The tensor that is rearranged here could not be followed.');
  const flattened = node.shape?.length === 2 && input.extent.length > 0;
  const channels = flattened
    ? input.channels && multiply(input.channels, positions(input.extent))
    : (channelsOfPart(shapes[node.inputs[0]!] ?? null, node.shape, input) ?? channelsAfter(node.shape, input));
  return {
    channels,
    extent: flattened ? [] : extentOfPart(shapes[node.inputs[0]!] ?? null, node.shape, input.extent),
    signal: input.signal,
    reason: input.reason,
    backward: [flattened ? { ...passes, gain: 0 } : passes],
    gaussian: input.gaussian,
    origin: input.origin,
    unevenness: input.unevenness,
    stream: input.stream,
    attention: input.attention,
  };
};

/** A slice along the positions, wherever they stand: as many dimensions as before, of which some are shorter. */
function extentOfPart(before: Shape, after: Shape, extent: Extent): Extent {
  if (!before || !after || before.length !== after.length || extent.length === 0) return extent;
  const first = [1, 2].find((at) => extent.every((size, i) => before[at + i] === size));
  if (first === undefined) return extent;
  const sizes = after.slice(first, first + extent.length).map(numberOf);
  const shorter = sizes.every((size, i): size is number => size !== null && size > 0 && size <= extent[i]!);
  return shorter ? (sizes as number[]) : extent;
}

/** A split along the channels, wherever they stand: all other sizes stay. */
function channelsOfPart(before: Shape, after: Shape, { channels }: NodeState): Quantity | null {
  if (!before || !after || before.length !== after.length) return null;
  const changed = before.flatMap((size, i) => (equals(size, after[i]!) ? [] : [i]));
  const [place] = changed;
  return changed.length === 1 && channels !== null && equals(before[place!]!, channels) ? after[place!]! : null;
}

/** A split leaves a part of the channels: where the rest of the shape is that of the map, what is left over tells how many. */
function channelsAfter(shape: Shape, { channels, extent }: NodeState): Quantity | null {
  if (!shape || extent.length === 0 || shape.length !== extent.length + 2) return channels;
  const sizes = shape.map(numberOf);
  const spatial = (from: number) => extent.every((size, i) => sizes[from + i] === size);
  if (spatial(2)) return shape[1]!;
  return spatial(1) ? shape[shape.length - 1]! : channels;
}

export const recurrentTransfer: Transfer<'recurrent'> = () => stops('Recurrent layers are not followed yet.');
export const opaqueTransfer: Transfer<'opaque'> = (node) => stops(node.reason);

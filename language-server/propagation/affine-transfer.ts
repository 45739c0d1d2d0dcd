import { unevenness } from '../meanfield/unevenness.js';
import type { Affine, NodeBase, Shape } from '../network/graph.js';
import { divide, equals, numberOf, type Quantity } from '../network/quantity.js';
import { independent } from './broadcast.js';
import { convolvedExtent, drainsBorder, type Extent, extentOfShape, positions, validShares } from './extent.js';
import { headsMixedBy } from './mixed-heads.js';
import { sequence } from './other-transfers.js';
import { aboveConvolution, belowConvolution, flat, type Profile } from './profile.js';
import { nearness, type Signal, scaled, silence, withBias, withoutMean } from './signal.js';
import { type Backward, type Context, type NodeState, stops, type Transfer, times } from './transfer.js';
import { type WeightMoments, weightMoments } from './weight-moments.js';

/**
 * h = W x + b: q ↦ σ_w² q + σ_b², and the total squared gradient norm times σ_w² (theory of independent zero-mean weights).
 * Poole et al. 2016, arXiv:1606.05340; for convolutions Xiao et al. 2018, arXiv:1806.05393, eq. 2.2: both positions of a pair move together,
 * so that correlations between positions pass like those between inputs. Taps on zero padding are left out.
 */
export const affineTransfer: Transfer<'affine'> = (node, [given], context) => {
  const { assume, shapes } = context;
  const input = given && mapOfNumbers(node, given, context);
  const moments = weightMoments(node.layer);
  const extent = input ? outputExtent(node, input, shapes[node.inputs[0]!] ?? null, context) : [];
  const geometry = { channels: node.outChannels, extent };
  if (moments.wideLimit) assume('Widths that are not known are taken as large: variances that shrink with the width count as 0.');
  if (!input) return { ...geometry, ...stops('The layer has no input that the analysis could follow.') };
  if (moments.problem) return { ...geometry, ...stops(moments.problem) };
  if (node.variant === 'embedding') return { ...geometry, signal: embedded(moments, input), reason: null, backward: [] };
  if (node.variant === 'bilinear') return { ...geometry, ...stops('Bilinear layers are not followed yet.') };
  const heads = headsMixedBy(node, input, shapes[node.inputs[0]!] ?? null, moments);
  if (heads) return heads;
  const { signal, reason, profile, means } = forward(node, input, moments);
  return {
    channels: node.outChannels,
    extent,
    signal,
    reason,
    profile,
    means,
    unevenness: unevennessOf(node, input, moments),
    backward: [gradientBelow(node, input.extent, extent, moments.sigmaW2!)],
  };
};

/** A parameter or numbers that a convolution reads as a map, as where a network starts from a constant: each position has entries of its own. */
function mapOfNumbers(node: Affine & NodeBase, input: NodeState, { shapes, nodes }: Context): NodeState {
  if (input.extent.length > 0 || !onMaps(node) || !input.signal || !isConstant(input)) return input;
  const read = nodes[node.inputs[0]!]!;
  const extent = extentOfShape({ ...read, shape: shapes[read.id] ?? null }, node.kernel.length);
  return extent && positions(extent) > 1 ? { ...input, extent, signal: independent(input.signal) } : input;
}

type Forward = Pick<NodeState, 'signal' | 'reason' | 'profile' | 'means'>;

function forward(node: Affine, { signal, reason, extent, profile }: NodeState, moments: WeightMoments): Forward {
  const { sigmaB2, biasMean } = moments;
  const sigmaW2 = moments.sigmaW2!;
  if (!signal) return { signal: null, reason, profile: null, means: null };
  if (sigmaB2 === null) return { signal: null, reason: 'The variance of the biases is not known.', profile: null, means: null };
  const flatShares = validShares(node, extent);
  const above = drainsBorder(node) && extent.length > 0 ? aboveConvolution(node, extent, profile ?? flat(extent)) : null;
  // Where a map has more in its middle than at its border, less of it meets the padding.
  const own = above?.share ?? flatShares.own;
  const gain = flatShares.own > 0 ? own / flatShares.own : 0;
  // Without padding of its own, at both positions.
  const pairs = flatShares.pairs * (flatShares.own === 1 ? gain * gain : gain);
  const seen = node.layer.weight?.centred ? withoutMean(signal) : signal;
  const { logScale, q, mean, pair, space, near, pairSpace } = scaled(seen, sigmaW2);
  const along = pairs * space;
  const alike = growsBetween(node) ? 0 : nearness({ ...seen, q, space, near }) ** strideOf(node);
  const neighbours = along + (own * q - along) * alike;
  const padded = { logScale, q: own * q, mean, pair: own * pair, space: along, near: neighbours, pairSpace: pairs * pairSpace };
  return {
    signal: withBias(padded, sigmaB2, biasMean),
    reason: null,
    profile: above?.profile ?? (isDense(node) ? profile : null),
    means: above?.means ?? null,
  };
}

const onMaps = ({ variant }: Affine): boolean => variant === 'convolution' || variant === 'transposed';
const isDense = ({ variant }: Affine): boolean => variant === 'dense';

/** Neighbours in the output of a transposed convolution with a stride have no weight in common. */
const growsBetween = (node: Affine): boolean => node.variant === 'transposed' && node.stride.some((size) => numberOf(size) !== 1);

/** Distance in the input of neighbouring outputs. */
const strideOf = (node: Affine): number =>
  node.variant === 'convolution' ? node.stride.reduce<number>((most, size) => Math.max(most, numberOf(size) ?? 1), 1) : 1;

/** How far the variances of the output's channels differ, because few weights enter each: three colours, or one channel of a depthwise layer. */
function unevennessOf(node: Affine, { signal }: NodeState, { normal }: WeightMoments): number {
  if (!signal || node.inChannels === null) return 1;
  const summed = numberOf(divide(node.inChannels, node.groups));
  if (summed === null || summed > 256) return 1;
  const taps = node.kernel.reduce<number>((product, size) => product * (numberOf(size) ?? 1), 1);
  const variance = signal.q - signal.pairSpace;
  const coherence = variance > 0 ? Math.max(0, Math.min(0.999, (signal.space - signal.pairSpace) / variance)) : 0;
  return unevenness(summed, taps, coherence, normal);
}

/** The loss at borders depends on where the gradient is, so it is left to the reverse sweep. */
function gradientBelow(node: Affine, input: Extent, output: Extent, sigmaW2: number): Backward {
  const { logFactor, offset, gain } = times(sigmaW2, strideShare(node, input, output));
  if (!onMaps(node)) return { logFactor, offset, gain };
  return { logFactor, offset, gain, spread: (above) => withoutLoss(node, belowConvolution(node, input, above)) };
}

/** Reflected or repeated borders give back what zeros would swallow. */
const withoutLoss = (node: Affine, below: { profile: Profile; share: number }) =>
  drainsBorder(node) ? below : { ...below, share: 1 };

/** Rows of the table: independent for different tokens. */
const embedded = ({ sigmaW2 }: WeightMoments, input: NodeState): Signal => ({
  ...silence,
  q: sigmaW2!,
  pair: isConstant(input) ? sigmaW2! : 0,
});

/** Places of tokens are the same for both inputs, as tokens are not. */
const isConstant = ({ signal }: NodeState): boolean => signal !== null && signal.q > 0 && signal.pair === signal.q;

function outputExtent(node: Affine & NodeBase, input: NodeState, shape: Shape, { isSequenceFirst }: Context): Extent {
  const output = node.shape;
  if (onMaps(node)) return convolvedExtent(node, input.extent);
  if (node.variant === 'embedding')
    return isConstant(input) && output?.length === 2 ? sequence([1, ...output]) : sequence(output, isSequenceFirst(node.id));
  return isFlattened(node, input, shape) ? [] : input.extent;
}

/** A dense layer on a flattened feature map takes channels · positions features; on tokens it takes the channels. */
function isFlattened(node: Affine, { channels, extent }: NodeState, shape: Shape): boolean {
  if (extent.length === 0 || channels === null || node.inChannels === null) return true;
  if (positions(extent) === 1) return true;
  if (equals(node.inChannels, channels)) return false;
  // Features that were split into heads and joined again: what is left besides them and the batch are positions.
  return !shape || shape.length < 3 || !equals(shape.at(-1)!, node.inChannels);
}

/** Two positions share a tap of a strided convolution only if their distance is a multiple of the stride. */
function strideShare(node: Affine, input: Extent, output: Extent): number {
  if (node.variant !== 'convolution') return node.variant === 'dense' && output.length < input.length ? 0 : 1;
  return Math.min(1, positions(output) / positions(input));
}

/** Ratio of two sizes where it is a number, also of symbolic ones. */
export function ratioOf(a: Quantity | null, b: Quantity | null): number | null {
  if (a === null || b === null || b === 0) return null;
  return numberOf(divide(a, b));
}

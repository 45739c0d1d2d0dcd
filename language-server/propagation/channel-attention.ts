import { erfcx } from '../meanfield/special-functions.js';
import type { Shape } from '../network/graph.js';
import { equals, multiply, numberOf, type Quantity } from '../network/quantity.js';
import { type Extent, positions } from './extent.js';
import { balanced, inPlainUnits, type Signal } from './signal.js';
import { type Attention, type Backward, type NodeState, times } from './transfer.js';

/**
 * Whether the rows of a matrix are channels, each with all its positions, as in cross-covariance attention. El-Nouby et al. 2021,
 * arXiv:2106.09681. Where there are as many channels as positions, rows are taken for tokens.
 */
export function hasChannelRows(shape: Shape, { channels, extent }: NodeState): boolean {
  if (!shape || shape.length < 3 || channels === null || !areTokens(shape.at(-1)!, extent)) return false;
  return !areTokens(shape.at(-2)!, extent) && equals(shape.slice(1, -1).reduce<Quantity>(multiply, 1), channels) === true;
}

/** As many as a map has positions, with a few class tokens among them. */
export function areTokens(size: Quantity, extent: Extent): boolean {
  const [count, all] = [numberOf(size), positions(extent)];
  return count !== null && all > 1 && count >= all && count <= all + 16 && (count === all || all > 16);
}

/**
 * Products Σ q(α) k(α) of two channels over n positions. Weights of channels are independent: with q, s the moments at one position and at two,
 * the variance is n (q q′ + (n − 1) s s′), of which nothing is common to all keys.
 */
export function channelLogits(query: NodeState, key: NodeState, keys: number | null): Partial<NodeState> {
  const count = positions(key.extent);
  const [q, k] = [inPlainUnits(query.signal!), inPlainUnits(key.signal!)];
  const variance = count * (q.q * k.q + (count - 1) * q.space * k.space);
  const between = count * (q.pair * k.pair + (count - 1) * q.pairSpace * k.pairSpace);
  const shared = variance > 0 ? Math.max(0, Math.min(1, between / variance)) : 0;
  const pair = shared * variance;
  return {
    signal: balanced({ logScale: 0, q: variance, mean: 0, pair, space: 0, near: 0, pairSpace: 0 }),
    reason: null,
    channels: null,
    extent: [],
    backward: [toFactor(k, count), toFactor(q, count)],
    attention: { ...noWeights, stage: 'logits', tokens: keys, variance, shared },
  };
}

const noWeights = {
  ofChannels: true,
  causal: false,
  total: 1,
  share: 0,
  lastShare: 0,
  overlap: 0,
  cross: 0,
  through: 0,
  lastThrough: 0,
} as const;

/** Gradients of the logits go to all positions of a channel by what the other one has there. */
const toFactor = ({ q, space }: Signal, count: number): Backward => ({
  ...times(count * q, 0),
  offset: q > 0 ? Math.max(0, space / q) : 0,
  tokens: spreadOut,
});

/** Products over positions do not tell of which token a gradient came. */
const spreadOut = () => ({ factor: 1, share: 0 });

/** Channels that are averaged by weights: at all positions by the same ones. Independent channels leave Σ a² = S of second moments. */
export function attendChannels(
  { share, cross }: Attention,
  value: NodeState,
): Partial<NodeState> & { readonly toWeights: Backward } {
  const { logScale, q, mean, pair, space, near, pairSpace } = value.signal!;
  const square = mean * mean;
  const own = (product: number, part: number) => square + part * (product - square);
  const count = positions(value.extent);
  const along = q > 0 ? Math.max(0, space / q) : 0;
  return {
    signal: balanced({
      logScale,
      q: own(q, share),
      mean,
      pair: own(pair, cross),
      space: own(space, share),
      near: own(near, share),
      pairSpace: own(pairSpace, cross),
    }),
    reason: null,
    channels: value.channels,
    extent: value.extent,
    backward: [times(share)],
    toWeights: { ...times(1, 0), gathered: gatheredOver(count, along), tokens: spreadOut },
  };
}

/**
 * Features of each position that are multiplied with a matrix of products of channels, as in linear attention q (kᵀ v). Katharopoulos et al. 2020,
 * arXiv:2006.16236.
 */
export function throughMatrix(value: NodeState, matrix: NodeState, summed: number): Partial<NodeState> {
  const [x, m] = [inPlainUnits(value.signal!), inPlainUnits(matrix.signal!)];
  const count = positions(value.extent);
  const along = x.q > 0 ? Math.max(0, x.space / x.q) : 0;
  return {
    signal: balanced({
      logScale: 0,
      q: summed * x.q * m.q,
      mean: 0,
      pair: summed * x.pair * m.pair,
      space: summed * x.space * m.q,
      near: summed * x.near * m.q,
      pairSpace: summed * x.pairSpace * m.pair,
    }),
    reason: null,
    channels: value.channels,
    extent: value.extent,
    backward: [times(summed * m.q), { ...times(summed * x.q, 0), gathered: gatheredOver(count, along), tokens: spreadOut }],
  };
}

/** Factor by which products with what all positions have in common add up what their gradients have in common. */
const gatheredOver = (count: number, along: number) => (coherence: number) => 1 + (count - 1) * Math.max(0, coherence) * along;

/** Share of ‖x‖² along what all n positions have in common, of a channel whose entries have the correlation ρ: E[z²/(z² + a)], z ~ N(0, 1). */
export function commonShare(correlation: number, count: number): number {
  if (correlation <= 0) return 1 / count;
  const a = ((1 - correlation) * (count - 1)) / (1 + (count - 1) * correlation);
  return 1 - Math.sqrt((Math.PI * a) / 2) * erfcx(Math.sqrt(a / 2));
}

import { type AttentionRow, attentionRows, sharedKeys } from '../meanfield/attention-rows.js';
import { type SoftmaxMoments, softmaxMoments } from '../meanfield/softmax-moments.js';
import type { AttentionOperation, Node } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { unknownTokens } from '../protocol.js';
import { attendChannels, channelLogits, hasChannelRows, throughMatrix } from './channel-attention.js';
import { positions } from './extent.js';
import { masksLeftOut } from './masks.js';
import { balanced, inPlainUnits, type Signal } from './signal.js';
import { softmaxOfUnits } from './softmax-of-units.js';
import {
  type Attention,
  type Backward,
  type Context,
  type NodeState,
  stops,
  type Transfer,
  times,
  unknownAlikeness,
} from './transfer.js';
import { unknownMatrix } from './unknown-matrix.js';

/**
 * softmax(q kᵀ/√d) v. The part of the logits that differs between keys has variance v = E q² (E k² − E k k′) for any number of heads; with
 * Gaussian logits Σ a² = S, about e^v/T over T tokens while v is small, and E y² = S E v² + (1 − S) E v v′, E y y′ = E v²/T + (1 − 1/T) E v v′.
 * A causal mask leaves t keys to query t: means are over queries. Where a network reads one token behind a causal mask, it is the last one, and
 * gradients that lie there alone pass by the weights of the last query: Σ a² is 1/T there, and about ln T/T in the mean over all.
 * Our closure, confirmed by simulation; ideas from Noci et al. 2022, arXiv:2206.03126, and Dong et al. 2021, arXiv:2103.03404.
 */
export const attentionTransfer: Transfer<'attention'> = (node, [query, key, value], context) => {
  if (!query?.signal || !key?.signal || !value?.signal)
    return stops(query?.reason ?? key?.reason ?? value?.reason ?? 'The inputs of attention could not be followed.');
  if (query.restarted || key.restarted || value.restarted) return stops(unknownAlikeness);
  const tokens = positions(key.extent) > 1 ? positions(key.extent) : numberOf(node.shape?.at(-2) ?? null);
  const scale = scaleOf(node, context);
  if (scale === null) return stops('The scale of these logits is not known.');
  if (hasChannelRows(inputShape(node, context, 0), query)) return overChannels(node, [query, key, value], scale, context);
  const [q, k] = [inPlainUnits(query.signal), inPlainUnits(key.signal)];
  const free = k.q - amongTokens(key, k);
  if (node.masked) context.assume(masksLeftOut);
  const rate = context.training ? numberOf(node.dropout ?? 0) : 0;
  if (rate === null || rate >= 1) return stops('The dropout rate of attention is not known.');
  const whole = weightsOf(context, {
    ofChannels: false,
    tokens,
    causal: node.causal,
    variance: scale * q.q * free,
    shared: correlated(q) * freeShare(key, k),
  });
  const attention = rate === 0 ? whole : dropped(whole, 1 - rate);
  const { backward, ...output } = attend(attention, value, positions(query.extent) > 1 ? positions(query.extent) : tokens);
  // Through the weights: Σ_s a (g·v) k, with g·v and k each without what all tokens share.
  const through = attention.through * (value.signal.q - amongTokens(value, value.signal));
  return {
    ...output,
    channels: value.channels,
    extent: query.extent,
    backward: [
      {
        ...alikeAmongQueries(scale * through * free * unitOf(value)),
        tokens: (share) => ({ factor: throughLast(attention, share), share }),
      },
      {
        ...timesOf(scale * through * q.q * unitOf(value)),
        ...fromAllQueries(query, q, numberOf(inputShape(node, context, 0)?.at(-2) ?? null)),
        tokens: (share) => ({ factor: throughLast(attention, share), share: 0 }),
      },
      backward?.[0] ?? null,
    ],
  };
};

/** The square of the factor on q·k, in units of that of 1/√d. */
function scaleOf(node: AttentionOperation & Node, context: Context): number | null {
  if (node.scale === undefined) return 1;
  const entries = numberOf(inputShape(node, context, 0)?.at(-1) ?? null);
  return node.scale === null || entries === null ? null : node.scale ** 2 * entries;
}

/** The same where rows are channels: logits are products over positions. */
function overChannels(
  node: AttentionOperation & Node,
  [query, key, value]: readonly [NodeState, NodeState, NodeState],
  scale: number,
  context: Context,
): Partial<NodeState> {
  const rate = context.training ? numberOf(node.dropout ?? 0) : 0;
  if (rate === null || rate >= 1) return stops('The dropout rate of attention is not known.');
  const keys = numberOf(inputShape(node, context, 1)?.at(-2) ?? null);
  if (keys === null) return stops(unknownChannels);
  const { attention: logits, backward: toFactors } = channelLogits(query, key, keys);
  const factor = scale / positions(key.extent);
  const whole = weightsOf(context, { ...logits!, variance: factor * logits!.variance });
  const { toWeights, ...output } = attendChannels(rate === 0 ? whole : dropped(whole, 1 - rate), value);
  const through = Math.log(factor * whole.through * value.signal!.q) + value.signal!.logScale;
  return {
    ...output,
    backward: [
      ...toFactors!.map((one) => one && { ...toWeights, ...one, logFactor: one.logFactor + through }),
      output.backward![0]!,
    ],
  };
}

/** Products q·k of queries and keys, the logits of attention, or attention weights times values. */
export const matmulTransfer: Transfer<'matmul'> = (node, [left, right], context) => {
  if (!left || !right) return stops('Products of other than two tensors are not followed.');
  if (left.restarted || right.restarted) return stops(unknownAlikeness);
  const [channels, averaged] = right.attention?.ofChannels ? [right, left] : [left, right];
  if (channels.attention?.stage === 'weights' && channels.attention.ofChannels && averaged.signal) {
    const { toWeights, backward, ...output } = attendChannels(channels.attention, averaged);
    const keys = channels.attention.tokens ?? 1;
    const weights = { ...toWeights, logFactor: toWeights.logFactor + Math.log(keys * averaged.signal.q * unitOf(averaged)) };
    const value = backward![0]!;
    return { ...output, backward: channels === left ? [weights, value] : [value, weights] };
  }
  if (left.attention?.stage === 'weights' && right.signal) {
    const { backward, ...output } = attend(left.attention, right, numberOf(node.shape?.at(-2) ?? null) ?? left.attention.tokens);
    const { tokens } = left.attention;
    const free = right.signal.q - amongTokens(right, right.signal);
    return {
      ...output,
      channels: right.channels,
      extent: left.extent,
      backward: [alikeAmongQueries((tokens ?? 1) * free * unitOf(right)), backward?.[0] ?? null],
    };
  }
  // v aᵀ, with features first.
  if (right.attention?.stage === 'weights' && left.signal) {
    const { backward, ...output } = attend(right.attention, left, numberOf(node.shape?.at(-1) ?? null) ?? right.attention.tokens);
    const free = left.signal.q - amongTokens(left, left.signal);
    const toWeights = timesOf((right.attention.tokens ?? 1) * free * unitOf(left));
    return { ...output, channels: left.channels, extent: right.extent, backward: [backward?.[0] ?? null, toWeights] };
  }
  if (!left.signal || !right.signal)
    return stops(left.reason ?? right.reason ?? 'A factor of this product could not be followed.');
  const matrix = unknownMatrix(node, context);
  if (matrix !== null) return stops(matrix);
  const { letters } = node;
  if (hasChannelRows(inputShape(node, context, 0), left) && !letters?.[2].includes(letters[0].at(-1)!))
    return channelLogits(left, right, numberOf(node.shape?.at(-1) ?? null));
  const summed = numberOf(inputShape(node, context, 0)?.at(-1) ?? null) ?? numberOf(inputShape(node, context, 1)?.at(-2) ?? null);
  if (summed === null) return stops('How many products are added up here is not known.');
  if (right.attention?.ofChannels) return throughMatrix(left, right, summed);
  if (left.attention?.ofChannels) {
    const { backward, ...output } = throughMatrix(right, left, summed);
    return { ...output, backward: backward!.toReversed() };
  }
  return logits(node, left, right, summed);
};

/** Shape of what a node reads. */
const inputShape = ({ inputs }: Node, { shapes }: Context, i: number) => shapes[inputs[i]!] ?? null;

function logits(node: Node, query: NodeState, key: NodeState, summed: number): Partial<NodeState> {
  const [q, k] = [inPlainUnits(query.signal!), inPlainUnits(key.signal!)];
  const [alongQ, alongK] = [amongTokens(query, q), amongTokens(key, k)];
  const free = k.q - alongK;
  return {
    signal: balanced({
      logScale: 0,
      q: summed * q.q * k.q,
      mean: 0,
      pair: summed * q.pair * k.pair,
      space: summed * alongQ * alongK,
      near: summed * alongQ * alongK,
      pairSpace: summed * Math.max(0, q.pairSpace * k.pairSpace),
    }),
    reason: null,
    channels: null,
    extent: query.extent,
    // A softmax above passes no gradient to what all keys share.
    backward: [
      alikeAmongQueries(summed * free),
      { ...timesOf(summed * q.q), ...fromAllQueries(query, q, numberOf(node.shape?.at(-2) ?? null)), tokens: spreadOut },
    ],
    attention: {
      stage: 'logits',
      ofChannels: false,
      tokens: numberOf(node.shape?.at(-1) ?? null) ?? (positions(key.extent) > 1 ? positions(key.extent) : null),
      causal: false,
      variance: summed * q.q * free,
      shared: correlated(q) * freeShare(key, k),
      total: 1,
      share: 0,
      lastShare: 0,
      overlap: 0,
      cross: 0,
      through: 0,
      lastThrough: 0,
    },
  };
}

/** Attention weights, or the end of a network. */
export const softmaxTransfer: Transfer<'softmax'> = (node, [input], context) => {
  if (input?.attention?.stage !== 'logits') return softmaxOfUnits(node, input, context);
  if (input.attention.ofChannels && input.attention.tokens === null) return stops(unknownChannels);
  const attention = weightsOf(context, input.attention);
  const { tokens, share, cross, through } = attention;
  const count = tokens ?? Number.POSITIVE_INFINITY;
  return {
    signal: {
      logScale: 0,
      q: share / count,
      mean: 1 / count,
      pair: cross / count,
      space: 1 / count ** 2,
      near: 1 / count ** 2,
      pairSpace: 1 / count ** 2,
    },
    reason: null,
    extent: input.extent,
    backward: [{ ...alikeAmongQueries(through / count), tokens: (share) => ({ factor: throughLast(attention, share), share }) }],
    attention,
  };
};

/** Of weights that are dropped with others of each query the squares grow; products of different ones stay. */
const dropped = (attention: Attention, keep: number): Attention => ({
  ...attention,
  share: Math.min(attention.total, attention.share / keep),
  lastShare: Math.min(attention.total, attention.lastShare / keep),
  through: attention.through / keep,
  lastThrough: attention.lastThrough / keep,
});

function weightsOf(
  { assume }: Context,
  { ofChannels, tokens, causal, variance, shared }: Pick<Attention, 'ofChannels' | 'tokens' | 'causal' | 'variance' | 'shared'>,
): Attention {
  if (tokens === null) assume(unknownTokens);
  if (variance > sharpest) assume('Some attention is sharp at initialization, where its theory tells orders of magnitude only.');
  const rows = tokens === null ? [] : attentionRows(Math.min(variance, widest), tokens, causal);
  const mean = (of: (row: AttentionRow) => number) => rows.reduce((sum, row) => sum + row.weight * of(row), 0);
  const last = rows.length > 0 && causal ? softmaxMoments(Math.min(variance, widest), tokens!) : rows[0];
  return {
    stage: 'weights',
    ofChannels,
    tokens,
    causal,
    variance,
    shared,
    total: 1,
    share: mean(({ square }) => square),
    lastShare: last?.square ?? 0,
    overlap: tokens === null ? 0 : sharedKeys(tokens, causal),
    cross: mean(({ square, keys }) => (keys * square) ** shared / keys),
    through: mean(passedToLogits),
    lastThrough: last ? passedToLogits(last) : 0,
  };
}

const passedToLogits = ({ square, cube }: SoftmaxMoments): number => Math.max(0, square - 2 * cube + square * square);

/** Factor on gradients through the weights, of which a share lies on the last query. */
const throughLast = ({ through, lastThrough }: Attention, share: number): number =>
  through > 0 ? 1 + share * (lastThrough / through - 1) : 1;

const unknownChannels = 'How many channels attend to each other is not known.';

/** Nothing changes beyond: one key gets it all. */
const widest = 400;

/** Beyond this variance of the logits few keys get most of the attention. */
const sharpest = 2;

/** Whatever token gradients come from, they go to all of them. */
const spreadOut = () => ({ factor: 1, share: 0 });

/**
 * Backwards a value gets Σ_s a_s g_s from all queries: of its square Σ a² = S where these gradients have nothing in common, and what they have
 * in common from each pair of queries, whose weights are independent.
 */
function attend(
  { tokens, total, share, lastShare, overlap, cross }: Attention,
  value: NodeState,
  queries: number | null,
): Partial<NodeState> {
  const signal = value.signal!;
  const { logScale, q, mean, pair } = signal;
  const [along, between] = [amongTokens(value, signal), positions(value.extent) > 1 ? signal.pairSpace : pair];
  const even = tokens === null ? 0 : 1 / tokens;
  const space = overlap * q + (total - overlap) * along;
  // Pairs of queries a key.
  const pairs = tokens === null || queries === null ? 1 : Math.max(0, (queries - 1) / tokens);
  // Σ a² over the queries at which gradients arrive.
  const own = (onToken: number) => share + onToken * (lastShare - share);
  const gathered = (coherence: number, onToken: number) => {
    const together =
      own(onToken) + (queries === null || tokens === null ? total : (queries - 1) * overlap) * Math.max(0, coherence);
    // Over infinitely many tokens nothing is left of what they do not have in common: how little, only their number tells.
    return together === 0 && tokens === null ? Number.NaN : together;
  };
  return {
    signal: balanced({
      logScale,
      // Over infinitely many tokens a normalization leaves a shade less than nothing of what they have in common.
      q: Math.max(0, share * q + (total - share) * along),
      mean: total === 1 ? mean : 0,
      pair: cross * pair + (total - cross) * between,
      space,
      near: space,
      pairSpace: overlap * pair + (total - overlap) * between,
    }),
    reason: null,
    backward: [
      {
        ...times(1),
        gathered,
        mixed: (coherence, onToken) => {
          const together = gathered(coherence, onToken);
          // Different keys of one query, and of two.
          const apart =
            (total - own(onToken)) * (even / Math.max(1 - even, even)) + pairs * Math.max(0, coherence) * (total - overlap);
          return together > 0 ? Math.min(1, (tokens === null ? pairs * Math.max(0, coherence) : apart) / together) : 1;
        },
        tokens: spreadOut,
      },
    ],
  };
}

/** E x x′ between two tokens: of a sequence without positions, as between two inputs. */
const amongTokens = ({ extent }: NodeState, { space, pair }: Signal): number => (positions(extent) > 1 ? space : pair);

/** Between two inputs. */
const correlated = ({ q, pair }: Signal): number => (q > 0 ? Math.max(0, pair / q) : 0);

/** Correlation between two inputs of what differs between the tokens of each. */
function freeShare({ extent }: NodeState, signal: Signal): number {
  if (positions(extent) <= 1) return correlated(signal);
  const { q, pair, space, pairSpace } = signal;
  return q > space ? Math.max(0, Math.min(1, (pair - pairSpace) / (q - space))) : 0;
}

/** Gradients of the weights of two queries have in common what those at their outputs have: the values are the same. */
const alikeAmongQueries = (squared: number) => times(Math.max(0, squared), 1);

/** A key gets Σ g_s q_s from all queries: squares, and from each pair what both gradients and queries have in common. */
function fromAllQueries(query: NodeState, signal: Signal, count: number | null): Pick<Backward, 'gathered'> {
  // A window of a map has fewer of them than the map has positions.
  const others = (count ?? positions(query.extent)) - 1;
  const alike = signal.q > 0 ? Math.max(0, amongTokens(query, signal)) / signal.q : 0;
  return { gathered: (coherence) => 1 + others * Math.max(0, coherence) * alike };
}

const timesOf = (squared: number) => times(Math.max(0, squared), 0);

/** Moments of a signal are in units of this. */
const unitOf = ({ signal }: NodeState): number => Math.exp(signal?.logScale ?? 0);

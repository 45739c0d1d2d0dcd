import type { Normalization, Parameter } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { commonShare } from './channel-attention.js';
import { positions } from './extent.js';
import { withoutMeans } from './profile.js';
import { accumulated, balanced, inPlainUnits, type Signal, scaled, silence, withBias } from './signal.js';
import { type Backward, type Context, type NodeState, type Part, passes, stops, type Transfer, times } from './transfer.js';
import { lastWrite, parameterSecondMoment } from './weight-moments.js';

/**
 * y = γ (x − μ)/s + β with the statistics of the training batch or of the sample's own features: E y² = γ² s²/(s² + ε) + β², squared
 * gradients times γ²/(s² + ε). What counts as μ decides what is left: batch statistics remove all that inputs have in common.
 * Yang et al. 2019, arXiv:1902.08129 (wide batch); Xiong et al. 2020, arXiv:2002.04745.
 */
export const normalizationTransfer: Transfer<'normalization'> = (node, [input], context) => {
  const gamma2 = node.weight ? parameterSecondMoment(node.weight) : 1;
  const beta2 = node.bias ? parameterSecondMoment(node.bias) : 0;
  if (gamma2 === null || beta2 === null) return stops('The scale or the shift of this normalization is not known.');
  if (node.variant === 'local-response') {
    context.assume('Local response normalization is taken as the identity, which it nearly is for signals of order 1.');
    return { signal: input?.signal ?? null, reason: input?.reason ?? null, backward: [passes] };
  }
  if (node.variant === 'vector') return direction(node, input, context);
  const scale = { gamma2, beta2, betaMean: node.bias ? meanOf(node.bias) : 0 };
  if (node.variant === 'batch' && !context.training)
    return evaluated(input, scale, node.weight ? meanOf(node.weight) : 1, node.epsilon);
  if (node.variant === 'batch')
    context.assume(
      Number.isFinite(context.batch)
        ? `Batch normalization uses a batch of ${context.batch} independent inputs.`
        : 'Batch normalization is taken with a large batch of independent inputs.',
    );
  if (!input?.signal) return restarts(scale);
  return normalized(node, input, scale, context);
};

const meanOf = (parameter: Parameter): number => numberOf(lastWrite(parameter)?.mean) ?? 0;

interface Scale {
  readonly gamma2: number;
  readonly beta2: number;
  /** E β, which is 0 for shifts that are drawn. */
  readonly betaMean: number;
}

/** The second moment that the normalization subtracts before it divides: that of the mean over the entries that it looks at. */
function removed(node: Normalization, { q, mean, space, pairSpace }: Signal, input: NodeState, batch: number): number {
  const count = positions(input.extent);
  const withinSample = ((count - 1) * space + q) / count;
  switch (node.variant) {
    case 'batch':
      // Inputs of a batch are independent, as those at two positions of two images are.
      return Number.isFinite(batch) ? ((batch - 1) * pairSpace + withinSample) / batch : pairSpace;
    case 'instance':
      return withinSample;
    case 'rms':
    case 'vector':
      return 0;
    default: {
      const square = mean * mean;
      return square + (withinSample - square) / channelsTogether(node, input);
    }
  }
}

/** Channels that share a mean: all in layer normalization, a group in group normalization. */
function channelsTogether({ variant, groups }: Normalization, { channels }: NodeState): number {
  const all = numberOf(channels);
  if (all === null) return Number.POSITIVE_INFINITY;
  return Math.max(1, variant === 'group' ? all / (numberOf(groups) ?? 1) : all);
}

function normalized(node: Normalization, input: NodeState, scale: Scale, context: Context): Partial<NodeState> {
  const open = inPlainUnits(input.signal!);
  if (!Number.isFinite(open.q)) return restarts(scale);
  const single = node.variant === 'batch' || node.variant === 'instance';
  const parts: readonly Part[] =
    input.parts && (single || groupsStayApart(node, input.parts))
      ? input.parts
      : [{ share: 1, signal: open, unevenness: single ? input.unevenness : 1, gaussian: null, nonNegative: false }];
  const done = parts.map((part) => {
    const signal = inPlainUnits(part.signal);
    const { factor, signal: after } = standardized(signal, removed(node, signal, input, context.batch), scale, node.epsilon);
    return { share: part.share, unevenness: part.unevenness, factor, signal: after };
  });
  const factor = done.reduce((sum, { share, factor: own, unevenness }) => sum + share * own * unevenness, 0);
  if (!(factor < Number.POSITIVE_INFINITY))
    return stops('The normalization divides by 0: its input is the same for all of the batch.');
  const common = Math.max(0, removed(node, open, input, context.batch) / open.q);
  const signal = done.reduce<Signal>((sum, part) => accumulated(sum, part.signal, part.share), silence);
  return {
    signal: balanced(signal),
    reason: null,
    ...(single && { profile: withoutMeans(input.profile, input.means, common) }),
    backward: [
      {
        ...times(factor * overFewSamples(node, input, signal, scale, context.batch)),
        unevenness: single ? input.unevenness : 1,
        ...(parts.length > 1 && { partShares: done.map((part) => (part.share * part.factor * part.unevenness) / factor) }),
        ...projection(node, input, signal, scale, context.batch),
      },
    ],
  };
}

/** Each part of a concatenation has groups of its own. */
function groupsStayApart({ variant, groups }: Normalization, parts: readonly Part[]): boolean {
  const count = variant === 'group' ? numberOf(groups) : null;
  return (
    count !== null && parts.every(({ share }) => Math.abs(share * count - Math.round(share * count)) < 1e-9 && share * count >= 1)
  );
}

function standardized(signal: Signal, common: number, { gamma2, beta2, betaMean }: Scale, epsilon: number) {
  const variance = Math.max(0, signal.q - common);
  const factor = gamma2 / (variance + epsilon);
  const product = (value: number) => factor * Math.max(-variance, value - common) + beta2;
  return {
    factor,
    signal: {
      logScale: 0,
      q: factor * variance + beta2,
      mean: betaMean,
      pair: product(signal.pair),
      space: product(signal.space),
      near: product(signal.near),
      pairSpace: product(signal.pairSpace),
    },
  };
}

/**
 * E[1/s²]·E s² of a variance that is measured over n independent values: (n − 1)/(n − 3), the mean of an inverse χ². Of n values that are
 * correlated as many count as 1/n Σ ρ² tells.
 */
function overFewSamples(
  { variant }: Normalization,
  { extent }: NodeState,
  { q, space, pairSpace }: Signal,
  { beta2 }: Scale,
  batch: number,
): number {
  const samples = variant === 'batch' ? batch : variant === 'instance' ? 1 : Number.POSITIVE_INFINITY;
  if (!Number.isFinite(samples) || !(q > beta2)) return 1;
  const count = positions(extent);
  const [within, between] = [(space - beta2) / (q - beta2), (pairSpace - beta2) / (q - beta2)];
  const values = (samples * count) / (1 + (count - 1) * within * within + (samples - 1) * count * between * between);
  return values > fewest ? (values - 1) / (values - 3) : (fewest - 1) / (fewest - 3);
}

/** With fewer values single channels rule the mean, and it tells nothing of one network. */
const fewest = 6;

/**
 * Gradients lose their mean over the entries of one statistic and their part along y. Of B samples with n positions these are the shares
 * (1 + (n − 1)ρ + (B − 1)n κ)/(B n) and (1 + (n − 1)ρ ρ_y)/(B n), ρ and ρ_y the coherence of gradient and signal between
 * positions, κ that of gradients between samples.
 */
function projection(
  { variant }: Normalization,
  { extent }: NodeState,
  { q, space }: Signal,
  { beta2 }: Scale,
  batch: number,
): Pick<Backward, 'removed'> {
  const samples = variant === 'batch' ? batch : variant === 'instance' ? 1 : Number.POSITIVE_INFINITY;
  if (!Number.isFinite(samples)) return {};
  const count = positions(extent);
  const along = q > beta2 ? (space - beta2) / (q - beta2) : 0;
  return {
    removed: ({ coherence, cross, along: masked }) => {
      const common = 1 + (count - 1) * coherence + (samples - 1) * count * cross;
      const mean = Math.min(1, Math.max(0, common) / (samples * count));
      const own =
        Math.max(0, 1 + (count - 1) * (coherence * along + masked.coherence) + (samples - 1) * count * masked.cross) /
        (samples * count);
      return { mean, total: Math.min(1 - 1 / (samples * count + 1), mean + own) };
    },
  };
}

/** x/‖x‖ of n entries: E y² = 1/n, and of the squared gradient what is not along y, 1 − 1/n of it, divided by n E x². */
function direction(node: Normalization, input: NodeState | undefined, context: Context): Partial<NodeState> {
  const entries = numberOf(node.entries ?? input?.channels ?? null);
  if (entries === null) return stops('Over how many entries this vector norm goes is not known.');
  const scale = { gamma2: 1 / entries, beta2: 0, betaMean: 0 };
  if (!input?.signal) return restarts(scale);
  const result = alongPositions(normalized(node, input, scale, context), entries, input);
  const backward = result.backward?.map(
    (factor) => factor && { ...factor, logFactor: factor.logFactor + Math.log1p(-1 / entries) },
  );
  return { ...result, ...(backward && { backward }) };
}

/** Of a channel that is divided by its norm over all positions, what these have in common is a part of 1. */
function alongPositions(result: Partial<NodeState>, entries: number, { signal, extent }: NodeState): Partial<NodeState> {
  const count = positions(extent);
  if (count <= 1 || count !== entries || !result.signal || !signal) return result;
  const common = commonShare(signal.q > 0 ? signal.space / signal.q : 0, count);
  const space = (common - (1 - common) / (count - 1)) / count;
  return { ...result, signal: { ...result.signal, space, near: Math.max(space, result.signal.near) } };
}

/** Whatever entered, the output has second moment γ² + β²; what inputs have in common is not known. */
function restarts({ gamma2, beta2, betaMean }: Scale): Partial<NodeState> {
  const common = { pair: beta2, space: beta2, near: beta2, pairSpace: beta2 };
  const signal: Signal = { ...silence, ...common, q: gamma2 + beta2, mean: betaMean };
  return { signal, reason: null, restarted: true, backward: [] };
}

/** Running statistics at initialization are mean 0 and variance 1. */
function evaluated(
  input: NodeState | undefined,
  { gamma2, beta2, betaMean }: Scale,
  gammaMean: number,
  epsilon: number,
): Partial<NodeState> {
  const factor = gamma2 / (1 + epsilon);
  const backward = [times(factor)];
  if (!input?.signal) return { signal: null, reason: input?.reason ?? null, backward };
  return {
    signal: withBias(scaled(input.signal, factor, gammaMean / Math.sqrt(1 + epsilon)), beta2, betaMean),
    reason: null,
    backward,
    gaussian: gamma2 === 1 && beta2 === 0 ? input.gaussian : null,
    unevenness: input.unevenness,
  };
}

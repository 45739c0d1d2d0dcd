import { type RectifiedStream, rectifiedGaussian } from '../meanfield/rectified-stream.js';
import type { Node, Shape } from '../network/graph.js';
import { equals, numberOf, add as plus, type Quantity } from '../network/quantity.js';
import { ratioOf } from './affine-transfer.js';
import { independent, sameEverywhere, variesAlong } from './broadcast.js';
import { shareOfPart } from './class-tokens.js';
import { type Extent, positions, sameExtent } from './extent.js';
import { passedOn, withMask } from './masks.js';
import { mixedBy } from './profile.js';
import { linearParts, multiplesIn, sharedParts } from './shared-parts.js';
import { balanced, inUnits, type Signal, scaled, silence, withBias } from './signal.js';
import {
  type Attention,
  type Context,
  type NodeState,
  type Part,
  passes,
  type Rectified,
  stops,
  type Transfer,
  times,
} from './transfer.js';
import { lastWrite, parameterSecondMoment } from './weight-moments.js';

/**
 * Sum of branches that end in independent zero-mean weights: second moments add, and products of means where branches have them.
 * A tensor added to itself doubles. Yang & Schoenholz 2017, arXiv:1712.08969.
 */
export const addTransfer: Transfer<'add'> = (node, inputs, context) => {
  const logits = inputs.find(({ attention }) => attention?.stage === 'logits');
  if (logits) return withMask(inputs, logits, context.assume);
  const coefficients = inputs.map((_, i) => node.coefficients[i] ?? 1);
  const largest = inputs.reduce<NodeState | undefined>(
    (best, state) => (best && positions(best.extent) >= positions(state.extent) ? best : state),
    undefined,
  );
  const backward = coefficients.map((coefficient, i) => ({
    ...times(coefficient * coefficient),
    ...(largest && gathering(inputs[i]!, largest, 1)),
  }));
  const geometry = { channels: largest?.channels ?? null, extent: largest?.extent ?? [] };
  const missing = inputs.find(({ signal }) => !signal);
  if (missing) return { ...geometry, ...stops(missing.reason ?? 'A branch of this sum could not be followed.'), backward };
  const seen = inputs.map((input, i) => seenBy(largest!, node.shape, input, node.inputs[i]!, context));
  const signal = sum(seen, coefficients, inputs, context);
  const profile = profileOf(
    geometry.extent,
    inputs,
    coefficients.map((one) => one * one),
  );
  return {
    ...geometry,
    signal,
    profile,
    reason: null,
    backward,
    rectified: rectifiedIn(node, inputs, coefficients, signal, context),
    multiples: multiplesIn(node, context.nodes, context.states),
    ...besideZeros(inputs, coefficients),
  };
};

/** Of a sum of which only one term is not 0, as where a branch starts at 0: it is distributed as that term is. */
function besideZeros(inputs: readonly NodeState[], coefficients: readonly number[]): Partial<NodeState> {
  const [only, ...others] = inputs.flatMap((input, i) => (input.signal!.q > 0 ? [{ input, coefficient: coefficients[i]! }] : []));
  if (!only || others.length > 0 || only.coefficient !== 1 || only.input.tokens) return {};
  const { gaussian, stream } = only.input;
  return { gaussian, stream };
}

/** A tensor without positions as the map sees it that it is added to. */
function seenBy(
  map: Pick<NodeState, 'channels' | 'extent'>,
  shape: Shape,
  input: NodeState,
  id: number,
  { shapes, nodes }: Context,
): Signal {
  const signal = input.signal!;
  if (positions(input.extent) > 1) return signal;
  const varies = variesAlong(shapes[id] ?? null, map, shape);
  if (varies === false) return sameEverywhere(signal);
  return nodes[input.origin]?.kind === 'parameter' ? independent(signal) : signal;
}

/** Of a sum or a concatenation of maps of one size. */
function profileOf(extent: Extent, inputs: readonly NodeState[], weights: readonly number[]): NodeState['profile'] {
  const logScale = Math.max(...inputs.map(({ signal }) => signal!.logScale));
  return mixedBy(
    extent,
    inputs.map((input) => (sameExtent(input.extent, extent) ? input.profile : null)),
    inputs.map(({ signal }, i) => weights[i]! * inUnits(signal!, logScale).q),
  );
}

/** One rectified stream and branches without mean: what a rectifier makes of their sum depends on how the stream is distributed. */
function rectifiedIn(
  node: Node,
  inputs: readonly NodeState[],
  coefficients: readonly number[],
  total: Signal,
  context: Context,
): Rectified | null {
  const streams = inputs.flatMap((input, i) => {
    const stream = coefficients[i]! > 0 && streamOf(input);
    return stream ? [{ stream, signal: scaled(input.signal!, coefficients[i]! ** 2), i }] : [];
  });
  const centred = inputs.filter(({ signal }) => signal!.mean === 0).length;
  if (streams.length !== 1 || centred !== inputs.length - 1) return null;
  const { stream, signal, i: skip } = streams[0]!;
  const share = Math.exp(signal.logScale - total.logScale) * (signal.q / total.q);
  if (!(share > 0 && share < 1)) return null;
  const branch = inputs.length === 2 ? 1 - skip : null;
  const gain = branch === null ? null : gainFrom(inputs[skip]!.origin, node.inputs[branch]!, context);
  const chi = gain === null ? null : Math.exp(gain + 2 * Math.log(Math.abs(coefficients[branch!]! / coefficients[skip]!)));
  return { stream, branch: 1 / share - 1, share, chi };
}

/** ln of the squared gain of a branch, up to where it leaves the stream; `null` where it does not come from there. */
function gainFrom(start: number, end: number, { states, nodes }: Context): number | null {
  let [gain, unevenness] = [0, 1];
  for (let at = end; states[at]?.origin !== start; ) {
    const { kind, inputs } = nodes[at]!;
    // Gates are smaller than what they are multiplied with.
    const main = inputs.reduce((best, id, i) => (size(states[id]) > size(states[inputs[best]!]) ? i : best), 0);
    const [factor, next] = [states[at]?.backward[main], inputs[main]];
    if (!factor || next === undefined || kind === 'add' || at < start) return null;
    gain += factor.logFactor - (kind === 'affine' ? Math.log(unevenness) : 0);
    unevenness = factor.unevenness ?? (kind === 'reshape' ? unevenness : 1);
    at = next;
  }
  return Number.isFinite(gain) ? gain : null;
}

const size = (state: NodeState | undefined): number => (state ? positions(state.extent) : 0);

function streamOf({ stream, gaussian }: NodeState): RectifiedStream | null {
  if (stream || gaussian?.phi.name !== 'relu') return stream;
  const { mean, q } = gaussian.signal;
  return q > mean * mean ? rectifiedGaussian(mean / Math.sqrt(q), 1 - (mean * mean) / q) : null;
}

function sum(
  signals: readonly Signal[],
  coefficients: readonly number[],
  inputs: readonly NodeState[],
  { nodes, states }: Context,
): Signal {
  const expand = (id: number) => linearParts(nodes[id]!, states);
  const logScale = Math.max(...signals.map((signal) => signal.logScale));
  const terms = signals.map((signal) => inUnits(signal, logScale));
  let total: Signal = { ...silence, logScale };
  terms.forEach((term, i) => {
    total = accumulate(total, scaled(term, coefficients[i]! ** 2, coefficients[i]!));
    for (let k = 0; k < i; k++)
      total = withCross(
        total,
        [term, terms[k]!],
        2 * coefficients[i]! * coefficients[k]!,
        sharedParts(inputs[i]!.origin, inputs[k]!.origin, expand, 'largest first').flatMap(({ id, product }) => {
          const part = id === inputs[i]!.origin ? term : states[id]!.signal && inUnits(states[id]!.signal!, logScale);
          return part ? [{ part, product }] : [];
        }),
      );
  });
  return balanced(total);
}

const accumulate = (a: Signal, b: Signal): Signal => {
  const other = inUnits(b, a.logScale);
  return {
    logScale: a.logScale,
    q: a.q + other.q,
    mean: a.mean + other.mean,
    pair: a.pair + other.pair,
    space: a.space + other.space,
    near: a.near + other.near,
    pairSpace: a.pairSpace + other.pairSpace,
  };
};

/** coefficient·E[x y] = coefficient·(E x E y + Σ product·(E part² − (E part)²)) over the parts that x and y have in common. */
function withCross(
  total: Signal,
  [x, y]: readonly [Signal, Signal],
  coefficient: number,
  shared: readonly { readonly part: Signal; readonly product: number }[],
): Signal {
  const cross = (moment: 'q' | 'pair' | 'space' | 'near' | 'pairSpace') =>
    coefficient * shared.reduce((sum, { part, product }) => sum + product * (part[moment] - part.mean ** 2), x.mean * y.mean);
  return {
    ...total,
    q: total.q + cross('q'),
    pair: total.pair + cross('pair'),
    space: total.space + cross('space'),
    near: total.near + cross('near'),
    pairSpace: total.pairSpace + cross('pairSpace'),
  };
}

/** Product of two independent tensors: second moments multiply; of a tensor with itself E x⁴ = 3q² for a Gaussian. */
export const multiplyTransfer: Transfer<'multiply'> = (node, inputs, context) => {
  const [first, second] = inputs;
  const { shapes } = context;
  const missing = inputs.find(({ signal }) => !signal);
  if (!first || !second || inputs.length !== 2) return stops('Products of other than two tensors are not followed.');
  const geometry =
    numbersAsTokens(node, inputs, shapes) ?? (positions(first.extent) >= positions(second.extent) ? first : second);
  const where = { channels: geometry.channels, extent: geometry.extent };
  // Whatever is multiplied by 0 is known.
  if (missing && inputs.some(({ signal }) => signal?.q === 0))
    return { ...where, signal: silence, reason: null, backward: inputs.map(({ signal }) => (signal ? null : times(0))) };
  if (missing) return { ...where, ...stops(missing.reason ?? 'A factor of this product could not be followed.') };
  const [a, b] = inputs.map((input, i) => seenBy(geometry, node.shape, input, node.inputs[i]!, context)) as [Signal, Signal];
  if (first.origin === second.origin)
    return { ...where, signal: squared(a), reason: null, backward: [logTimes(3, a), logTimes(1, a)] };
  const signal = balanced({
    logScale: a.logScale + b.logScale,
    q: a.q * b.q,
    mean: a.mean * b.mean,
    pair: a.pair * b.pair,
    space: a.space * b.space,
    near: a.near * b.near,
    pairSpace: a.pairSpace * b.pairSpace,
  });
  const along = ({ q, space }: Signal) => (q > 0 ? space / q : 0);
  return {
    ...where,
    signal,
    reason: null,
    backward: [
      { ...logTimes(1, b), ...gathering(first, geometry, along(b)) },
      { ...logTimes(1, a), ...gathering(second, geometry, along(a)) },
    ],
    attention:
      scaledLogits(first, second, shapes[node.inputs[1]!] ?? null) ??
      scaledLogits(second, first, shapes[node.inputs[0]!] ?? null),
  };
};

/** A vector times a table with a row for each of its numbers, as tabular data become tokens: `x[:, :, None] * weight`. */
function numbersAsTokens(
  { shape, inputs: ids }: Node,
  inputs: readonly NodeState[],
  shapes: readonly Shape[],
): Pick<NodeState, 'channels' | 'extent'> | null {
  const tokens = shape?.length === 3 ? numberOf(shape[1]!) : null;
  if (tokens === null || tokens < 2 || inputs.some(({ extent }) => positions(extent) > 1)) return null;
  const last = ids.map((id) => shapes[id]?.at(-1) ?? null);
  const isTable = (i: number) =>
    inputs[i]!.signal?.pair === inputs[i]!.signal?.q && equals(shapes[ids[i]!]?.at(-2) ?? 1, tokens) === true;
  const table = [0, 1].find((i) => isTable(i) && last[1 - i] === 1 && last[i] !== 1);
  return table === undefined ? null : { channels: shape!.at(-1)!, extent: [tokens] };
}

/** Logits of attention times a number for each head, as a learned temperature is. */
function scaledLogits({ attention }: NodeState, { signal, extent, attention: other }: NodeState, shape: Shape): Attention | null {
  if (attention?.stage !== 'logits' || other || !signal || !shape || positions(extent) > 1) return null;
  const isSame = signal.pair === signal.q && shape.slice(-2).every((size) => equals(size, 1) === true);
  return isSame ? { ...attention, variance: attention.variance * inUnits(signal, 0).q } : null;
}

/** A tensor that is spread over positions collects what all of them get: coherent parts of the gradient add up. */
function gathering(input: NodeState, output: Pick<NodeState, 'extent'>, along: number) {
  const copies = positions(output.extent) / positions(input.extent);
  return copies > 1 ? { gathered: (coherence: number) => Math.max(1 / copies, 1 + (copies - 1) * coherence * along) } : {};
}

function squared({ logScale, q, pair, space, near, pairSpace }: Signal): Signal {
  const product = (r: number) => q * q + 2 * r * r;
  return balanced({
    logScale: 2 * logScale,
    q: 3 * q * q,
    mean: q,
    pair: product(pair),
    space: product(space),
    near: product(near),
    pairSpace: product(pairSpace),
  });
}

const logTimes = (factor: number, { logScale, q, space }: Signal) => ({
  logFactor: logScale + Math.log(factor * q),
  offset: 0,
  gain: q > 0 ? space / q : 0,
});

/** What reads a concatenation sees the average of its parts, weighted by their channels. Gradients pass unchanged. */
export const concatenateTransfer: Transfer<'concatenate'> = (node, inputs, context) => {
  const { shapes } = context;
  const logits = inputs.findLast(({ attention }) => attention?.stage === 'logits');
  if (logits) return passedOn(inputs, logits);
  const tokens = tokensOf(
    node,
    inputs,
    node.inputs.map((id) => shapes[id] ?? null),
  );
  if (tokens) return tokens;
  const missing = inputs.find(({ signal }) => !signal);
  const channels = inputs.reduce<Quantity | null>(
    (sum, state) => (sum === null || state.channels === null ? null : plus(sum, state.channels)),
    0,
  );
  const total = numberOf(node.shape?.[node.axis < 0 ? node.shape.length + node.axis : node.axis]) ?? channels;
  const read = channels ?? total ?? channelsRead(node.id, inputs, context);
  const geometry = { channels: read, backward: inputs.map(() => passes), concatenated: true };
  if (missing || inputs.length === 0)
    return { ...stops(missing?.reason ?? 'Nothing that could be followed is concatenated.'), ...geometry };
  const known = inputs.map((state) => ratioOf(state.channels, channels ?? read));
  const left = known.reduce<number>((rest, share) => rest - (share ?? 0), 1);
  const unsized = known.filter((share) => share === null).length;
  const shares = known.map((share) => share ?? Math.max(0, left) / unsized);
  const logScale = Math.max(...inputs.map(({ signal }) => signal!.logScale));
  const signal = inputs.reduce<Signal>(
    (sum, state, i) => accumulate(sum, weighted(inUnits(state.signal!, logScale), shares[i]!)),
    { ...silence, logScale },
  );
  const parts = inputs.flatMap(({ signal: own, unevenness, gaussian, nonNegative, parts: inner }, i): Part[] =>
    inner
      ? inner.map((part) => ({ ...part, share: part.share * shares[i]! }))
      : [{ share: shares[i]!, signal: own!, unevenness, gaussian, nonNegative }],
  );
  const profile = profileOf(inputs[0]!.extent, inputs, shares);
  return {
    ...geometry,
    profile,
    signal: balanced(signal),
    reason: null,
    shares,
    ...(parts.length === inputs.length && { parts }),
  };
};

/** Channels that a layer behind takes, where some of what is concatenated has more of them than is known: more than each of the others has. */
function channelsRead(id: number, inputs: readonly NodeState[], { nodes, consumers }: Context): number | null {
  const readers = consumers[id]!.map((reader) => nodes[reader]!).filter(({ kind }) => kind !== 'concatenate');
  const taken = readers.map((reader) => (reader.kind === 'affine' ? numberOf(reader.inChannels) : null));
  const [count = null] = taken;
  if (count === null || taken.some((other) => other !== count)) return null;
  const parts = inputs.map(({ channels }) => numberOf(channels));
  const sum = parts.reduce<number>((all, part) => all + (part ?? 0), 0);
  return sum > 0 && sum < count && parts.includes(null) ? count : null;
}

/**
 * Tokens put before or behind those of a map, as a class token: each part has its share of the tokens. The number of positions is that
 * of the map, of which one more is no matter.
 */
function tokensOf(
  node: Extract<Node, { kind: 'concatenate' }>,
  inputs: readonly NodeState[],
  shapes: readonly Shape[],
): Partial<NodeState> | null {
  const map = inputs.find(({ extent }) => positions(extent) > 1);
  const dimensions = node.shape?.length ?? 0;
  const [last, axis] = [node.shape?.at(-1), node.axis < 0 ? node.axis + dimensions : node.axis];
  if (!map || dimensions < 3 || axis !== dimensions - 2 || map.channels === null) return null;
  // Heads stand beside the tokens, and channels are those of all heads.
  if (!equals(map.channels, last!) && !(dimensions > 3 && (ratioOf(map.channels, last!) ?? 0) % 1 === 0)) return null;
  const counts = shapes.map((shape, i) => {
    const count = shape && shape.length === dimensions ? numberOf(shape[axis]!) : null;
    return count ?? (dimensions === 3 && inputs[i] === map ? positions(map.extent) : null);
  });
  if (dimensions > 3 && !counts.includes(positions(map.extent))) return null;
  const total = counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);
  const geometry = { channels: map.channels, extent: map.extent };
  const missing = inputs.find(({ signal }) => !signal);
  if (missing || total === null)
    return { ...geometry, ...stops(missing?.reason ?? 'How many tokens are put together is not known.') };
  const logScale = Math.max(...inputs.map(({ signal }) => signal!.logScale));
  const signal = inputs.reduce<Signal>(
    (sum, state, i) => accumulate(sum, weighted(inUnits(state.signal!, logScale), counts[i]! / total)),
    { ...silence, logScale },
  );
  const beside = inputs.flatMap((state, i) => (state === map ? [] : [{ signal: state.signal!, count: counts[i]! }]));
  const all = beside.reduce((most, { count }) => most + count, 0);
  const own = beside.reduce<Signal>(
    (mean, { signal: one, count }) => accumulate(mean, weighted(inUnits(one, logScale), count / all)),
    {
      ...silence,
      logScale,
    },
  );
  return {
    ...geometry,
    signal: balanced(signal),
    reason: null,
    tokens: { signal: balanced(own), share: all / total, ...(inputs[0] === map && { areLast: true }) },
    backward: inputs.map((state, i) => ({ ...passes, tokens: shareOfPart(counts[i]! / total, state === map) })),
  };
}

const weighted = (signal: Signal, share: number): Signal => ({
  logScale: signal.logScale,
  q: share * signal.q,
  mean: share * signal.mean,
  pair: share * signal.pair,
  space: share * signal.space,
  near: share * signal.near,
  pairSpace: share * signal.pairSpace,
});

/** Multiplication by a constant or a parameter: layer scale, ReZero, SkipInit. */
export const scaleTransfer: Transfer<'scale'> = (node, [input]) => {
  const second = node.parameter ? parameterSecondMoment(node.parameter) : node.factor === null ? null : node.factor ** 2;
  if (second === null) return stops('The factor is not known.');
  const mean = node.parameter ? (numberOf(lastWrite(node.parameter)?.mean) ?? 0) : node.factor!;
  // Whatever is multiplied by 0 is known.
  const signal = input?.signal ?? (second === 0 ? silence : null);
  const attention =
    input?.attention?.stage === 'logits' ? { ...input.attention, variance: second * input.attention.variance } : null;
  return {
    signal: signal && scaled(signal, second, mean),
    reason: signal ? null : (input?.reason ?? null),
    backward: [times(second)],
    attention,
  };
};

/** A parameter is added as a bias, or as a table with entries of its own for each position. */
export const shiftTransfer: Transfer<'shift'> = (node, [input], { assume }) => {
  if (input?.attention?.stage === 'logits') return withMask([input], input, assume);
  const second = node.parameter ? parameterSecondMoment(node.parameter) : node.offset === null ? null : node.offset ** 2;
  if (second === null) return { ...stops('The offset is not known.'), backward: [passes] };
  const mean = node.parameter ? (numberOf(lastWrite(node.parameter)?.mean) ?? 0) : node.offset!;
  const signal = input?.signal ?? null;
  const varies = input !== undefined && variesAlong(node.parameter?.shape ?? null, input, node.shape) === true;
  return {
    signal: signal && withBias(signal, second, mean, varies ? mean * mean : second),
    reason: input?.reason ?? null,
    backward: [passes],
  };
};

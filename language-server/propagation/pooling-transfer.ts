import type { Activation } from '../meanfield/activation.js';
import { activation } from '../meanfield/activations.js';
import { maximumMoments } from '../meanfield/maximum-moments.js';
import { shiftedActivation } from '../meanfield/shifted-activation.js';
import type { Node, Pooling, Shape } from '../network/graph.js';
import { divide } from '../network/quantity.js';
import { averageBackward } from './average-gradient.js';
import { type Extent, pooledExtent, positions, windowOf, windowSize, windowsAlong } from './extent.js';
import { abovePooling, belowPooling, type Profile } from './profile.js';
import { type Reduced, reducedAxes } from './reduced-axes.js';
import { accumulated, balanced, inPlainUnits, nearness, type Signal, scaled, silence } from './signal.js';
import {
  type Backward,
  type Context,
  type GaussianOrigin,
  type Maximum,
  type NodeState,
  stops,
  type Transfer,
  times,
  unknownAlikeness,
} from './transfer.js';

/**
 * Average over w positions of second moment q and product s: (q + (w − 1)s)/w. Maximum: the largest of w equicorrelated Gaussians.
 * Novak et al. 2019, arXiv:1810.05148, for averages; the maximum is an approximation that neglects distances.
 */
export const poolingTransfer: Transfer<'pooling'> = (node, [input], context) => {
  if (!input || !node.over) return overPositions(node, input, context);
  const reduced = reducedAxes(node.over, context.shapes[node.inputs[0]!] ?? null, input.channels, input.extent);
  return reduced ? overDimensions(node, input, reduced, context) : overPositions(node, input, context);
};

/** Over some dimensions of a tensor alone, positions first. */
function overDimensions(
  node: Node & Pooling,
  input: NodeState,
  { along, features }: Reduced,
  context: Context,
): Partial<NodeState> {
  const windows = input.extent.map((size, i) => (along[i] ? size : 1));
  const shape: Shape = null;
  const variant = isMaximum(node) ? 'max' : 'average';
  const alongPositions = { ...node, variant, kernel: windows, stride: windows, padding: windows.map(() => 0), shape } as const;
  const pooled = along.includes(true) ? overPositions(alongPositions, input, context) : null;
  if (features === 1) return pooled ?? { backward: [times(1)], signal: input.signal, reason: input.reason };
  const { signal, reason } = pooled ?? input;
  const channels = input.channels && divide(input.channels, features);
  if (!signal) return { ...pooled, channels, ...stops(reason ?? 'What is taken together here could not be followed.') };
  // Which feature is the largest is another one for other positions.
  const [above, step] = isMaximum(node)
    ? [largestFeature(input, signal, features), { logFactor: 0, offset: 0, gain: 1 / features }]
    : [meanFeature(signal, features, node.summed === true), times(node.summed ? features : 1 / features)];
  const below = pooled?.backward?.[0];
  const backward: Backward = below
    ? { ...below, logFactor: below.logFactor + step.logFactor, gain: below.gain * step.gain, offset: below.offset }
    : step;
  return { ...pooled, channels, signal: above, reason: null, backward: [backward] };
}

/** Features of one tensor have no more in common than their mean m: q ↦ m² + (q − m²)/n, and the same of all products. */
function meanFeature(signal: Signal, count: number, summed: boolean): Signal {
  const square = signal.mean * signal.mean;
  const of = (value: number) => square + (value - square) / count;
  const { logScale, mean, q, pair, space, near, pairSpace } = signal;
  const average = { logScale, mean, q: of(q), pair: of(pair), space: of(space), near: of(near), pairSpace: of(pairSpace) };
  return balanced(summed ? scaled(average, count * count, count) : average);
}

/** The largest of n independent features. */
function largestFeature({ gaussian }: NodeState, signal: Signal, count: number): Signal {
  const origin = gaussian ?? { node: -1, phi: activation('linear')!, signal: inPlainUnits(signal) };
  const square = origin.signal.mean ** 2;
  const variance = Math.max(0, origin.signal.q - square);
  const moments = maximumMoments(around(origin.phi, origin.signal.mean), variance, 0, count);
  // Two tensors with correlation c choose alike where c is near 1, and independently at 0.
  const common = (product: number) => {
    const c = variance > 0 ? Math.max(0, Math.min(1, (product - square) / variance)) : 1;
    return moments.mean ** 2 + (moments.second - moments.mean ** 2) * c;
  };
  const { pair, space, near, pairSpace } = origin.signal;
  return balanced({
    logScale: 0,
    q: moments.second,
    mean: moments.mean,
    pair: common(pair),
    space: common(space),
    near: common(near),
    pairSpace: common(pairSpace),
  });
}

function overPositions(node: Node & Pooling, input: NodeState | undefined, { assume }: Context): Partial<NodeState> {
  const inputExtent = input?.extent ?? [];
  const extent = pooledExtent(node, inputExtent);
  if (!input?.signal) return { extent, ...stops(input?.reason ?? 'The pooling has no input that the analysis could follow.') };
  const count = windowSize(node, inputExtent);
  if (isMaximum(node)) {
    assume('Max-pooling is treated as the maximum of equally correlated Gaussians.');
    return {
      extent,
      profile: abovePooling(node, inputExtent, input.profile),
      ...maximum(node, input, extent),
    };
  }
  const backward = { ...averageBackward(node, inputExtent, extent), spread: spreadBelow(node, inputExtent) };
  const profile = abovePooling(node, inputExtent, input.profile);
  if (input.restarted && count > 1) return { extent, ...stops(unknownAlikeness), backward: [backward] };
  const mean = average(node, inputExtent, input.signal);
  if (!node.summed) return { extent, profile, signal: mean, reason: null, backward: [backward] };
  const grown = backward.logFactor + 2 * Math.log(count);
  return {
    extent,
    profile,
    signal: scaled(mean, count * count, count),
    reason: null,
    backward: [{ ...backward, logFactor: grown, taken: grown }],
  };
}

const isMaximum = ({ variant }: Pooling): boolean => variant === 'max' || variant === 'global-max' || variant === 'adaptive-max';

const spreadBelow = (node: Node & Pooling, extent: Extent) => (above: Profile) => ({
  profile: belowPooling(node, extent, above),
  share: 1,
});

/**
 * q ↦ s + (q − s) E Σ r^{|i−j|}/w² along each dimension, r the correlation of neighbours; that of neighbouring outputs likewise, with windows that
 * are shifted by the stride.
 */
function average(node: Node & Pooling, extent: Extent, signal: Signal): Signal {
  const r = nearness(signal);
  let [own, neighbours, dimension] = [1, 1, 1 / Math.max(1, extent.length)];
  extent.forEach((size, i) => {
    const windows = windowsAlong(node, i, size);
    let [same, next] = [0, 0];
    windows.forEach(({ first, count }, output) => {
      const one = faded(r, count, count, 0);
      const after = windows[output + 1];
      same += one / windows.length;
      next += after ? faded(r, count, after.count, after.first - first) / windows.length : one / windows.length;
    });
    own *= same;
    neighbours *= same > 0 ? (next / same) ** dimension : 1;
  });
  const beyond = (signal.q - signal.space) * own;
  return balanced({
    ...signal,
    q: signal.space + beyond,
    pair: signal.pairSpace + (signal.pair - signal.pairSpace) * own,
    near: signal.space + beyond * neighbours,
  });
}

/** Mean of r^{|i − j|} over the positions of two windows that begin `shift` apart. */
function faded(r: number, first: number, second: number, shift: number): number {
  if (r === 0) return Math.max(0, Math.min(first, second + shift) - Math.max(0, shift)) / (first * second);
  let sum = 0;
  for (let i = 0; i < first; i++) for (let j = 0; j < second; j++) sum += r ** Math.abs(i - j - shift);
  return sum / (first * second);
}

function maximum(node: Node & Pooling, input: NodeState, extent: Extent): Partial<NodeState> {
  const { window, source } =
    input.maximum && node.variant === 'max'
      ? { window: joined(input.maximum, node, input.extent), source: input.maximum.source }
      : { window: node, source: input };
  const count = windowSize(window, source.extent);
  const pooled = (origin: GaussianOrigin) => largest(origin, count, windows(window, source.extent, origin.signal));
  const ofLinear = (own: Signal) => ({ node: -1, phi: activation('linear')!, signal: inPlainUnits(own) });
  const outputs = positions(extent);
  const pairs = Math.max(1, positions(input.extent) - 1);
  const again = chosenAgain(node, input.extent);
  const gathered = (coherence: number, _: number, near: number) => {
    const together = Math.max(0, coherence);
    return again.reduce((sum, { chance, distance }) => sum + chance * (together + (1 - together) * near ** distance), 1);
  };
  const backward: Backward = {
    logFactor: 0,
    offset: 0,
    gain: (outputs - 1) / pairs,
    gathered,
    mixed: (coherence, tokens, near) => ((1 + (outputs - 1) * coherence) / gathered(coherence, tokens, near) - 1) / pairs,
    crossGain: (outputs - 1) / pairs,
    spread: spreadBelow(node, input.extent),
  };
  return {
    signal: source.parts
      ? balanced(
          source.parts.reduce<Signal>(
            (sum, part) => accumulated(sum, inPlainUnits(pooled(part.gaussian ?? ofLinear(part.signal))), part.share),
            silence,
          ),
        )
      : pooled(source.gaussian ?? ofLinear(source.signal!)),
    reason: null,
    backward: [backward],
    gaussian: null,
    ...(window.variant === 'max' && { maximum: { window, source } }),
  };
}

/** The largest of what are the largest of windows is the largest of all that these hold. */
function joined({ window, source }: Maximum, node: Node & Pooling, extent: Extent): Node & Pooling {
  const [inner, outer] = [
    source.extent.map((size, i) => windowOf(window, i, size)),
    extent.map((size, i) => windowOf(node, i, size)),
  ];
  return {
    ...node,
    kernel: inner.map(({ kernel, stride }, i) => kernel + stride * (outer[i]!.kernel - 1)),
    stride: inner.map(({ stride }, i) => stride * outer[i]!.stride),
    padding: inner.map(({ padding, stride }, i) => padding + stride * outer[i]!.padding),
  };
}

/**
 * The other windows in which the largest position of one may be the largest too: of independent positions it is where two windows overlap with
 * probability |A ∩ B|/|A ∪ B|.
 */
function chosenAgain(node: Node & Pooling, extent: Extent): readonly { readonly chance: number; readonly distance: number }[] {
  const along = extent.map((size, i) => {
    const line = windowsAlong(node, i, size);
    const middle = line[line.length >> 1]!;
    return line.map(({ first, count }, at) => ({
      count,
      distance: Math.abs(at - (line.length >> 1)),
      both: Math.max(0, Math.min(first + count, middle.first + middle.count) - Math.max(first, middle.first)),
    }));
  });
  const middle = extent.reduce((product, _, i) => product * along[i]![along[i]!.length >> 1]!.count, 1);
  const all = along.reduce<readonly { count: number; both: number; distance: number }[]>(
    (boxes, line) =>
      line
        .filter(({ both }) => both > 0)
        .flatMap((one) =>
          boxes.map((box) => ({
            count: box.count * one.count,
            both: box.both * one.both,
            distance: box.distance + one.distance,
          })),
        ),
    [{ count: 1, both: 1, distance: 0 }],
  );
  return all
    .filter(({ distance }) => distance > 0)
    .map(({ count, both, distance }) => ({ chance: both / (count + middle - both), distance }));
}

/** Correlation within a window beyond what all positions share, and share of a window that its neighbour has too. */
function windows(
  node: Node & Pooling,
  extent: Extent,
  signal: Signal,
): { readonly within: number; readonly shared: number; readonly stride: number } {
  const r = nearness(signal);
  let [within, count, shared, stride] = [1, 1, 0, 1];
  extent.forEach((size, i) => {
    const line = windowsAlong(node, i, size);
    // Those at the border are cut off.
    const [middle, next] = line.slice((line.length - 1) >> 1);
    if (!middle) return;
    within *= faded(r, middle.count, middle.count, 0) * middle.count;
    count *= middle.count;
    stride = next ? next.first - middle.first : middle.count;
    shared += Math.max(0, 1 - stride / middle.count) / extent.length;
  });
  return { within: count > 1 ? (within - 1) / (count - 1) : 0, shared, stride };
}

function largest(
  { phi, signal }: GaussianOrigin,
  count: number,
  { within, shared, stride }: { readonly within: number; readonly shared: number; readonly stride: number },
): Signal {
  // The gaussian part alone is correlated; a mean shifts all positions alike.
  const square = signal.mean * signal.mean;
  const variance = Math.max(0, signal.q - square);
  const space = Math.max(0, Math.min(variance, signal.space - square));
  // Neighbours in a window have more in common than any two positions: what they do not share makes the maximum larger.
  const inWindow = space + (variance - space) * within;
  const moments = maximumMoments(around(phi, signal.mean), variance, variance > 0 ? inWindow / variance : 0, count);
  const common = (covariance: number) => (inWindow > 0 ? Math.max(0, Math.min(1, covariance / inWindow)) : 0);
  const along = moments.product(common(space));
  const cross = (signal.pair - square + (count - 1) * (signal.pairSpace - square)) / count;
  return balanced({
    logScale: 0,
    q: moments.second,
    mean: moments.mean,
    pair: moments.product(common(cross)),
    space: along,
    near: along + (moments.second - along) * (shared + (1 - shared) * nearness(signal) ** stride),
    pairSpace: moments.product(common(signal.pairSpace - square)),
  });
}

/**
 * E φ′² at the maximum, which is what the activation below a max-pooling passes back instead of D; and (E φ′(h) h)²/(q E φ′²) there, the share
 * along h of what gradients have in common: h is large where it is chosen. For φ of degree 1, h φ′ = φ. `gain`: what is left of their
 * correlation between two maxima.
 */
export function slopeAtMaximum(
  node: Node & Pooling,
  { phi, signal }: GaussianOrigin,
  extent: Extent,
): { readonly slope: number; readonly along: number; readonly gain: number } {
  const count = windowSize(node, extent);
  const { within } = windows(node, extent, signal);
  const square = signal.mean * signal.mean;
  const variance = Math.max(0, signal.q - square);
  const space = Math.max(0, signal.space - square);
  const rho = variance > 0 ? (space + (variance - space) * within) / variance : 0;
  const { mean, slopeSecond: slope, slopeProduct } = maximumMoments(around(phi, signal.mean), variance, rho, count);
  if (!(slope > 0 && variance > 0)) return { slope, along: 0, gain: 1 };
  const shared = rho > 0 ? Math.min(1, space / (variance * rho)) : 0;
  return { slope, along: (mean * mean) / (variance * slope), gain: slopeProduct(shared) / slope };
}

const around = (phi: Activation, mean: number): Activation => (mean === 0 ? phi : shiftedActivation(phi, mean));

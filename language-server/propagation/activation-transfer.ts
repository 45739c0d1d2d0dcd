import type { Activation, Moments } from '../meanfield/activation.js';
import { composedActivation } from '../meanfield/composed-activation.js';
import { gaussianMoments } from '../meanfield/gaussian-moments.js';
import { pairMoments } from '../meanfield/pair-moments.js';
import { rectifiedSum } from '../meanfield/rectified-stream.js';
import { shiftedActivation } from '../meanfield/shifted-activation.js';
import { positions } from './extent.js';
import { isIdentityAbove0 } from './non-negative.js';
import { accumulated, balanced, inPlainUnits, type Signal, silence } from './signal.js';
import { type Backward, type NodeState, type Part, passes, type Rectified, stops, type Transfer, times } from './transfer.js';

/**
 * x = φ(h) for Gaussian h: E x² = V(q), E x_a x_b = K(q, q, c), and squared gradients times D(q). Their correlation between positions
 * changes by K′/D. Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, arXiv:1611.01232.
 */
export const activationTransfer: Transfer<'activation'> = (node, [input], context) => {
  const phi = context.activations.of(node);
  if (!phi) return stops(`The activation ${node.activation} is not one that the theory knows.`);
  if (!input?.signal) return stops(input?.reason ?? 'The activation has no input that the analysis could follow.');
  if (input.nonNegative && isIdentityAbove0(phi)) return unchanged(input);
  const signal = phi.homogeneous ? input.signal : inPlainUnits(input.signal);
  if (!Number.isFinite(signal.q)) return stops('The signal has grown beyond all bounds before this activation.');
  if (node.activation === 'rrelu' && context.training) context.assume('The random slopes of RReLU are replaced by their mean.');
  if (node.activation === 'relu' && input.rectified) return rectify(input.rectified, signal, input);
  if (input.parts?.some(({ nonNegative, gaussian }) => nonNegative || gaussian))
    return partByPart(phi, input.parts, input, node.id);
  return behindActivation(phi, input.gaussian, signal, input, node.id);
};

/** A rectifier of what has been rectified already. */
const unchanged = ({ signal, gaussian, stream, origin }: NodeState): Unit => ({
  signal: signal!,
  reason: null,
  backward: [passes],
  gaussian,
  stream,
  origin,
});

type Unit = Partial<NodeState> & { readonly signal: Signal; readonly backward: readonly [Backward] };

/** Units of another distribution stand side by side: each part has a mean, a length and slopes of its own. */
function partByPart(phi: Activation, parts: readonly Part[], input: NodeState, id: number): Partial<NodeState> {
  const units = parts.map((part) => {
    const { signal, backward } =
      part.nonNegative && isIdentityAbove0(phi)
        ? { signal: part.signal, backward: [passes] as const }
        : behindActivation(phi, part.gaussian, inPlainUnits(part.signal), input, id);
    return { share: part.share, signal: inPlainUnits(signal), backward: backward[0] };
  });
  const passed = units.map(({ share, backward }) => share * Math.exp(backward.logFactor));
  const total = passed.reduce((sum, value) => sum + value, 0);
  const mean = (value: (factor: Backward) => number) =>
    total > 0 ? units.reduce((sum, { backward }, i) => sum + passed[i]! * value(backward), 0) / total : 0;
  return {
    signal: balanced(units.reduce<Signal>((sum, { signal, share }) => accumulated(sum, signal, share), silence)),
    reason: null,
    backward: [
      {
        logFactor: Math.log(total),
        offset: 0,
        gain: mean(({ gain }) => gain),
        nearGain: mean(({ nearGain, gain }) => nearGain ?? gain),
        alongGain: mean(({ alongGain }) => alongGain ?? 0),
        crossGain: mean(({ crossGain, gain }) => crossGain ?? gain),
        ...(total > 0 && { partShares: passed.map((value) => value / total) }),
      },
    ],
  };
}

/**
 * φ of what another activation has made of a Gaussian is one function of that Gaussian, and its slopes are those of units that were on. The factor
 * backwards is what the composition has beyond the other activation.
 */
function behindActivation(phi: Activation, origin: NodeState['gaussian'], signal: Signal, input: NodeState, id: number): Unit {
  if (!origin) return throughActivation(phi, signal, input, id);
  const before = throughActivation(origin.phi, origin.signal, input, id);
  // A token that was taken out of a map, and what a normalization made of it, is not as long.
  const length = inPlainUnits(before.signal).q;
  const [below] = before.backward;
  if (!(Math.abs(inPlainUnits(signal).q / length - 1) < 1e-3 && below.logFactor > Number.NEGATIVE_INFINITY))
    return throughActivation(phi, signal, input, id);
  const composed = composedActivation(phi, origin.phi);
  const through = throughActivation(composed, origin.signal, input, id);
  const [both] = through.backward;
  const beyond = (a: number | undefined, b: number | undefined) => (a !== undefined && b ? a / b : 0);
  return {
    signal: through.signal,
    reason: null,
    backward: [
      {
        logFactor: both.logFactor - below.logFactor,
        offset: 0,
        gain: beyond(both.gain, below.gain),
        nearGain: beyond(both.nearGain, below.nearGain),
        crossGain: beyond(both.crossGain, below.crossGain),
        alongGain: both.alongGain ?? 0,
      },
    ],
    gaussian: { node: -1, phi: composed, signal: origin.signal },
  };
}

/**
 * A post-activation residual block, by the distribution of its stream. Covariances of two such units go by the first two orders in their
 * correlation, closed so that equal units are exact.
 */
function rectify({ stream, branch, share, chi }: Rectified, signal: Signal, input: NodeState): Partial<NodeState> {
  const { q } = signal;
  const unit = share * q;
  const variance = q - signal.mean ** 2;
  const own = unit - signal.mean ** 2;
  const rectified = rectifiedSum(stream, branch, chi ?? (own > 0 ? Math.max(0, variance / own - 1) : 0));
  const [mean, second] = [rectified.mean * Math.sqrt(unit), rectified.second * unit];
  const slope = (second - signal.mean * mean) / variance;
  const linear = slope * slope * variance;
  const product = (covariance: number) => {
    const c = clamp((covariance - signal.mean ** 2) / variance);
    return mean * mean + linear * c + (second - mean * mean - linear) * c * c;
  };
  const gain = (covariance: number) =>
    rectified.on + (1 - rectified.on) * Math.max(0, clamp((covariance - signal.mean ** 2) / variance));
  return {
    signal: balanced({
      logScale: signal.logScale,
      q: second,
      mean,
      pair: product(signal.pair),
      space: product(signal.space),
      near: product(signal.near),
      pairSpace: product(signal.pairSpace),
    }),
    reason: null,
    backward: [
      { ...times(rectified.passed, positions(input.extent) > 1 ? gain(signal.space) : 0), crossGain: gain(signal.pairSpace) },
    ],
    stream: rectified.stream,
  };
}

const clamp = (c: number): number => (c > -1 ? Math.min(1, c) : -1);

function throughActivation(phi: Activation, signal: Signal, input: NodeState, id: number): Unit {
  const centered = withoutMean(phi, signal);
  const { variance, pair, space, near, pairSpace } = centered;
  const moments = gaussianMoments(centered.phi, variance);
  const hasPositions = positions(input.extent) > 1;
  const product = (covariance: number) => kernel(centered.phi, variance, covariance);
  const across = product(pair);
  const along = hasPositions ? product(space) : across;
  const neighbours = hasPositions ? product(near) : across;
  const between = pairSpace === pair ? across : product(pairSpace);
  return {
    signal: balanced({
      logScale: signal.logScale,
      q: moments.second,
      mean: moments.mean,
      pair: across.value,
      space: along.value,
      near: neighbours.value,
      pairSpace: between.value,
    }),
    reason: null,
    backward: [
      {
        logFactor: Math.log(moments.slopeSecond),
        offset: 0,
        gain: hasPositions && moments.slopeSecond > 0 ? finite(along.slope / moments.slopeSecond) : 0,
        nearGain: hasPositions && moments.slopeSecond > 0 ? finite(neighbours.slope / moments.slopeSecond) : 0,
        alongGain: alongShare(moments, variance),
        crossGain: moments.slopeSecond > 0 ? finite(between.slope / moments.slopeSecond) : 0,
      },
    ],
    gaussian: { node: id, phi, signal: inPlainUnits(signal) },
  };
}

/** E φ′(h) h = d/d(ln √q) E φ: how far a gradient that all positions have in common becomes one along h. V′ and E φ tell it for rectifiers. */
function alongShare({ mean, slopeSecond }: Moments, variance: number): number {
  // For φ of degree 1, h φ′ = φ; for others the part along h is small against what else a normalization removes.
  return slopeSecond > 0 && variance > 0 ? Math.min(1, (mean * mean) / (variance * slopeSecond)) : 0;
}

/** h = mean + a centered Gaussian; a mean that is small against the length changes nothing that could be seen. */
function withoutMean(phi: Activation, { q, mean, pair, space, near, pairSpace }: Signal) {
  const square = mean * mean;
  if (square <= 1e-9 * q) return { phi, variance: q, pair, space, near, pairSpace };
  return {
    phi: shiftedActivation(phi, mean),
    variance: Math.max(0, q - square),
    pair: pair - square,
    space: space - square,
    near: near - square,
    pairSpace: pairSpace - square,
  };
}

function kernel(phi: Activation, variance: number, covariance: number) {
  const c = variance > 0 ? Math.max(-1, Math.min(1, covariance / variance)) : 1;
  // Finite width moves correlations by far more than a draft's error.
  return pairMoments(phi, variance, variance, c, true);
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 1);

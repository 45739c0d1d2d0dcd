import { activation } from '../meanfield/activations.js';
import { trigamma } from '../meanfield/finite-width-relu.js';
import { shiftedActivation } from '../meanfield/shifted-activation.js';
import { type UnitNoise, unitNoise } from '../meanfield/unit-noise.js';
import type { Affine, Node } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import type { Gradient } from './backward.js';
import { commonAt } from './common-noise.js';
import { type Evenness, evennessOfSignal } from './evenness.js';
import { positions } from './extent.js';
import { certain, type LinearForm, type Noises, type Term } from './linear-form.js';
import { inPlainUnits, inUnits, logSecondMoment } from './signal.js';
import type { NodeState } from './transfer.js';
import { lastWrite, weightMoments } from './weight-moments.js';

/** What the sweep over signals has found so far, and leaves for the one over gradients. */
export interface Signals {
  readonly noises: Noises;
  readonly states: readonly NodeState[];
  readonly gradients: readonly Gradient[];
  readonly training: boolean;
  /** Samples over which lengths are taken: 1, or those of a batch whose statistics join them. */
  readonly samples: number;
  readonly forms: (LinearForm | null)[];
  /** The same of what all positions of a map have in common; `undefined` where there is one position. */
  readonly commons: (LinearForm | null | undefined)[];
  /** By activation: how μ₁ follows the length of the pre-activations, and its own noise. */
  readonly slopes: (Slope | undefined)[];
  /** By stochastic depth: the noise of its mask. */
  readonly masks: (LinearForm | undefined)[];
}

export interface Slope {
  readonly tilt: number;
  readonly noise: LinearForm;
}

/** Fluctuation of ln of a node's mean square, from those of its inputs. */
export function signalNoise(node: Node, signals: Signals): LinearForm | null {
  const { states, noises } = signals;
  const { signal } = states[node.id]!;
  if (!signal) return null;
  if (signal.q === 0 || node.kind === 'parameter') return certain;
  const inputs = node.inputs.map((id) => signals.forms[id] ?? null);
  const [first] = inputs;
  switch (node.kind) {
    case 'input': {
      const size = numberOf(states[node.id]!.channels);
      return size === null ? certain : noises.product([], 2 / (size * positions(states[node.id]!.extent) * signals.samples));
    }
    case 'affine':
      return affine(node, first, signals);
    case 'activation':
      return first ? throughUnits(node, first, signals) : null;
    case 'normalization':
      return node.variant === 'local-response' || (node.variant === 'batch' && !signals.training) ? (first ?? null) : certain;
    case 'dropout':
      return first ? masked(node, first, signals) : null;
    case 'add':
      return sum(node, inputs, signals);
    case 'multiply':
      return product(node, inputs, signals);
    case 'concatenate':
      return sideBySide(node, inputs, signals);
    case 'pooling':
      return positions(states[node.id]!.extent) === 1 && !node.variant.endsWith('max')
        ? commonAt(node.inputs[0]!, signals)
        : (first ?? null);
    case 'interpolation':
    case 'scale':
    case 'shift':
    case 'reshape':
    case 'mask':
      return first ?? null;
    default:
      return null;
  }
}

/** ln of the mean square of Gaussian units: of n of them Var = ψ′(n/2), 2/n for large n. */
const gaussianVariance = (n: number): number => (n > 0 ? trigamma(Math.max(n, 1) / 2) : 0);

function affine(node: Affine & Node, input: LinearForm | null | undefined, signals: Signals): LinearForm | null {
  const state = signals.states[node.id]!;
  const outputs = numberOf(state.channels);
  const noise = outputs === null ? null : outputNoise(node, state, outputs, signals.samples);
  if (noise === null) return null;
  if (node.variant === 'embedding') return signals.noises.product([], noise);
  if (!input) return null;
  const { sigmaB2 } = weightMoments(node.layer);
  const gain = 1 - Math.min(1, (sigmaB2 ?? 0) / Math.exp(logSecondMoment(state.signal!)));
  return signals.noises.product([[gain, input]], noise);
}

/** Orthogonal weights keep the length of what they turn, as far as they do not leave dimensions out. */
function outputNoise(node: Affine, state: NodeState, outputs: number, samples: number): number | null {
  const inputs = numberOf(node.variant === 'convolution' ? node.layer.summands : node.inChannels);
  const even = evennessOfSignal(state, state.signal!, samples, false);
  // An entry is made of so many weights, and positions cannot differ in more ways than these.
  const rank = positions(state.extent) * samples > 1 && inputs !== null ? 1 / inputs : 0;
  const share = Math.min(1, even.of(2) + rank);
  switch (lastWrite(node.layer.weight)?.family) {
    case 'normal':
    case 'uniform':
    case 'truncated-normal':
    case 'sparse':
      return gaussianVariance(outputs / share);
    case 'orthogonal':
    case 'delta-orthogonal': {
      const before = numberOf(lastWrite(node.layer.weight)?.family === 'orthogonal' ? node.layer.summands : node.inChannels);
      return before === null ? null : Math.max(0, 2 / outputs - 2 / before) * share;
    }
    case 'identity':
    case 'dirac':
      return 0;
    default:
      return null;
  }
}

/** Moments of the units of an activation, at the length that really enters. `along`: change of K's logarithm with that of E h². */
export function unitsOf(node: Node & { kind: 'activation' }, { states }: Signals): { law: UnitNoise; along: number } | null {
  const phi = activation(node.activation, node.parameters);
  const before = states[node.inputs[0] ?? -1]?.signal;
  if (!phi || !before) return null;
  const signal = phi.homogeneous ? before : inPlainUnits(before);
  const square = signal.mean ** 2;
  const centered = square > 1e-9 * signal.q;
  const variance = centered ? signal.q - square : signal.q;
  if (!(variance > 0 && Number.isFinite(variance))) return null;
  const law = unitNoise(centered ? shiftedActivation(phi, signal.mean) : phi, variance);
  return law && { law, along: signal.q / variance };
}

function throughUnits(node: Node & { kind: 'activation' }, input: LinearForm, signals: Signals): LinearForm | null {
  const { states, noises, gradients } = signals;
  const before = states[node.inputs[0]!]!;
  const channels = numberOf(before.channels);
  const units = unitsOf(node, signals);
  if (!units || channels === null) return null;
  const { law, along } = units;
  const even = evennessOfSignal(before, before.signal!, signals.samples, true);
  const [length, joint, slope] = noiseOf(law, even, Math.max(0, gradients[node.id]!.coherence));
  const [own, slopeNoise] = noises.pair(length / channels, joint / channels, slope / channels);
  signals.slopes[node.id] = { tilt: along * law.slopeTilt, noise: slopeNoise };
  return noises.product([
    [along * law.lengthTilt, input],
    [1, own],
  ]);
}

/** Variances and covariance of the means of φ² and of φ′²g² over one channel, for known lengths of h and of g: without degree 2. */
function noiseOf({ length, slope, rest }: UnitNoise, even: Evenness, coherence: number): [number, number, number] {
  const { same } = even;
  const last = even.of(length.length + 1);
  // Gradients at two positions have squares with covariance 2·coherence².
  const gradients = (value: number, share: number) => value * (3 * same + (1 + 2 * coherence * coherence) * (share - same));
  const sums: [number, number, number] = [rest.length * last, rest.joint * last, gradients(rest.slope, last)];
  length.forEach((a, k) => {
    const b = slope[k]!;
    const share = even.of(k + 1);
    sums[2] += gradients(b * b, share);
    if (k === 1) {
      sums[2] -= b * b * share;
      return;
    }
    sums[0] += a * a * share;
    sums[1] += a * b * share;
  });
  return [Math.max(0, sums[0]), sums[1], Math.max(0, sums[2])];
}

/** A mask over entries or channels is averaged out by their number, one over samples is not. */
function masked(node: Node & { kind: 'dropout' }, input: LinearForm, signals: Signals): LinearForm | null {
  const noise = maskNoise(node, signals);
  if (noise === null) return null;
  if (node.variant !== 'path') return signals.noises.product([[1, input]], noise);
  const mask = signals.noises.product([], noise);
  signals.masks[node.id] = mask;
  return signals.noises.product([
    [1, input],
    [1, mask],
  ]);
}

export function maskNoise(node: Node & { kind: 'dropout' }, { states, training, samples }: Signals): number | null {
  const rate = numberOf(node.rate);
  const { channels, extent } = states[node.id]!;
  const count = numberOf(channels);
  if (!training || rate === 0) return 0;
  if (rate === null || rate >= 1 || count === null) return null;
  const odds = rate / (1 - rate);
  if (node.variant === 'path') return odds / samples;
  // E x⁴ = 3 (E x²)².
  return (3 * odds) / (count * samples * (node.variant === 'channel' ? 1 : positions(extent)));
}

/** x + y: lengths by their shares, and the product of independent branches. */
function sum(node: Node & { kind: 'add' }, forms: readonly (LinearForm | null)[], signals: Signals): LinearForm | null {
  const { states, noises } = signals;
  const state = states[node.id]!;
  const channels = numberOf(state.channels);
  if (channels === null || !forms.every((form) => form !== null)) return null;
  const { logScale, q } = state.signal!;
  const parts = node.inputs.map((id, i) => {
    const factor = (node.coefficients[i] ?? 1) ** 2;
    const signal = inUnits(states[id]!.signal!, logScale);
    return { state: states[id]!, signal, weight: (factor * signal.q) / q, own: (factor * (signal.q - signal.mean ** 2)) / q };
  });
  const total = parts.reduce((all, { weight }) => all + weight, 0);
  if (!(total > 0)) return certain;
  let cross = 0;
  parts.forEach((a, i) => {
    for (const b of parts.slice(0, i)) {
      if (a.state.origin === b.state.origin) continue;
      const [x, y] = [a, b].map((part) => evennessOfSignal(state, part.signal, signals.samples, false).of(1)) as [number, number];
      cross += 4 * (a.weight * b.weight - Math.max(0, a.weight - a.own) * Math.max(0, b.weight - b.own)) * Math.sqrt(x * y) ** 2;
    }
  });
  return noises.sum(
    forms.map((form, i): Term => [parts[i]!.weight / total, form!]),
    cross / channels,
  );
}

/** Relative variance of x², as for a Gaussian with this mean. */
export function squareVariance({ signal }: NodeState): number {
  if (!signal || !(signal.q > 0)) return 0;
  const mean = signal.mean ** 2 / signal.q;
  const own = Math.max(0, 1 - mean);
  return 4 * mean * own + 2 * own * own;
}

function product(node: Node, forms: readonly (LinearForm | null)[], { states, noises, samples }: Signals): LinearForm | null {
  const state = states[node.id]!;
  const channels = numberOf(state.channels);
  if (channels === null || !forms.every((form) => form !== null)) return null;
  const spread = node.inputs.reduce((variance, id) => variance * squareVariance(states[id]!), 1);
  const even = evennessOfSignal(state, state.signal!, samples, false);
  return noises.product(
    forms.map((form): Term => [1, form!]),
    (spread * even.of(2)) / channels,
  );
}

function sideBySide(node: Node, forms: readonly (LinearForm | null)[], { states, noises }: Signals): LinearForm | null {
  if (!forms.every((form) => form !== null)) return null;
  const { logScale } = states[node.id]!.signal!;
  const sizes = node.inputs.map((id) => {
    const channels = numberOf(states[id]!.channels);
    return channels === null ? null : channels * inUnits(states[id]!.signal!, logScale).q;
  });
  const total = sizes.reduce<number>((all, size) => all + (size ?? 0), 0);
  if (!(total > 0) || sizes.includes(null)) return null;
  return noises.sum(forms.map((form, i): Term => [sizes[i]! / total, form!]));
}

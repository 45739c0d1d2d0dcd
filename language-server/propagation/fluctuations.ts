import type { Network } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import type { Backwards, Gradient } from './backward.js';
import { commonNoise } from './common-noise.js';
import { evennessOfGradient, joinedSamples } from './evenness.js';
import { gradientNoise } from './gradient-noise.js';
import { certain, type LinearForm, Noises } from './linear-form.js';
import { type Signals, signalNoise } from './signal-noise.js';
import type { NodeState } from './transfer.js';

/** How one draw of the weights, with one input, differs from the theory of infinite width: by node, `null` where that is not known. */
export interface Fluctuations {
  /** Of ln of the mean square of the output's entries. */
  readonly signals: readonly (LinearForm | null)[];
  /** Of ln ‖∂f/∂output‖², relative to the network's output. */
  readonly gradients: readonly (LinearForm | null)[];
  /** Standard error of the theory itself in ln of squared gradients over the whole network, besides what draws differ by. */
  readonly ownError: number;
}

/**
 * Behind batch normalization, measured means over torchvision's models lie 0.01 to 0.2 decades of the squared gradient beside the theory, which
 * more width does not cure.
 */
const errorBehindBatches = 0.1 * Math.LN10;

/** Forms of all nodes take memory that grows with the square of their number. */
const mostNodes = 1200;

/**
 * First order in 1/width: each layer adds independent noise to the lengths of signals and of gradients, and what follows carries it on with the
 * slope that the theory of infinite width has there. For chains this is the covariance recursion of Hanin & Nica 2018, arXiv:1812.05994, and
 * Roberts, Yaida & Hanin 2021, arXiv:2106.10165, with the lengths kept that truly enter (`meanfield/finite-width.ts`). Where branches meet,
 * their products add 4 q₁q₂/(n (q₁ + q₂)²).
 *
 * The logarithm of a product of such factors is lower in the mean than that of their mean, by half its variance.
 *
 * @returns `null` for networks too large for it
 */
export function fluctuations(
  network: Network,
  states: readonly NodeState[],
  { gradients, passedDown }: Backwards,
  training: boolean,
): Fluctuations | null {
  if (network.nodes.length > mostNodes) return null;
  const joined = training && network.nodes.some((node) => node.kind === 'normalization' && node.variant === 'batch');
  const signals: Signals = {
    noises: new Noises(),
    states,
    gradients,
    training,
    samples: joined ? joinedSamples : 1,
    forms: [],
    commons: [],
    slopes: [],
    masks: [],
  };
  for (const node of network.nodes) {
    const form = signalNoise(node, signals);
    signals.forms.push(form);
    signals.commons.push(commonNoise(node, form, signals));
  }
  return { signals: signals.forms, gradients: reverse(network, signals, passedDown), ownError: joined ? errorBehindBatches : 0 };
}

/** ln ‖·‖² of what has arrived at a node, and its form. */
interface Arrived {
  readonly gradient: Gradient;
  readonly form: LinearForm | null;
}

function reverse(network: Network, signals: Signals, passedDown: Backwards['passedDown']): (LinearForm | null)[] {
  const { gradients } = signals;
  const arrived: (Arrived | null)[] = gradients.map(() => null);
  for (const id of network.outputs) arrived[id] = { gradient: gradients[id]!, form: certain };
  for (let id = network.nodes.length - 1; id >= 0; id--) {
    const here = arrived[id];
    if (!here) continue;
    const node = network.nodes[id]!;
    passedDown[id]!.forEach((gradient, i) => {
      const input = node.inputs[i]!;
      if (gradient.logNorm === Number.NEGATIVE_INFINITY) return;
      const form = here.form && gradient.logNorm !== null ? gradientNoise(node, i, here.form, signals) : null;
      arrived[input] = joinedForms(arrived[input] ?? null, { gradient, form }, input, signals);
    });
  }
  return arrived.map((one) => one?.form ?? null);
}

/** Gradients of two uses are independent vectors, and so is their product. */
function joinedForms(before: Arrived | null, more: Arrived, id: number, { states, noises, samples }: Signals): Arrived {
  if (!before) return more;
  const [a, b] = [before.gradient.logNorm, more.gradient.logNorm];
  const channels = numberOf(states[id]!.channels);
  if (a === null || b === null) return { gradient: { ...before.gradient, logNorm: null }, form: null };
  const larger = Math.max(a, b);
  const logNorm = larger + Math.log(Math.exp(a - larger) + Math.exp(b - larger));
  const [first, second] = [Math.exp(a - logNorm), Math.exp(b - logNorm)];
  const coherence = first * before.gradient.coherence + second * more.gradient.coherence;
  const gradient = { ...before.gradient, logNorm, coherence };
  if (!before.form || !more.form || channels === null) return { gradient, form: null };
  const product = Math.sqrt(Math.max(0, before.gradient.coherence) * Math.max(0, more.gradient.coherence));
  const cross = (4 * first * second * evennessOfGradient(states[id]!, product, samples).of(2)) / channels;
  return {
    gradient,
    form: noises.sum(
      [
        [first, before.form],
        [second, more.form],
      ],
      cross,
    ),
  };
}

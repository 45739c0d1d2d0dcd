import type { Affine, Node } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { evennessOfGradient } from './evenness.js';
import { positions } from './extent.js';
import { certain, type LinearForm } from './linear-form.js';
import { maskNoise, type Signals, squareVariance } from './signal-noise.js';
import { lastWrite } from './weight-moments.js';

/** Fluctuation of ln ‖∂f/∂x‖² at input i of a node, as far as it comes through this node, from that at its output. */
export function gradientNoise(node: Node, i: number, above: LinearForm, signals: Signals): LinearForm | null {
  const { noises, states } = signals;
  const input = node.inputs[i]!;
  switch (node.kind) {
    case 'affine': {
      const noise = inputNoise(node, input, signals);
      return noise === null ? null : noises.product([[1, above]], noise);
    }
    case 'activation': {
      const slope = signals.slopes[node.id];
      const length = signals.forms[input];
      return slope && length
        ? noises.product([
            [1, above],
            [slope.tilt, length],
            [1, slope.noise],
          ])
        : null;
    }
    case 'normalization':
      return normalized(node, input, above, signals);
    case 'dropout': {
      const mask = signals.masks[node.id];
      if (mask)
        return noises.product([
          [1, above],
          [1, mask],
        ]);
      const noise = maskNoise(node, signals);
      return noise === null ? null : noises.product([[1, above]], noise);
    }
    case 'multiply': {
      const other = node.inputs[1 - i];
      const form = other === undefined ? null : signals.forms[other];
      const channels = numberOf(states[input]!.channels);
      if (!form || channels === null) return null;
      const even = evennessOfGradient(states[input]!, signals.gradients[input]!.coherence, signals.samples);
      return noises.product(
        [
          [1, above],
          [1, form],
        ],
        (2 * squareVariance(states[other!]!) * even.of(2)) / channels,
      );
    }
    case 'concatenate': {
      const [part, all] = [numberOf(states[input]!.channels), numberOf(states[node.id]!.channels)];
      if (part === null || all === null) return null;
      const even = evennessOfGradient(states[node.id]!, signals.gradients[node.id]!.coherence, signals.samples);
      return noises.product([[1, above]], Math.max(0, 2 / part - 2 / all) * even.of(2));
    }
    case 'add':
    case 'interpolation':
    case 'scale':
    case 'shift':
    case 'pooling':
    case 'reshape':
    case 'mask':
      return above;
    default:
      return null;
  }
}

/** ‖Wᵀδ‖² for given δ: as many Gaussian entries as W has inputs. */
function inputNoise(node: Affine & Node, input: number, { states, gradients, samples }: Signals): number | null {
  const state = states[input]!;
  const inputs = numberOf(state.channels) ?? numberOf(node.inChannels);
  const outputs = numberOf(node.outChannels);
  if (inputs === null || outputs === null) return null;
  const even = evennessOfGradient(state, gradients[input]!.coherence, samples);
  const taps = node.kernel.reduce<number>((product, size) => product * (numberOf(size) ?? 1), 1);
  const rank = positions(state.extent) * samples > 1 ? 1 / (outputs * taps) : 0;
  const share = Math.min(1, even.of(2) + rank);
  switch (lastWrite(node.layer.weight)?.family) {
    case 'orthogonal':
    case 'delta-orthogonal':
      return (
        Math.max(0, 2 / inputs - 2 / (lastWrite(node.layer.weight)?.family === 'orthogonal' ? outputs * taps : outputs)) * share
      );
    case 'identity':
    case 'dirac':
      return 0;
    default:
      return (2 / inputs) * share;
  }
}

/** The gradient is divided by the length that the normalization divides by. */
function normalized(
  node: Node & { kind: 'normalization' },
  input: number,
  above: LinearForm,
  { noises, forms, training }: Signals,
): LinearForm | null {
  const length = forms[input];
  if (node.variant === 'local-response' || (node.variant === 'batch' && !training)) return above;
  if (!length) return null;
  return length === certain
    ? above
    : noises.product([
        [1, above],
        [-1, length],
      ]);
}

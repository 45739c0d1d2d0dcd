import { activation } from '../meanfield/activations.js';
import type { Affine, Network, Node } from '../network/graph.js';
import type { Band, Spread, Uncertainty } from '../protocol.js';
import type { Fluctuations } from './fluctuations.js';
import { combined, type LinearForm } from './linear-form.js';

/** Error bars of one node. */
export function bandAt(fluctuations: Fluctuations | null, id: number): Band | null {
  if (!fluctuations) return null;
  const [signal, gradient] = [fluctuations.signals[id] ?? null, fluctuations.gradients[id] ?? null];
  return signal || gradient ? { q: signal && spreadOf(signal), gradient: gradient && spreadOf(gradient) } : null;
}

/** Error bars of the figures on the whole network: forms are subtracted before they are squared, since ends share their noise. */
export function uncertainty(
  network: Network,
  fluctuations: Fluctuations | null,
  weighted: readonly (Node & Affine)[],
): Uncertainty | null {
  const [first, last] = [weighted[0], weighted.at(-1)];
  if (!fluctuations || !first || !last) return null;
  const { signals, gradients, ownError } = fluctuations;
  const [low, high] = [gradients[first.id], gradients[last.id]];
  if (!low || !high) return null;
  const gradient = combined([
    [1, low],
    [-1, high],
  ]);
  const [lowInput, highInput] = [signals[first.inputs[0] ?? -1], signals[last.inputs[0] ?? -1]];
  const output = signals[network.outputs[0] ?? -1];
  const variance = gradient.variance + ownError ** 2;
  const activationGradient = spreadOf(gradient, ownError);
  return {
    log10Gradient: activationGradient.deviation,
    activationGradient,
    gradientRatio:
      lowInput && highInput
        ? spreadOf(
            combined([
              [-0.5, gradient],
              [-0.5, lowInput],
              [0.5, highInput],
            ]),
            ownError / 2,
          )
        : null,
    signalRatio: output ? spreadOf(output) : null,
    trust: variance < 0.25 ? 'reliable' : variance < 1 ? 'order-of-magnitude' : 'seed-dependent',
  };
}

/** From a natural logarithm. */
const spreadOf = (form: LinearForm, ownError = 0): Spread => ({
  shift: form.shift / Math.LN10,
  deviation: Math.hypot(Math.sqrt(form.variance), ownError) / Math.LN10,
});

/**
 * Where first order in 1/width is not enough: lengths that spread by more than their half move activations that are not scale-free out of the
 * range in which their moments are straight lines.
 */
export function doubts({ nodes }: Network, fluctuations: Fluctuations | null): string[] {
  if (!fluctuations) return [];
  const bent = nodes.find((node) => {
    const length = fluctuations.signals[node.inputs[0] ?? -1];
    const scaleFree = node.kind === 'activation' && activation(node.activation, node.parameters)?.homogeneous;
    return node.kind === 'activation' && !scaleFree && length && length.variance > 0.25;
  });
  if (!bent) return [];
  return [
    `Layers are narrow for this depth: at ${bent.path || bent.name} signals of single draws differ by more than half of their mean square, so that error bars are rough.`,
  ];
}

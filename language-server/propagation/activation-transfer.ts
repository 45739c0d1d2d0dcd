import type { Activation } from '../meanfield/activation.js';
import { activation } from '../meanfield/activations.js';
import { gaussianMoments } from '../meanfield/gaussian-moments.js';
import { pairMoments } from '../meanfield/pair-moments.js';
import { shiftedActivation } from '../meanfield/shifted-activation.js';
import { positions } from './extent.js';
import { balanced, inPlainUnits, type Signal } from './signal.js';
import { type NodeState, stops, type Transfer, times } from './transfer.js';

/**
 * x = φ(h) for Gaussian h: E x² = V(q), E x_a x_b = K(q, q, c), and squared gradients times D(q). Their correlation between positions
 * changes by K′/D. Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, arXiv:1611.01232.
 */
export const activationTransfer: Transfer<'activation'> = (node, [input], context) => {
  const phi = activation(node.activation, node.parameters);
  if (!phi) return stops(`The activation ${node.activation} is not one that the theory knows.`);
  if (!input?.signal) return stops(input?.reason ?? 'The activation has no input that the analysis could follow.');
  const signal = phi.homogeneous ? input.signal : inPlainUnits(input.signal);
  if (!Number.isFinite(signal.q)) return stops('The signal has grown beyond all bounds before this activation.');
  if (node.activation === 'rrelu' && context.training) context.assume('The random slopes of RReLU are replaced by their mean.');
  return throughActivation(phi, signal, input, node.id);
};

function throughActivation(phi: Activation, signal: Signal, input: NodeState, id: number): Partial<NodeState> {
  const centered = withoutMean(phi, signal);
  const { variance, pair, space, pairSpace } = centered;
  const moments = gaussianMoments(centered.phi, variance);
  const hasPositions = positions(input.extent) > 1;
  const product = (covariance: number) => kernel(centered.phi, variance, covariance);
  const across = product(pair);
  const along = hasPositions ? product(space) : across;
  return {
    signal: balanced({
      logScale: signal.logScale,
      q: moments.second,
      mean: moments.mean,
      pair: across.value,
      space: along.value,
      pairSpace: hasPositions ? product(pairSpace).value : across.value,
    }),
    reason: null,
    backward: [
      times(moments.slopeSecond, hasPositions && moments.slopeSecond > 0 ? finite(along.slope / moments.slopeSecond) : 0),
    ],
    gaussian: { node: id, phi, signal: inPlainUnits(signal) },
  };
}

/** h = mean + a centered Gaussian; a mean that is small against the length changes nothing that could be seen. */
function withoutMean(phi: Activation, { q, mean, pair, space, pairSpace }: Signal) {
  const square = mean * mean;
  if (square <= 1e-9 * q) return { phi, variance: q, pair, space, pairSpace };
  return {
    phi: shiftedActivation(phi, mean),
    variance: Math.max(0, q - square),
    pair: pair - square,
    space: space - square,
    pairSpace: pairSpace - square,
  };
}

function kernel(phi: Activation, variance: number, covariance: number) {
  const c = variance > 0 ? Math.max(-1, Math.min(1, covariance / variance)) : 1;
  // Finite width moves correlations by far more than a draft's error.
  return pairMoments(phi, variance, variance, c, true);
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 1);

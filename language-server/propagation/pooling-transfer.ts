import { activation } from '../meanfield/activations.js';
import { maximumMoments } from '../meanfield/maximum-moments.js';
import type { Pooling } from '../network/graph.js';
import { type Extent, pooledExtent, positions, windowSize } from './extent.js';
import { belowPooling, type Profile } from './profile.js';
import { balanced, inPlainUnits, type Signal } from './signal.js';
import { type Backward, type GaussianOrigin, type NodeState, stops, type Transfer } from './transfer.js';

/**
 * Average over w positions of second moment q and product s: (q + (w − 1)s)/w. Maximum: the largest of w equicorrelated Gaussians.
 * Novak et al. 2019, arXiv:1810.05148, for averages; the maximum is an approximation that neglects distances.
 */
export const poolingTransfer: Transfer<'pooling'> = (node, [input], { assume }) => {
  const inputExtent = input?.extent ?? [];
  const extent = pooledExtent(node, inputExtent);
  if (!input?.signal) return { extent, ...stops(input?.reason ?? 'The pooling has no input that the analysis could follow.') };
  const count = windowSize(node, inputExtent);
  if (isMaximum(node)) {
    assume('Max-pooling is treated as the maximum of equally correlated Gaussians.');
    return { extent, ...maximum(node, input, input.signal, count, extent) };
  }
  const backward = { ...averageBackward(count, inputExtent, extent), spread: spreadBelow(node, inputExtent) };
  return { extent, signal: average(input.signal, count), reason: null, backward: [backward] };
};

const isMaximum = ({ variant }: Pooling): boolean => variant === 'max' || variant === 'global-max' || variant === 'adaptive-max';

const spreadBelow = (node: Pooling, extent: Extent) => (above: Profile) => ({
  profile: belowPooling(node, extent, above),
  share: 1,
});

function average(signal: Signal, count: number): Signal {
  return balanced({
    ...signal,
    q: (signal.q + (count - 1) * signal.space) / count,
    pair: (signal.pair + (count - 1) * signal.pairSpace) / count,
  });
}

/** Each input receives 1/w of the gradient; all inputs of a window the same one. */
function averageBackward(count: number, input: Extent, output: Extent): Backward {
  const pairs = Math.max(1, positions(input) - 1);
  return { logFactor: -Math.log(count), offset: (count - 1) / pairs, gain: (count * (positions(output) - 1)) / pairs };
}

function maximum(node: Pooling, input: NodeState, signal: Signal, count: number, extent: Extent): Partial<NodeState> {
  const origin = input.gaussian ?? { node: -1, phi: activation('linear')!, signal: inPlainUnits(signal) };
  const pairs = Math.max(1, positions(input.extent) - 1);
  const backward = { logFactor: 0, offset: 0, gain: (positions(extent) - 1) / pairs, spread: spreadBelow(node, input.extent) };
  return { signal: largest(origin, count), reason: null, backward: [backward], gaussian: null };
}

function largest({ phi, signal }: GaussianOrigin, count: number): Signal {
  // The gaussian part alone is correlated; a mean shifts all positions alike.
  const square = signal.mean * signal.mean;
  const variance = Math.max(0, signal.q - square);
  const space = Math.max(0, Math.min(variance, signal.space - square));
  const moments = maximumMoments(phi, variance, variance > 0 ? space / variance : 0, count);
  const cross = (signal.pair - square + (count - 1) * (signal.pairSpace - square)) / count;
  const common = (covariance: number) => (space > 0 ? Math.max(0, Math.min(1, covariance / space)) : 0);
  return balanced({
    logScale: 0,
    q: moments.second,
    mean: moments.mean,
    pair: moments.product(common(cross)),
    space: moments.spatial,
    pairSpace: moments.product(common(signal.pairSpace - square)),
  });
}

/** E φ′² at the maximum, which is what the activation below a max-pooling passes back instead of D. */
export function slopeAtMaximum({ phi, signal }: GaussianOrigin, count: number): number {
  const square = signal.mean * signal.mean;
  const variance = Math.max(0, signal.q - square);
  return maximumMoments(phi, variance, variance > 0 ? Math.max(0, signal.space - square) / variance : 0, count).slopeSecond;
}

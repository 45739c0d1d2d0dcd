import { softmaxMoments } from '../meanfield/softmax-moments.js';
import type { Node, Shape } from '../network/graph.js';
import { equals, multiply, numberOf, type Quantity } from '../network/quantity.js';
import { areTokens } from './channel-attention.js';
import { reducedAxes } from './reduced-axes.js';
import { balanced, inPlainUnits } from './signal.js';
import { type Context, type NodeState, stops, times, unknownAlikeness } from './transfer.js';

/** Why a softmax stops the signal where nobody knows over how many entries it goes. */
const unfollowed = 'Softmax is no function of single units: the theory stops here.';

/**
 * Softmax over n features or positions, of gates and of mixtures. Its logits are Gaussian; with v the variance of what differs between them and
 * S = E Σ a², E a² = S/n, and two softmaxes whose logits have the correlation ρ have E Σ a a′ = (n S)^ρ/n, which is exact for large n. Backwards
 * squared gradients that have nothing in common pass with Σ a² − 2 Σ a³ + (Σ a²)², a row.
 */
export function softmaxOfUnits(
  node: Extract<Node, { kind: 'softmax' }>,
  input: NodeState | undefined,
  context: Context,
): Partial<NodeState> {
  if (!input?.signal) return stops(input?.reason ?? unfollowed);
  const shape = context.shapes[node.inputs[0]!] ?? null;
  const along = node.axis === undefined ? null : axesOfSoftmax(node.axis, shape, input);
  if (!along) return stops(unfollowed);
  if (input.restarted) return stops(unknownAlikeness);
  const { q, mean, pair, space, near, pairSpace } = inPlainUnits(input.signal);
  const { overPositions, count } = along;
  const common = overPositions ? space : mean * mean;
  const variance = Math.max(0, q - common);
  if (!Number.isFinite(variance) || variance > widest) return stops(unfollowed);
  const { square, cube } = softmaxMoments(variance, count);
  const product = (value: number, base: number) =>
    (count * square) ** Math.max(0, Math.min(1, variance > 0 ? (value - base) / variance : 1)) / count ** 2;
  // Of positions of one softmax one gets what others do not.
  const other = count > 1 ? (1 - square) / (count * (count - 1)) : 1;
  const signal = overPositions
    ? { q: square / count, pair: product(pair - pairSpace, 0), space: other, near: other, pairSpace: 1 / count ** 2 }
    : {
        q: square / count,
        pair: product(pair, common),
        space: product(space, common),
        near: product(near, common),
        pairSpace: product(pairSpace, common),
      };
  return {
    signal: balanced({ logScale: 0, mean: 1 / count, ...signal }),
    reason: null,
    extent: input.extent,
    backward: [
      {
        ...times(Math.max(0, square - 2 * cube + square * square) / count),
        // What all entries of a row have in common, it takes away.
        ...(overPositions && { gathered: (coherence: number) => Math.max(0, 1 - Math.max(0, coherence)) }),
      },
    ],
  };
}

/** Over how many positions or features a softmax goes. */
function axesOfSoftmax(axis: number, shape: Shape, input: NodeState): { overPositions: boolean; count: number } | null {
  const { channels, extent } = input;
  const reduced = reducedAxes([axis], shape, channels, extent);
  if (reduced) {
    const count = extent.reduce((product, size, i) => (reduced.along[i] ? product * size : product), 1);
    return reduced.along.includes(true) ? { overPositions: true, count } : { overPositions: false, count: reduced.features };
  }
  // Tokens between heads and their features.
  const count = numberOf(shape?.[axis] ?? null);
  if (!shape || count === null || channels === null || !areTokens(count, extent)) return null;
  const features = shape.reduce<Quantity>((product, size, i) => (i === 0 || i === axis ? product : multiply(product, size)), 1);
  return equals(features, channels) ? { overPositions: true, count } : null;
}

/** Where one entry takes it all: no gradient passes. */
const widest = 20;

import type { Shape } from '../network/graph.js';
import { equals, type Quantity } from '../network/quantity.js';
import { positions } from './extent.js';
import type { Signal } from './signal.js';
import type { NodeState } from './transfer.js';

/**
 * Whether a tensor has entries of its own for each position of the map that it is added to, as a table of positions has, or the same for all of
 * them, as a bias has; `null` where the sizes do not tell.
 */
export function variesAlong(shape: Shape, map: Pick<NodeState, 'channels' | 'extent'>, mapShape: Shape): boolean | null {
  if (!shape || !mapShape || shape.length > mapShape.length || positions(map.extent) <= 1) return null;
  const missing = mapShape.length - shape.length;
  const channels = channelAxis(map, mapShape);
  // Where one holds the samples, an added tensor may well tell them apart.
  const samples = samplesAxis(map, mapShape);
  return shape.some((size, i) => missing + i !== channels && missing + i !== samples && equals(size, 1) !== true);
}

/** The first dimension, unless tokens stand there. */
function samplesAxis({ extent }: Pick<NodeState, 'extent'>, [first, second]: readonly Quantity[]): number {
  return extent.length === 1 && first === extent[0] && second !== extent[0] ? 1 : 0;
}

/** Maps have their channels before the positions, tokens behind them. */
function channelAxis({ channels, extent }: Pick<NodeState, 'channels' | 'extent'>, shape: readonly Quantity[]): number {
  const [first, last] = [Math.max(0, shape.length - 1 - extent.length), shape.length - 1];
  const [likely, other] = extent.length > 1 ? [first, last] : [last, first];
  return channels !== null && equals(shape[likely]!, channels) !== true && equals(shape[other]!, channels) ? other : likely;
}

/** Entries that are the same at all positions. */
export const sameEverywhere = (signal: Signal): Signal => ({
  ...signal,
  space: signal.q,
  near: signal.q,
  pairSpace: signal.pair,
});

/** Entries that are independent at different positions. */
export function independent(signal: Signal): Signal {
  const square = signal.mean ** 2;
  return { ...signal, space: square, near: square, pairSpace: square };
}

import type { Shape } from '../network/graph.js';
import { equals, multiply, numberOf, type Quantity } from '../network/quantity.js';
import type { Extent } from './extent.js';

/** What a reduction over named dimensions takes together. */
export interface Reduced {
  /** By dimension of the map: whether its positions are. */
  readonly along: readonly boolean[];
  /** Features that become one, 1 where each stays. */
  readonly features: number;
}

/**
 * Which dimensions of `x.mean(1)` are positions and which are features: features are those whose product is the number of channels, beside the
 * batch and as many others as the map has.
 *
 * @returns `null` where that cannot be told, or the batch is among them
 */
export function reducedAxes(over: readonly number[], shape: Shape, channels: Quantity | null, extent: Extent): Reduced | null {
  if (!shape || channels === null || over.some((axis) => axis <= 0 || axis >= shape.length)) return null;
  // A view may have dropped dimensions of a single position.
  const all = extent.map((_, i) => i);
  const long = all.filter((i) => extent[i]! > 1);
  const ways = long.length < all.length ? [all, long] : [all];
  for (const dimensions of ways) {
    const map = dimensions.map((i) => extent[i]!);
    const features = featureAxes(shape, channels, map);
    if (features) return reducedAmong(over, shape, features, { map, dimensions, rank: extent.length });
  }
  return null;
}

function reducedAmong(
  over: readonly number[],
  shape: readonly Quantity[],
  [first, end]: readonly [number, number],
  { map, dimensions, rank }: { readonly map: Extent; readonly dimensions: readonly number[]; readonly rank: number },
): Reduced | null {
  let count: Quantity = 1;
  for (const axis of over) if (axis >= first && axis < end) count = multiply(count, shape[axis]!);
  const known = numberOf(count);
  if (known === null) return null;
  // Positions stand before the features or behind them, in the order of the map.
  const along = Array<boolean>(rank).fill(false);
  map.forEach((_, i) => {
    along[dimensions[i]!] = over.includes(1 + i < first ? 1 + i : 1 + i + end - first);
  });
  return { along, features: known };
}

/** First of the dimensions that hold features, and that behind the last. */
export function featureAxes(shape: readonly Quantity[], channels: Quantity, extent: Extent): [number, number] | null {
  const width = shape.length - 1 - extent.length;
  if (width < 1) return null;
  const found = Array.from({ length: extent.length + 1 }, (_, i): [number, number] => [1 + i, 1 + i + width]).filter(
    ([first, end]) =>
      equals(shape.slice(first, end).reduce(multiply, 1), channels) === true &&
      [...shape.slice(1, first), ...shape.slice(end)].every((size, i) => (numberOf(size) ?? extent[i]) === extent[i]),
  );
  // Where sizes leave it open: maps have features first, tokens last.
  return (extent.length > 1 ? found[0] : found.at(-1)) ?? null;
}

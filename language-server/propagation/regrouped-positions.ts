import type { Node, Reshape, Shape } from '../network/graph.js';
import { divide, equals, multiply, numberOf, type Quantity } from '../network/quantity.js';
import { type Extent, entriesRatio, positions } from './extent.js';
import { inPlainUnits, type Signal } from './signal.js';
import { type Context, type NodeState, passes } from './transfer.js';

/**
 * Neighbours of a map that become features of one position, as where patches are merged, or features that become neighbours, as behind a pixel
 * shuffle; `null` where positions stay what they are.
 */
export function regroupedPositions(
  node: Reshape & Node,
  input: NodeState,
  before: Shape,
  context: Context,
): Partial<NodeState> | null {
  const { shape } = node;
  const { channels, extent } = input;
  if (!shape || !before || channels === null || positions(extent) <= 1 || equals(shape[0]!, before[0]!) !== true) return null;
  const isPermuted = node.order !== undefined && node.split === undefined;
  if (isPermuted || shape.length > extent.length + 2 || entriesRatio(shape, before) !== 1) return null;
  const [first, last] = [
    { features: shape[1], sizes: shape.slice(2).map(numberOf) },
    { features: shape.at(-1), sizes: shape.slice(1, -1).map(numberOf) },
  ];
  const all = multiply(channels, positions(extent));
  // Maps have features first, tokens last.
  const ways = (extent.length > 1 ? [first, last] : [last, first]).flatMap(({ features, sizes }) => {
    const regrouped = features === undefined ? null : regroupedExtent(extent, sizes);
    return regrouped && equals(multiply(features!, positions(regrouped)), all) ? [{ features: features!, regrouped }] : [];
  });
  const others = ways.filter(({ features }) => equals(features, channels) !== true);
  // Where positions may be what they were, dimensions have changed places, unless a layer behind tells.
  const way = others.length === ways.length ? others[0] : others.find(({ features }) => isRead(features, node.id, context));
  return way ? { ...regroup(input, way.features, way.regrouped), channels: way.features, extent: way.regrouped } : null;
}

/** A dense layer takes this many features of what a node makes. */
const isRead = (features: Quantity, id: number, { consumers, nodes }: Context): boolean =>
  consumers[id]!.some((reader) => {
    const node = nodes[reader]!;
    return node.kind === 'affine' && node.variant === 'dense' && node.inChannels !== null && equals(node.inChannels, features);
  });

/** Sizes of which each is a multiple or a part of what it was; of tokens in a row those of the map that they make. */
function regroupedExtent(extent: Extent, sizes: readonly (number | null)[]): Extent | null {
  if (!sizes.every((size): size is number => size !== null && size > 0)) return null;
  if (sizes.length === extent.length) {
    const isRegrouped = extent.every((size, i) => size % sizes[i]! === 0) || sizes.every((size, i) => size % extent[i]! === 0);
    return isRegrouped ? sizes : null;
  }
  if (sizes.length !== 1) return null;
  const factor = (sizes[0]! / positions(extent)) ** (1 / extent.length);
  const scaled = extent.map((size) => Math.round(size * factor));
  return positions(scaled) === sizes[0] ? scaled : null;
}

function regroup({ signal, reason, channels, extent, gaussian, origin, unevenness }: NodeState, features: Quantity, to: Extent) {
  const [many, few] = [Math.max(positions(extent), positions(to)), Math.min(positions(extent), positions(to))];
  const spreads = numberOf(divide(channels!, features))! > 1;
  // Of the pairs among many positions those that hold the same feature of the few.
  const alike = (few - 1) / (many - 1);
  const apart = (one: Signal): Signal => {
    const square = one.mean ** 2;
    const of = (value: number) => square + alike * (value - square);
    return { ...one, space: of(one.space), near: of(one.space), pairSpace: of(one.pairSpace) };
  };
  return {
    signal: spreads && signal ? apart(signal) : signal,
    reason,
    backward: [spreads ? passes : { ...passes, gain: alike }],
    gaussian: spreads && gaussian ? { ...gaussian, signal: apart(inPlainUnits(gaussian.signal)) } : gaussian,
    origin,
    unevenness,
  };
}

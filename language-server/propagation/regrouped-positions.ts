import type { Node, Reshape, Shape } from '../network/graph.js';
import { equals, multiply, numberOf, type Quantity } from '../network/quantity.js';
import { type Extent, entriesRatio, positions } from './extent.js';
import { featureAxes } from './reduced-axes.js';
import { inPlainUnits, type Signal } from './signal.js';
import { type Context, type NodeState, passes } from './transfer.js';

/**
 * Neighbours of a map that become features of one position, as where patches are merged, or features that become neighbours, as behind a pixel
 * shuffle; `null` where positions stay what they are.
 */
export function regroupedPositions(node: Reshape & Node, input: NodeState, context: Context): Partial<NodeState> | null {
  const { shape } = node;
  const { channels, extent } = input;
  if (!shape || shape.length < 3 || shape.length > extent.length + 2 || channels === null || positions(extent) <= 1) return null;
  const before = context.shapes[node.inputs[0]!] ?? null;
  // Most of what is rearranged keeps the features where they are.
  if (entriesRatio(shape, before) !== 1 || (equals(shape.at(-1)!, channels) && before && equals(before.at(-1)!, channels)))
    return null;
  const layout = layoutOf(node, context);
  const to = layout && regroupedExtent(layout, extent.length);
  const ratio = to ? positions(extent) / positions(to) : 1;
  return to && ratio !== 1 ? { ...regroup(input, to), channels: multiply(channels, ratio), extent: to } : null;
}

/** A factor of a dimension: samples, features, or positions along a dimension of the map. */
interface Factor {
  readonly of: 'samples' | 'features' | number;
  readonly size: Quantity;
}

/** The factors of each dimension, slowest first. */
type Layout = readonly (readonly Factor[])[];

/** Follows the dimensions of what something else than rearranging has made; `null` where they cannot be told. */
function layoutOf(node: Reshape & Node, { nodes, states }: Context): Layout | null {
  const steps = [node];
  let source = nodes[node.inputs[0]!]!;
  for (; source.kind === 'reshape' && source.inputs.length === 1 && steps.length < 16; source = nodes[source.inputs[0]!]!)
    steps.push(source);
  const { channels, extent } = states[source.id]!;
  let layout = channels === null ? null : layoutOfMap(source.shape, channels, extent);
  let shape = source.shape;
  for (const step of steps.reverse()) {
    if (!layout || !step.shape || step.taken || step.copies || entriesRatio(step.shape, shape) !== 1) return null;
    if (step.split) layout = viewed(layout, step.split);
    if (layout && step.order) layout = step.order.map((axis) => layout![axis]!);
    layout = layout && viewed(layout, step.shape);
    shape = step.shape;
  }
  return layout;
}

function layoutOfMap(shape: Shape, channels: Quantity, extent: Extent): Layout | null {
  if (!shape) return null;
  const along = extent.map((size, of): Factor => ({ of, size }));
  // Positions in a row, or side by side.
  for (const map of [along.map((factor) => [factor]), [along]]) {
    const sizes = map.map((factors) => factors.reduce((product, { size }) => product * (size as number), 1));
    const found = featureAxes(shape, channels, sizes);
    if (!found) continue;
    const [first, end] = found;
    const features = shape.slice(first, end).map((size): Factor[] => [{ of: 'features', size }]);
    return [[{ of: 'samples', size: shape[0]! }], ...map.slice(0, first - 1), ...features, ...map.slice(first - 1)];
  }
  return null;
}

/** The same entries in order as dimensions of other sizes. */
function viewed(layout: Layout, shape: readonly Quantity[]): Layout | null {
  const left = layout.flat().filter(({ size }) => equals(size, 1) !== true);
  const result: Factor[][] = [];
  for (const size of shape) {
    const dimension: Factor[] = [];
    let missing = size;
    while (equals(missing, 1) !== true) {
      const next = left.shift();
      if (!next) return null;
      if (equals(next.size, missing)) {
        dimension.push(next);
        break;
      }
      const [own, wanted] = [numberOf(next.size), numberOf(missing)];
      if (own === null || wanted === null) return null;
      if (wanted % own === 0) dimension.push(next);
      else if (own % wanted === 0) {
        dimension.push({ of: next.of, size: wanted });
        left.unshift({ of: next.of, size: own / wanted });
      } else return null;
      missing = Math.max(1, wanted / own);
    }
    result.push(dimension);
  }
  return left.length === 0 ? result : null;
}

/** Sizes of the map that dimensions make: features between positions spread them, positions among all features are gone. */
function regroupedExtent([samples = [], ...dimensions]: Layout, rank: number): Extent | null {
  // Windows beside the samples are maps of their own.
  if (samples.some(({ of }) => of !== 'samples')) return null;
  const sizes = Array<number>(rank).fill(1);
  const holds = (factors: readonly Factor[], what: 'features' | 'positions') =>
    factors.some(({ of }) => (what === 'positions' ? typeof of === 'number' : of === what));
  const withFeatures = dimensions.filter((factors) => holds(factors, 'features'));
  for (const factors of dimensions) {
    if (!holds(factors, 'positions') || (withFeatures.length === 1 && factors === withFeatures[0])) continue;
    let along = factors.find(({ of }) => typeof of === 'number')!.of as number;
    for (const { of, size } of factors) {
      if (of === 'samples') return null;
      if (typeof of === 'number') along = of;
      sizes[along]! *= numberOf(size) ?? Number.NaN;
    }
  }
  return sizes.some(Number.isNaN) ? null : sizes;
}

function regroup({ signal, reason, extent, gaussian, origin, unevenness }: NodeState, to: Extent): Partial<NodeState> {
  const [many, few] = [Math.max(positions(extent), positions(to)), Math.min(positions(extent), positions(to))];
  const spreads = positions(to) === many;
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

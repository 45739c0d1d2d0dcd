import type { Node, Padding, Reshape, Shape } from '../network/graph.js';
import { equals, numberOf } from '../network/quantity.js';
import { ratioOf } from './affine-transfer.js';
import { type Extent, positions } from './extent.js';
import { flat, type Profile } from './profile.js';
import { balanced, type Signal } from './signal.js';
import { type Backward, type Context, type NodeState, passes } from './transfer.js';

/**
 * A map with zeros around it or beside its channels, `F.pad` and `nn.ZeroPad2d`, which convolutions behind it meet as they meet a padding of their own;
 * or with its own entries around it, as where it is reflected. `null` where it is no map, or not known how much is put there.
 */
export function paddedMap(node: Reshape & Node, input: NodeState, { shapes }: Context): Partial<NodeState> | null {
  const before = shapes[node.inputs[0]!] ?? null;
  if (!node.padding || !before || !node.shape || input.attention || input.tokens) return null;
  const places = placesOf(before, input);
  const pads = places && numbersOf(node.padding);
  if (!pads) return null;
  const [channelAxis, first] = places;
  const isOfMap = (axis: number) => axis === channelAxis || (axis >= first && axis < first + input.extent.length);
  if (pads.some(([low, high], axis) => low < 0 || high < 0 || (low + high > 0 && !isOfMap(axis)))) return null;
  const around = pads.slice(first, first + input.extent.length);
  const extent = input.extent.map((size, i) => size + around[i]![0] + around[i]![1]);
  const channels = node.shape[channelAxis]!;
  const { signal, reason, origin, unevenness } = input;
  if (!node.padding.zeros) {
    const spread = () => ({ profile: flat(input.extent), share: 1 });
    const { gaussian, stream } = input;
    return { channels, extent, signal, reason, profile: null, gaussian, stream, unevenness, backward: [{ ...passes, spread }] };
  }
  const kept = ratioOf(before[channelAxis]!, channels);
  if (kept === null) return null;
  const widened = equals(before[channelAxis]!, channels) !== true;
  const backward: Backward = { ...passes, logFactor: Math.log(kept), spread: (above) => inside(above, input.extent, around) };
  return {
    channels,
    extent,
    signal: signal && amongZeros(signal, kept, positions(input.extent), positions(extent)),
    reason,
    profile: surrounded(input.profile ?? flat(input.extent), around),
    backward: [backward],
    unevenness,
    ...(!widened && { gaussian: input.gaussian, stream: input.stream }),
    ...(extent.every((size, i) => size === input.extent[i]) && !widened && { origin }),
  };
}

/** The dimension of the channels and the first of the positions: maps have their channels before them, tokens behind them. */
function placesOf(before: NonNullable<Shape>, { channels, extent }: NodeState): readonly [number, number] | null {
  if (extent.length === 0 || before.length !== extent.length + 2 || channels === null) return null;
  const ways = [
    [1, 2],
    [before.length - 1, 1],
  ] as const;
  const fits = ([channel, first]: readonly [number, number]) =>
    equals(before[channel]!, channels) === true && extent.every((size, i) => numberOf(before[first + i]) === size);
  return (extent.length > 1 ? ways.find(fits) : ways.findLast(fits)) ?? null;
}

type Sides = readonly [before: number, after: number];

function numbersOf({ around }: Padding): readonly Sides[] | null {
  const sides = around.map(([before, after]) => [numberOf(before), numberOf(after)] as const);
  return sides.every((pair): pair is Sides => !pair.includes(null)) ? sides : null;
}

/** Means over all entries, of which some are 0 now. */
function amongZeros(signal: Signal, channels: number, from: number, to: number): Signal {
  const own = (channels * from) / to;
  const pairs = to > 1 ? (own * (from - 1)) / (to - 1) : own;
  const { logScale, q, mean, pair, space, near, pairSpace } = signal;
  return balanced({
    logScale,
    q: own * q,
    mean: own * mean,
    pair: own * pair,
    space: pairs * space,
    near: pairs * space + own * (near - space),
    pairSpace: pairs * pairSpace,
  });
}

function surrounded(profile: Profile, around: readonly Sides[]): Profile {
  return profile.map((axis, i) => {
    const [low, high] = around[i]!;
    if (low + high === 0) return axis;
    const values = new Float64Array(axis.length + low + high);
    values.set(axis, low);
    const scale = values.length / axis.length;
    return values.map((value) => value * scale);
  });
}

/** What gradients are inside of the padding, and their share of all. */
function inside(above: Profile, extent: Extent, around: readonly Sides[]): { profile: Profile; share: number } {
  let share = 1;
  const profile = above.map((axis, i) => {
    const values = axis.slice(around[i]![0], around[i]![0] + extent[i]!);
    const sum = values.reduce((all, value) => all + value, 0);
    share *= sum / axis.reduce((all, value) => all + value, 0);
    return values.map((value) => (sum > 0 ? (value * values.length) / sum : 1));
  });
  return { profile, share };
}

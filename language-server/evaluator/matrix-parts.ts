import type { Distribution } from '../network/distribution.js';
import type { Parameter, Shape } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { rangeOf } from './slice-range.js';
import type { ParameterValue, Value } from './values.js';

/** Places from the first to the last, exclusive, along each axis of a tensor. */
type Box = readonly (readonly [from: number, to: number])[];

/** The tensor that a value is a part of; `box`: which part, `'all'`: another view of it, `null`: which one is not known. */
export interface PartOf {
  readonly whole: ParameterValue;
  readonly box: Box | 'all' | null;
}

/** `weight[:, :3]`, `weight[0]`: what is written into it is written into the whole. */
export function matrixPart(whole: ParameterValue, key: Value): ParameterValue {
  const sizes = knownSizes(whole.parameter.shape);
  const keys = key.kind === 'tuple' ? key.items : [key];
  const cuts = sizes && keys.length <= sizes.length ? keys.map((one, axis) => cut(one, sizes[axis]!)) : [null];
  if (!sizes || cuts.some((one) => one === null)) return part({ whole, box: null }, null);
  const box = sizes.map((size, axis): [number, number] => cuts[axis]?.range ?? [0, size]);
  const shape = box.flatMap(([from, to], axis) => (cuts[axis]?.single ? [] : [to - from]));
  return part({ whole, box }, shape);
}

/** `weight.chunk(4)`, `weight.split(size)`: parts of one length along an axis; `null` where the sizes are not known. */
export function equalParts(whole: ParameterValue, by: 'chunk' | 'split', number: number, axis: number): ParameterValue[] | null {
  const sizes = knownSizes(whole.parameter.shape);
  const size = sizes?.[axis];
  const length = by === 'split' ? number : Math.ceil((size ?? 0) / number);
  if (!sizes || size === undefined || !(length >= 1) || size > 1000 * length) return null;
  return Array.from({ length: Math.ceil(size / length) }, (_, i) => {
    const box = sizes.map((one, k): [number, number] => (k === axis ? [i * length, Math.min(size, (i + 1) * length)] : [0, one]));
    return part(
      { whole, box },
      box.map(([from, to]) => to - from),
    );
  });
}

/** `weight.view(rows, -1)`, `weight.t()`: the same numbers in another shape. */
export const viewOf = (whole: ParameterValue, shape: Shape): ParameterValue => part({ whole, box: 'all' }, shape);

function part(blockOf: PartOf, shape: Shape): ParameterValue {
  const { parameter } = blockOf.whole;
  return {
    kind: 'parameter',
    parameter: { name: parameter.name, shape, writes: [...parameter.writes.slice(-1)] },
    trainable: false,
    blockOf,
  };
}

/** Writes into the whole what its part holds now. */
export function writeBlock({ parameter, blockOf }: ParameterValue): void {
  const write = parameter.writes.at(-1);
  if (!blockOf || !write) return;
  const { whole, box } = blockOf;
  if (box === 'all') whole.parameter.writes.push(write);
  else if (box === null) whole.parameter.writes.push(unknownIn(write));
  else writeBox(whole.parameter, box, write);
  writeBlock(whole);
}

const unknownIn = (write: Distribution): Distribution => ({
  family: 'unknown',
  mean: null,
  variance: null,
  formula: null,
  source: { ...write.source, changes: true },
});

/** What was written into boxes of a tensor since it was last written as a whole. */
interface Boxes {
  readonly base: Distribution;
  readonly written: { readonly box: Box; readonly write: Distribution }[];
  last: Distribution;
}

const known = new WeakMap<Parameter, Boxes>();

/** Below this share of its entries, a part changes nothing about the tensor that anyone would notice: the row of a padding index. */
const negligible = 0.05;

function writeBox(parameter: Parameter, box: Box, write: Distribution): void {
  const sizes = knownSizes(parameter.shape);
  const before = parameter.writes.at(-1);
  if (!sizes || !before) return;
  const state = known.get(parameter);
  const boxes: Boxes = state && state.last === before ? state : { base: before, written: [], last: before };
  boxes.written.push({ box, write });
  const small = boxes.written.length === 1 && volume(box) < negligible * sizes.reduce((a, b) => a * b, 1);
  if (small && write.variance !== null) parameter.touched = true;
  else {
    boxes.last = mixture(boxes, sizes, write);
    parameter.writes.push(boxes.last);
  }
  known.set(parameter, boxes);
}

/** Mean and variance over all entries: E[W] = Σ sₖ·μₖ, Var W = Σ sₖ·(σₖ² + μₖ²) − E[W]², with the share sₖ of each write that still holds. */
function mixture({ base, written }: Boxes, sizes: readonly number[], last: Distribution): Distribution {
  const shares = new Map<Distribution, number>();
  for (const cell of cells(
    written.map(({ box }) => box),
    sizes,
  )) {
    const write = written.findLast(({ box }) => covers(box, cell))?.write ?? base;
    shares.set(write, (shares.get(write) ?? 0) + volume(cell));
  }
  const total = sizes.reduce((a, b) => a * b, 1);
  const [only] = shares.size === 1 ? shares.keys() : [];
  if (only) return only;
  let first: number | null = 0;
  let second: number | null = 0;
  for (const [{ mean, variance }, entries] of shares) {
    const [m, v] = [numberOf(mean), numberOf(variance)];
    first = first === null || m === null ? null : first + (m * entries) / total;
    second = second === null || m === null || v === null ? null : second + ((v + m * m) * entries) / total;
  }
  // Parts that one law fills, each with its own fans, are told as that law.
  const families = new Set([...shares.keys()].map(({ family }) => family));
  return {
    family: families.size === 1 ? last.family : 'unknown',
    mean: first,
    variance: first === null || second === null ? null : Math.max(0, second - first * first),
    formula: null,
    source: { ...last.source, changes: true },
  };
}

/** The grid that the borders of the boxes cut a tensor into. */
function cells(boxes: readonly Box[], sizes: readonly number[]): Box[] {
  return sizes.reduce<(readonly [number, number])[][]>(
    (sofar, size, axis) => {
      const borders = [...new Set([0, size, ...boxes.flatMap((box) => box[axis]!)])].sort((a, b) => a - b);
      const ranges = borders.slice(1).map((to, i): readonly [number, number] => [borders[i]!, to]);
      return sofar.flatMap((cell) => ranges.map((range) => [...cell, range]));
    },
    [[]],
  );
}

const covers = (box: Box, cell: Box): boolean => cell.every(([from, to], axis) => box[axis]![0] <= from && to <= box[axis]![1]);
const volume = (box: Box): number => box.reduce((product, [from, to]) => product * (to - from), 1);

function knownSizes(shape: Shape): number[] | null {
  const sizes = shape?.map((size) => numberOf(size));
  return sizes && sizes.length > 0 && sizes.length <= 5 && sizes.every((size) => size !== null) ? (sizes as number[]) : null;
}

function cut(key: Value, size: number): { range: [number, number]; single: boolean } | null {
  if (key.kind === 'number') {
    const place = numberOf(key.value);
    const from = place === null ? null : place < 0 ? size + place : place;
    return from !== null && from >= 0 && from < size ? { range: [from, from + 1], single: true } : null;
  }
  const range = key.kind === 'slice' ? rangeOf(key, size) : null;
  if (!range || range.first >= range.last) return null;
  if (range.step === 1) return { range: [range.first, range.last], single: false };
  // Every other entry, `table[:, 0::2]`: shares are all that counts, and those of the two halves do not overlap either.
  const isStride = range.step > 1 && range.first < range.step && range.last === size && size % range.step === 0;
  const part = size / range.step;
  return isStride ? { range: [range.first * part, (range.first + 1) * part], single: false } : null;
}

import { equals, numberOf, type Quantity } from '../network/quantity.js';
import type { SyntaxNode } from '../source/syntax-tree.js';
import { movedTo } from './framework-calls.js';
import type { Interpreter } from './interpreter.js';
import { opaque, toTensor } from './tensors.js';
import type { ParameterValue, Tensor, Value } from './values.js';

interface Cut {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly size: number;
  /** A place and no range: the dimension is missing in what is written. */
  readonly single: boolean;
}

/**
 * `x[:, 1:] = y` and `x[:, 1:] += y`: from here on the tensor is what stands before the part, the part, and what stands behind it. What is
 * written elsewhere than between known places leaves it as it was.
 *
 * @returns whether the places are known
 */
export function writePart(run: Interpreter, tensor: Tensor, key: Value, value: Value, node: SyntaxNode): boolean {
  const { trace } = run;
  if (!trace || value.kind !== 'tensor' || !tensor.shape || !value.shape) return false;
  const cuts = cutsOf(tensor.shape, key);
  if (!cuts) return false;
  const sizes = within(tensor.shape, cuts);
  const isMissing = (axis: number) => cuts.some((cut) => cut.single && cut.axis === axis);
  const wanted = sizes.filter((_, axis) => !isMissing(axis));
  if (!sameSizes(value.shape, wanted)) return false;
  const location = run.location(node);
  const filling =
    wanted.length === sizes.length ? value : trace.add({ kind: 'reshape' }, 'unsqueeze', [value.node], sizes, location);
  const part = (of: Tensor, cut: Cut): Tensor =>
    trace.add({ kind: 'reshape' }, 'index', [of.node], within(of.shape!, [cut]), location);
  const written = (into: Tensor, [cut, ...rest]: readonly Cut[]): Tensor => {
    if (!cut) return filling;
    const inner = rest.length > 0 ? written(part(into, cut), rest) : filling;
    const pieces = [
      ...(cut.from > 0 ? [part(into, { ...cut, from: 0, to: cut.from })] : []),
      inner,
      ...(cut.to < cut.size ? [part(into, { ...cut, from: cut.to, to: cut.size })] : []),
    ];
    return trace.add(
      { kind: 'concatenate', axis: cut.axis },
      'index_put',
      pieces.map((piece) => piece.node),
      into.shape,
      location,
    );
  };
  movedTo(tensor, written(tensor, cuts));
  return true;
}

/**
 * `out = torch.zeros(n, t, d); out[:, 0] = y`: from here on what is written flows through a tensor that held numbers. Where it stands has to be
 * known, for the rest keeps those numbers; one place of a number that nobody knows is written in a loop over all of them.
 */
export function fillPart(run: Interpreter, target: ParameterValue, key: Value, value: Tensor, node: SyntaxNode): void {
  const { trace } = run;
  const before = trace && toTensor(run, target, node);
  if (!before) return;
  if (trace.areFixed([value.node]) && trace.areFixed([before.node])) return;
  const held: Tensor = { ...before };
  if (isPlaceOfMany(held, key))
    movedTo(held, trace.add({ kind: 'reshape' }, 'index_put', [value.node], before.shape, run.location(node)));
  else if (!writePart(run, held, key, value, node)) {
    const reason = 'Which part of the tensor is written here is not followed.';
    movedTo(held, opaque(run, reason, [before.node, value.node], node, 'index_put', { shape: before.shape, weightless: true }));
  }
  trace.held.set(target.parameter, held);
}

/** `out[:, t]`, where it is not known how many there are. */
function isPlaceOfMany({ shape }: Tensor, key: Value): boolean {
  const keys = key.kind === 'tuple' ? key.items : [key];
  const places = keys.flatMap((one, axis) => (one.kind === 'number' ? [axis] : []));
  const isWhole = (one: Value) =>
    one.kind === 'number' || (one.kind === 'slice' && [one.start, one.stop, one.step].every(({ kind }) => kind === 'none'));
  return shape !== null && keys.every(isWhole) && places.length === 1 && numberOf(shape[places[0]!]) === null;
}

/** The dimensions of which a part is selected; `null` where the key selects in another way than by slices of known sizes. */
function cutsOf(shape: readonly Quantity[], key: Value): Cut[] | null {
  const keys = key.kind === 'tuple' ? key.items : [key];
  const used = keys.filter(({ kind }) => kind !== 'ellipsis').length;
  const cuts: Cut[] = [];
  let axis = 0;
  for (const one of keys) {
    if (one.kind === 'ellipsis') {
      axis = shape.length - (used - axis);
      continue;
    }
    if (axis >= shape.length || axis < 0) return null;
    const cut =
      one.kind === 'number'
        ? placeAlong(axis, shape[axis]!, one.value)
        : one.kind === 'slice'
          ? cutAlong(axis, shape[axis]!, one)
          : null;
    if (cut === null) return null;
    if (cut !== 'all') cuts.push(cut);
    axis++;
  }
  return cuts;
}

function placeAlong(axis: number, size: Quantity, at: Quantity): Cut | null {
  const [count, place] = [numberOf(size), numberOf(at)];
  if (count === null || place === null) return null;
  const from = place < 0 ? count + place : place;
  return from >= 0 && from < count ? { axis, from, to: from + 1, size: count, single: true } : null;
}

function cutAlong(axis: number, size: Quantity, { start, stop, step }: Extract<Value, { kind: 'slice' }>): Cut | 'all' | null {
  if (step.kind !== 'none') return null;
  if (start.kind === 'none' && stop.kind === 'none') return 'all';
  const count = numberOf(size);
  if (count === null) return null;
  const place = (bound: Value, absent: number): number | null => {
    if (bound.kind === 'none') return absent;
    const given = bound.kind === 'number' ? numberOf(bound.value) : null;
    return given === null ? null : Math.min(count, Math.max(0, given < 0 ? count + given : given));
  };
  const [from, to] = [place(start, 0), place(stop, count)];
  if (from === null || to === null || to <= from) return null;
  return from === 0 && to === count ? 'all' : { axis, from, to, size: count, single: false };
}

const within = (shape: readonly Quantity[], cuts: readonly Cut[]): Quantity[] =>
  shape.map((size, i) => {
    const cut = cuts.find(({ axis }) => axis === i);
    return cut ? cut.to - cut.from : size;
  });

const sameSizes = (a: readonly Quantity[], b: readonly Quantity[]): boolean =>
  a.length === b.length && a.every((size, i) => equals(size, b[i]!) === true);

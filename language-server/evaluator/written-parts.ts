import { equals, numberOf, type Quantity } from '../network/quantity.js';
import type { SyntaxNode } from '../source/syntax-tree.js';
import { movedTo } from './framework-calls.js';
import type { Interpreter } from './interpreter.js';
import type { Tensor, Value } from './values.js';

interface Cut {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/**
 * `x[:, 1:] = y` and `x[:, 1:] += y`: from here on the tensor is what stands before the part, the part, and what stands behind it. What is
 * written elsewhere than between known places leaves it as it was.
 */
export function writePart(run: Interpreter, tensor: Tensor, key: Value, value: Value, node: SyntaxNode): void {
  const { trace } = run;
  if (!trace || value.kind !== 'tensor' || !tensor.shape || !value.shape) return;
  const cuts = cutsOf(tensor.shape, key);
  if (!cuts || !sameSizes(value.shape, within(tensor.shape, cuts))) return;
  const location = run.location(node);
  const part = (of: Tensor, cut: Cut): Tensor =>
    trace.add({ kind: 'reshape' }, 'index', [of.node], within(of.shape!, [cut]), location);
  const written = (into: Tensor, [cut, ...rest]: readonly Cut[]): Tensor => {
    if (!cut) return value;
    const inner = rest.length > 0 ? written(part(into, cut), rest) : value;
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
    if (one.kind !== 'slice' || axis >= shape.length || axis < 0) return null;
    const cut = cutAlong(axis, shape[axis]!, one);
    if (cut === null) return null;
    if (cut !== 'all') cuts.push(cut);
    axis++;
  }
  return cuts;
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
  return from === 0 && to === count ? 'all' : { axis, from, to, size: count };
}

const within = (shape: readonly Quantity[], cuts: readonly Cut[]): Quantity[] =>
  shape.map((size, i) => {
    const cut = cuts.find(({ axis }) => axis === i);
    return cut ? cut.to - cut.from : size;
  });

const sameSizes = (a: readonly Quantity[], b: readonly Quantity[]): boolean =>
  a.length === b.length && a.every((size, i) => equals(size, b[i]!) === true);

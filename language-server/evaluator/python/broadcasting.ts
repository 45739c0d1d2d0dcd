import { numberOf } from '../../network/quantity.js';
import type { ListValue, Value } from '../values.js';
import { numbersIn, sizesOf } from './arrays.js';

/** Tables of known numbers stay as small as what constructors calculate with; a mask of many tokens has a law of its own. */
const manyEntries = 10_000;

/** Whether a value is an array of known numbers, as made by `torch.arange` or numpy. */
export const isArray = (value: Value): boolean => value.kind === 'list' && value.array === true;

const depth = (value: Value): number => (value.kind === 'list' ? 1 + (value.items[0] ? depth(value.items[0]) : 0) : 0);

/**
 * What an operation makes of two arrays entry by entry, where sizes of 1 are repeated and missing axes stand in front.
 *
 * @param work on two entries
 * @returns `null` where sizes do not fit, or for a table that is too large
 */
export function entryByEntry(left: Value, right: Value, work: (a: Value, b: Value) => Value): Value | null {
  return resultSize(left, right) > manyEntries ? null : broadcast(left, right, work);
}

function resultSize(left: Value, right: Value): number {
  const [a, b] = [depth(left), depth(right)];
  if (a === 0 && b === 0) return 1;
  const [below, beside] = a >= b ? [inner(left), a === b ? inner(right) : right] : [left, inner(right)];
  const length = Math.max(a >= b ? length0(left) : 1, b >= a ? length0(right) : 1);
  return below && beside ? length * resultSize(below, beside) : 0;
}

const inner = (value: Value): Value | undefined => (value.kind === 'list' ? value.items[0] : value);
const length0 = (value: Value): number => (value.kind === 'list' ? value.items.length : 1);

function broadcast(left: Value, right: Value, work: (a: Value, b: Value) => Value): Value | null {
  const [a, b] = [depth(left), depth(right)];
  if (a === 0 && b === 0) return work(left, right);
  const length = Math.max(a >= b ? length0(left) : 1, b >= a ? length0(right) : 1);
  const entry = (value: Value, isOuter: boolean, i: number): Value | undefined =>
    isOuter && value.kind === 'list' ? value.items[value.items.length === 1 ? 0 : i] : value;
  const items: Value[] = [];
  for (let i = 0; i < length; i++) {
    const [x, y] = [entry(left, a >= b, i), entry(right, b >= a, i)];
    const item = x && y ? broadcast(x, y, work) : null;
    if (!item) return null;
    items.push(item);
  }
  const numpy = [left, right].some((value) => value.kind === 'list' && value.numpy);
  return { kind: 'list', items, array: true, ...(numpy && { numpy }) };
}

/** `numbers[None, :, None]`, `table[:, 0]`: other axes, and parts along them; `null` where it is not followed. */
export function arrayPart(
  object: ListValue,
  keys: readonly Value[],
  slice: (items: readonly Value[], key: Value) => Value[] | null,
): Value | null {
  const [key, ...rest] = keys;
  if (!key) return object;
  const like = (items: readonly Value[]): ListValue => ({ ...object, items: [...items] });
  const below = (item: Value): Value | null =>
    rest.length === 0
      ? item
      : item.kind === 'list'
        ? arrayPart(item, rest, slice)
        : rest.every(({ kind }) => kind === 'none')
          ? wrapped(item, rest.length)
          : null;
  switch (key.kind) {
    case 'none': {
      const inside = arrayPart(object, rest, slice);
      return inside && like([inside]);
    }
    case 'ellipsis': {
      const given = rest.filter(({ kind }) => kind !== 'none').length;
      const colons = Array.from({ length: sizesOf(object).length - given }, () => colon);
      return arrayPart(object, [...colons, ...rest], slice);
    }
    case 'number': {
      const place = numberOf(key.value);
      const item = place === null ? undefined : object.items[place < 0 ? object.items.length + place : place];
      return item ? below(item) : null;
    }
    case 'slice': {
      const items = slice(object.items, key)?.map(below);
      return items && !items.includes(null) ? like(items as Value[]) : null;
    }
    default:
      return null;
  }

  function wrapped(item: Value, times: number): Value {
    return times === 0 ? item : like([wrapped(item, times - 1)]);
  }
}

const nothing: Value = { kind: 'none' };
const colon: Value = { kind: 'slice', start: nothing, stop: nothing, step: nothing };

/** Whether a row and a column hold the same rising numbers, such as places of tokens: compared, they give a triangle. */
export function isRowAgainstColumn(left: Value, right: Value): boolean {
  if (left.kind !== 'list' || right.kind !== 'list' || !left.array || !right.array) return false;
  const [a, b] = [sizesOf(left).slice(-2), sizesOf(right).slice(-2)];
  if (a.length < 2 || b.length < 2 || a[0] !== b[1] || a[1] !== b[0] || !(a[0] === 1 || a[1] === 1) || a[0] === a[1])
    return false;
  const [x, y] = [numbersIn(left), numbersIn(right)];
  return !!x && !!y && x.length === y.length && x.every((one, i) => one === y[i] && (i === 0 || one > x[i - 1]!));
}

/** Whether a table of truths is true on one side of its diagonal and false on the other. */
export function isTriangle(table: Value): boolean {
  if (table.kind !== 'list' || !table.array) return false;
  const { length } = table.items;
  if (length === 1) return isTriangle(table.items[0]!);
  const rows = table.items.map((row) => (row.kind === 'list' && row.items.length === length ? row.items : null));
  if (length === 0 || rows.includes(null)) return false;
  const laws: readonly ((i: number, j: number) => boolean)[] = [
    (i, j) => j <= i,
    (i, j) => j < i,
    (i, j) => j >= i,
    (i, j) => j > i,
  ];
  return laws.some((law) => rows.every((row, i) => row!.every((one, j) => one.kind === 'bool' && one.value === law(i, j))));
}

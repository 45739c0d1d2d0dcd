import { numberOf } from '../network/quantity.js';
import type { SliceValue, Value } from './values.js';

/** Places in a sequence: from `first` in steps up to `last`, exclusive. */
export interface SliceRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** The places that a slice means in a sequence of this length, as Python counts them; `null` where a bound is not a number. */
export function rangeOf({ start, stop, step }: SliceValue, length: number): SliceRange | null {
  const read = (value: Value): number | null | undefined =>
    value.kind === 'none' ? undefined : value.kind === 'number' ? numberOf(value.value) : null;
  const [from, to, by] = [read(start), read(stop), read(step)];
  if (from === null || to === null || by === null || by === 0) return null;
  const stride = by ?? 1;
  const clamp = (value: number) =>
    value < 0 ? Math.max(value + length, stride < 0 ? -1 : 0) : Math.min(value, stride < 0 ? length - 1 : length);
  return {
    first: from === undefined ? (stride < 0 ? length - 1 : 0) : clamp(from),
    last: to === undefined ? (stride < 0 ? -1 : length) : clamp(to),
    step: stride,
  };
}

export function placesOf({ first, last, step }: SliceRange): number[] {
  const places: number[] = [];
  for (let i = first; step > 0 ? i < last : i > last; i += step) places.push(i);
  return places;
}

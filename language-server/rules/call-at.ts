import type { CallReport, ModelReport, Range } from '../protocol.js';
import { sameRange } from '../range.js';

/** The call that takes up a place, as it is written. */
export function callAt({ calls = [] }: ModelReport, place: Range | null): CallReport | null {
  return (place && calls.find(({ range }) => sameRange(range, place))) ?? null;
}

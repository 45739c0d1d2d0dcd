import type { CallReport, ModelReport, Range } from '../protocol.js';

/** The call that takes up a place, as it is written. */
export function callAt({ calls = [] }: ModelReport, place: Range | null): CallReport | null {
  return (place && calls.find(({ range }) => isSamePlace(range, place))) ?? null;
}

export function isSamePlace(a: Range, b: Range): boolean {
  return (
    a.start.line === b.start.line &&
    a.start.character === b.start.character &&
    a.end.line === b.end.line &&
    a.end.character === b.end.character
  );
}

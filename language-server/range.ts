import type { Position, Range } from './protocol.js';

export function contains({ start, end }: Range, position: Position): boolean {
  return !before(position, start) && !before(end, position);
}

export function overlaps(a: Range, b: Range): boolean {
  return !before(a.end, b.start) && !before(b.end, a.start);
}

export function sameRange(a: Range, b: Range): boolean {
  return samePosition(a.start, b.start) && samePosition(a.end, b.end);
}

/** True if `a` lies within `b` and is not the same. */
export function narrower(a: Range, b: Range): boolean {
  return contains(b, a.start) && contains(b, a.end) && !sameRange(a, b);
}

function before(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}

function samePosition(a: Position, b: Position): boolean {
  return a.line === b.line && a.character === b.character;
}

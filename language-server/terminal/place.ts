import type { Range } from '../protocol.js';
import { printable } from './text-width.js';

/** `model.py:12`, `model.ipynb[cell 3]:12`: a place that people find, and that terminals turn into a link. */
export function linePlace(file: string, { start, cell }: Range): string {
  return `${printable(file)}${cell === undefined ? '' : `[cell ${cell + 1}]`}:${start.line + 1}`;
}

/** `model.py:12:5` */
export function exactPlace(file: string, range: Range): string {
  return `${linePlace(file, range)}:${range.start.character + 1}`;
}

import type { Location } from '../../network/distribution.js';

/** Equal for equal places. */
export function placeKey({ file, range: { start, end } }: Location): string {
  return `${file}:${start.line}:${start.character}:${end.line}:${end.character}`;
}

import { showDepth, showNumber, showPower } from '../language-server/format-number.js';

export { showDepth, showNumber, showPower };

/** A correlation: close to 1 the distance from 1 is what matters, so it is shown instead of a row of nines. */
export function showCorrelation(c: number | null): string {
  if (c === null) return '?';
  if (c < 1 && 1 - c < 5e-4) return `1 − ${showNumber(1 - c)}`;
  return showNumber(Number(c.toFixed(3)));
}

/** `1 layer`, `16 layers`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

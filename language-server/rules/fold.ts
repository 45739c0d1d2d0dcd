import { showPower } from '../format-number.js';

/** A factor as people say it: `24-fold`, `10¹²-fold`. @param log10 its decimal logarithm; the sign is dropped */
export function fold(log10: number): string {
  const size = Math.abs(log10);
  if (size >= 4) return `${showPower(Math.round(size))}-fold`;
  const factor = 10 ** size;
  return `${factor < 10 ? Number(factor.toFixed(1)) : Math.round(factor).toLocaleString('en-US')}-fold`;
}

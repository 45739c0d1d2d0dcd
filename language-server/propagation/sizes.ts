import type { Quantity } from '../network/quantity.js';
import { numberOf } from '../network/quantity.js';

/** Sizes as numbers; `null` where one is not known. */
export function numbersOf(sizes: readonly Quantity[]): number[] | null {
  const numbers = sizes.map(numberOf);
  return numbers.every((one) => one !== null) ? (numbers as number[]) : null;
}

export function product(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a * b, 1);
}

/** What an image, a sound or a video is taken to measure where the code does not say: only totals over positions depend on it. */
export const nominalSizes: readonly (readonly number[])[] = [[], [128], [224, 224], [16, 112, 112]];

import { showNumber } from './format-number.js';
import type { BlockStack } from './protocol.js';

/** How gradients change with the number of blocks, in words that follow their factor. */
export const lawWords: Readonly<Record<NonNullable<BlockStack['law']>, string>> = {
  bounded: 'by less than a factor of 2 in all',
  exponential: 'by the same factor in each block',
  power: 'by a power of depth',
};

/** Layers that belong to no module, as those of a plain list, have no path. */
const range = (first: string, last: string): string => (first === '' || last === '' ? '' : ` ${first} … ${last}`);

/** `by a power of depth in its 5 blocks layer3.1 … layer3.5`. */
export function describeLaw({ first, last, count, law }: BlockStack & { law: NonNullable<BlockStack['law']> }): string {
  const blocks = `its ${count} blocks${range(first, last)}`;
  return {
    bounded: `less than 2-fold over ${blocks}`,
    exponential: `alike in each of ${blocks}`,
    power: `by a power of depth in ${blocks}`,
  }[law];
}

/** `35 blocks layer3.1 … layer3.35 multiply squared gradients by 1.375 each, by a power of depth`. */
export function describeStack({ first, last, count, chi, law }: BlockStack): string {
  const factor = `multiply squared gradients by ${showNumber(chi)} each`;
  return `${count} blocks${range(first, last)} ${factor}${law ? `, ${lawWords[law]}` : ''}`;
}

/** The stack with most blocks, which rules the network. */
export const largestStack = (blocks: readonly BlockStack[]): BlockStack | null =>
  blocks.reduce<BlockStack | null>((largest, stack) => (stack.count > (largest?.count ?? 0) ? stack : largest), null);

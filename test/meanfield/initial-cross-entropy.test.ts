import { describe, expect, test } from 'vitest';
import { initialCrossEntropy } from '../../language-server/meanfield/initial-cross-entropy.js';
import { expectClose, golden } from '../golden.js';

describe('Cross-entropy of random logits', () => {
  for (const { id, inputs, expected, tolerance } of golden('initial-cross-entropy'))
    test(`is that of drawn ones: ${id}`, () =>
      expectClose(initialCrossEntropy(inputs.classes as number, inputs.variance as number), expected.crossEntropy, tolerance));
  test('is ln K for equal logits', () => expect(initialCrossEntropy(1000, 0)).toBe(Math.log(1000)));
  test('is ln K + s²/2 where s is small against √(2 ln K)', () =>
    expect(initialCrossEntropy(1e9, 1)).toBeCloseTo(Math.log(1e9) + 0.5, 3));
  test('joins the two ways to compute it', () =>
    expect(initialCrossEntropy(10, 0.0900001) - initialCrossEntropy(10, 0.0899999)).toBeCloseTo(0, 4));
  test.each([
    [0, 1],
    [Number.NaN, 1],
    [10, -1],
    [10, Number.POSITIVE_INFINITY],
  ])('refuses %d classes with variance %d', (classes, variance) =>
    expect(() => initialCrossEntropy(classes, variance)).toThrow(RangeError),
  );
});

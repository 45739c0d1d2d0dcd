import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { softmaxMoments } from '../../language-server/meanfield/softmax-moments.js';

interface Weights {
  variance: number;
  count: number;
  square: number;
  cube: number;
  /** Relative. */
  error: number;
}

const { weights } = JSON.parse(readFileSync(new URL('../golden/cosine-attention.json', import.meta.url), 'utf8')) as {
  weights: Weights[];
};

test.each(weights)('softmax over $count logits of variance $variance', ({ variance, count, square, cube, error }) => {
  const moments = softmaxMoments(variance, count);
  expect(Math.abs(moments.square / square - 1)).toBeLessThan(error);
  expect(Math.abs(moments.cube / cube - 1)).toBeLessThan(error);
});

test('equal logits share evenly, and one key takes all of logits that differ much', () => {
  expect(softmaxMoments(0, 10)).toEqual({ square: 0.1, cube: 0.01 });
  expect(softmaxMoments(3, 1)).toEqual({ square: 1, cube: 1 });
  expect(softmaxMoments(1e-4, 1000).square * 1000).toBeCloseTo(Math.exp(1e-4), 6);
  expect(softmaxMoments(400, 20).square).toBeGreaterThan(0.9);
});

test.each([
  [-1, 4],
  [1, 0],
  [Number.NaN, 4],
])('variance %d over %d keys is refused', (variance, count) => {
  expect(() => softmaxMoments(variance, count)).toThrow(RangeError);
});

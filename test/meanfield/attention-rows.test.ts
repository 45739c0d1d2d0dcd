import { describe, expect, test } from 'vitest';
import { attentionRows, sharedKeys } from '../../language-server/meanfield/attention-rows.js';
import { softmaxMoments } from '../../language-server/meanfield/softmax-moments.js';

const meanOf = (variance: number, tokens: number, of: 'square' | 'cube') =>
  attentionRows(variance, tokens, true).reduce((sum, row) => sum + row.weight * row[of], 0);

describe('Rows of a causal mask', () => {
  test.each([
    [0, 1],
    [0, 300],
    [0.3, 7],
    [0.3, 300],
    [4, 20],
    [4, 120],
  ])('variance %d, %d tokens: their mean is that over all queries', (variance, tokens) => {
    for (const of of ['square', 'cube'] as const) {
      let sum = 0;
      for (let t = 1; t <= tokens; t++) sum += softmaxMoments(variance, t)[of];
      expect(meanOf(variance, tokens, of) / (sum / tokens)).toBeCloseTo(1, 4);
    }
  });

  test('shares of the queries add up to one', () => {
    for (const tokens of [1, 5, 20, 21, 1024, 131_072])
      expect(attentionRows(0.1, tokens, true).reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  });

  test('without a mask there is one kind of row', () => {
    expect(attentionRows(0.5, 64, false)).toEqual([{ ...softmaxMoments(0.5, 64), keys: 64, weight: 1 }]);
  });
});

test.each([1, 2, 9, 40])('what two queries of %d tokens see in common', (tokens) => {
  const rows = Array.from({ length: tokens }, (_, t) => Array.from({ length: tokens }, (_, s) => (s <= t ? 1 / (t + 1) : 0)));
  let [sum, pairs] = [0, 0];
  rows.forEach((a, i) => {
    rows.forEach((b, j) => {
      if (i === j) return;
      sum += a.reduce((total, weight, s) => total + weight * b[s]!, 0);
      pairs++;
    });
  });
  expect(sharedKeys(tokens, true)).toBeCloseTo(pairs === 0 ? 1 : sum / pairs, 7);
  expect(sharedKeys(tokens, false)).toBe(1 / tokens);
});

import { expect, test } from 'vitest';
import { unevenness } from '../../language-server/meanfield/unevenness.js';

// E[ν/χ²_ν] = ν/(ν − 2), the mean of an inverse chi-squared variable.
test.each([
  [3, 9],
  [1, 9],
  [4, 1],
  [16, 9],
])('of %d channels and %d free taps is that of an inverse chi-squared variable', (channels, taps) => {
  const count = channels * taps;
  expect(unevenness(channels, taps, 0, true)).toBeCloseTo(count / (count - 2), 4);
});

test('of taps that nearly agree is that of the channels alone', () => {
  expect(unevenness(16, 9, 0.9999, true)).toBeCloseTo(16 / 14, 2);
});

test('is finite where its expectation is not', () => {
  expect(unevenness(1, 1, 0, true)).toBeLessThanOrEqual(10);
});

test('refuses what is no kernel', () => {
  expect(() => unevenness(0, 9, 0, true)).toThrow(RangeError);
  expect(() => unevenness(3, 0, 0, true)).toThrow(RangeError);
  expect(() => unevenness(3, 9, 1, true)).toThrow(RangeError);
});

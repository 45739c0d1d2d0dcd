import { expect, test } from 'vitest';
import { describeMeans } from './means.js';

// Sines of numbers that are not worked out stopped signals, and a constant that convolutions read had no borders: 0.16 decades too large.
const { text, analyzer } = describeMeans('encoded_places', () => 0.03);

test('what is taken for the sines is said', () => {
  const { models } = analyzer().analyzeText(text, { file: 'encoded_places.py' });
  const assumptions = (name: string) => models.find(({ entry }) => entry === name)!.summary.assumptions.join(' ');
  expect(assumptions('Counted')).toContain('Sines and cosines that encode places have second moment 1/2');
  expect(assumptions('Constant')).not.toContain('Sines');
});

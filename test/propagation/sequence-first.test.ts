import { expect, test } from 'vitest';
import { describeMeans } from './means.js';

// As if the samples were the tokens, gradients were a decade too large.
const { text, analyzer } = describeMeans('sequence_first', () => 0.06);

test('a mask that hides some keys is said to be left out', () => {
  const assumptions = (source: string) =>
    analyzer()
      .analyzeText(source, { file: 'sequence_first.py' })
      .models.find(({ entry }) => entry === 'Features')!.summary.assumptions;
  const masked = text.replace('need_weights=False', 'key_padding_mask=h.sum(2) == 0');
  expect(masked).not.toBe(text);
  expect(assumptions(masked)).toContain('Masks and position biases of attention are left out.');
  expect(assumptions(text)).not.toContain('Masks and position biases of attention are left out.');
});

import { expect, test } from 'vitest';
import { describeMeans } from './means.js';

const { text, analyzer } = describeMeans('unsaid_lengths', () => 0.08);

test('the number of tokens that is assumed is told', () => {
  for (const { summary } of analyzer().analyzeText(text, { file: 'unsaid_lengths.py' }).models) {
    expect(summary.assumptions).toContain('The number of tokens is not known and taken as 128.');
    expect(summary.verdict).not.toContain('Cannot be judged');
  }
});

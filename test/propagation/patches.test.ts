import { expect, test } from 'vitest';
import { describeMeans } from './means.js';

// Tokens are positions: attention and the mean over them average, and each gets its share of the gradient.
const { text, analyzer } = describeMeans('patches', () => 0.06);

test('where the number of tokens is not known, the verdict says how to tell it', () => {
  const { models } = analyzer().analyzeText(text.replaceAll(/# meanfield: input.*/g, ''), { file: 'patches.py' });
  for (const { summary, propagation } of models) {
    expect(summary.verdict).toContain('how many tokens attend to each other is not known; a comment # meanfield: input(…)');
    expect(propagation.find(({ path }) => path === 'qkv')!.gradient).toBeNull();
  }
});

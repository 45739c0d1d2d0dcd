import { expect, test } from 'vitest';
import { describeMeans } from './means.js';

const { text, analyzer } = describeMeans(
  'reductions',
  // What the parts that it chooses from have in common, a softmax takes from the gradients of its logits: the theory leaves that out.
  (path) => (path === 'squeeze' || path === 'choose' ? 0.2 : 0.1),
);

const verdictOf = (name: string) =>
  analyzer()
    .analyzeText(text, { file: 'reductions.py' })
    .models.find((model) => model.name === name)!;

test('a mean over positions takes nothing from gradients that weights would not get', () => {
  const { summary, findings } = verdictOf('Deep');
  // PyTorch's default: σ_w² = 1/3, ReLU passes half of the squares, three times.
  expect(summary.log10ActivationGradient! - summary.log10TakenByMeans!).toBeCloseTo(-3 * Math.log10(6), 1);
  expect(summary.log10TakenByMeans).toBeCloseTo(-2 * Math.log10(32), 6);
  expect(summary.verdict).toContain('squared gradients shrink 2');
  expect(findings.filter(({ severity }) => severity === 'error' || severity === 'warning')).toEqual([]);
});

import { expect, test } from 'vitest';
import { describeMeans } from './means.js';

// Without a thought of the mask, attention's outputs were off by 0.7 decades. What is left: behind the first layer tokens differ in how much they
// have in common with those before them, and the theory takes the mean of that over pairs. Where one token is read, what reaches the others adds up
// to 0.08 decades in the table of tokens.
const { text, analyzer } = describeMeans('causal', (path) => (path.includes('attention') ? 0.2 : path === 'tokens' ? 0.1 : 0.06));

const outputOf = (source: string) => {
  const { models } = analyzer().analyzeText(source, { file: 'causal.py' });
  const point = models.find(({ entry }) => entry === 'masked')!.propagation.find(({ path }) => path === 'blocks.0.attention.out');
  return point!.q as number;
};

const line = 'att = att.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf"))';

test.each([
  'att = att + torch.triu(torch.full((T, T), float("-inf")), diagonal=1)',
  'att = att.masked_fill(~torch.tril(torch.ones(T, T, dtype=torch.bool)), float("-inf"))',
  'att = torch.where(self.mask.bool(), att, float("-inf"))',
  'att = att * self.mask - 1e10 * (1 - self.mask)',
  'hidden = torch.ones(T, T, device=x.device).tril() if self.mask is None else self.mask\n        att = att.masked_fill(torch.logical_not(hidden), -1e9)',
  'att = att + nn.Transformer.generate_square_subsequent_mask(T)',
  'att = att + torch.full((T, T), float("-inf"), device=x.device).triu_(1)',
  'att = att + x.new_full((T, T), -1e9).triu(diagonal=1)',
  'att = att.masked_fill(~x.new_ones(T, T).tril().bool(), torch.finfo(att.dtype).min)',
  'at = torch.arange(T)\n        att = att.masked_fill(at[None, :] > at[:, None], -100.0)',
  'at = torch.arange(T)\n        att = att.masked_fill((at.unsqueeze(1) - at.unsqueeze(0) < 0), -1e4)',
  'at = torch.arange(x.size(1) * 100)\n        att = att.masked_fill((at[None, :] <= at[:, None]).logical_not()[:T, :T], -1e4)',
  'att = torch.where(self.mask.bool(), att, torch.full([], torch.finfo(att.dtype).min, device=att.device))',
])('is told by %s', (other) => {
  expect(text).toContain(line);
  expect(outputOf(text.replace(line, other))).toBeCloseTo(outputOf(text), 12);
});

test.each([
  'pass',
  'att = att.masked_fill(torch.rand(T, T) > 0.5, float("-inf"))',
  'at = torch.arange(T)\n        att = att.masked_fill((at[None, :] - at[:, None]).abs() > 100, -1e9)',
])('is not told by %s', (other) => {
  // All 48 tokens at once average more than the first ones, which see few.
  expect(outputOf(text.replace(line, other))).toBeLessThan(outputOf(text) / 3);
});

import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const network = (end: string, more = '') => {
  const text = `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[layer for _ in range(6) for layer in (nn.Linear(64, 64), nn.Tanh())])
        self.head = nn.Linear(64, 8)
        ${more}

    def forward(self, x, other):
        y = self.head(self.body(x))
        ${end}
`;
  return analyzer.analyzeText(text, { file: 'net.py' }).models[0]!;
};

test.each([
  ['the largest entries', 'return y.topk(3)', "'topk' is"],
  ['a sum of squares beside the prediction', 'return y, (y ** 2).sum()', "'sum' is"],
  ['a distance', 'return torch.cdist(y, other)', "'cdist' is"],
  [
    'a distribution',
    'd = torch.distributions.Categorical(logits=y)\n        return d.sample()',
    "'Categorical' and 'sample' are",
  ],
  [
    'a distribution with a spread that is learned',
    'd = torch.distributions.Normal(y, self.spread.exp().expand_as(y))\n        return d.log_prob(other)',
    "'Normal' and 'log_prob' are",
    'self.spread = nn.Parameter(torch.zeros(1, 8))',
  ],
  ['several of them', 'return torch.logsumexp(y.argmax(dim=-1) * y.std(), 1)', "'argmax', 'std' and 'logsumexp' are"],
])('%s at the end changes nothing about the network before it', (_, end, names, more = '') => {
  const [with_, without] = [network(end, more), network('return y')];
  expect(with_.summary.verdict).toBe(without.summary.verdict);
  expect(with_.propagation).toEqual(without.propagation);
  expect(with_.summary.unknown).toEqual([]);
  expect(with_.summary.assumptions.filter((sentence) => !without.summary.assumptions.includes(sentence))).toEqual([
    `Behind the last weights, ${names} not followed: gradients are relative to those of what enters there.`,
  ]);
});

test.each([
  ['weights behind it', 'return self.last(y.topk(4)[0])', 'self.last = nn.Linear(4, 4)'],
  ['a matrix of its own', 'return torch.cdist(y, self.places)', 'self.places = nn.Parameter(torch.randn(5, 8))'],
  ['a part that is not known', 'return self.last(y)', 'self.last = timm_layers.Head(8)'],
])('it is no end with %s', (_, end, more) => {
  const { summary } = network(end, more);
  expect(summary.verdict).toMatch(/^Cannot be judged as a whole/);
  expect(summary.assumptions.join()).not.toContain('Behind the last weights');
});

import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const summary = (...forward: string[]) =>
  analyzer.analyzeText(
    `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(32, 32)
        self.second = nn.Linear(32, 32)

    def forward(self, x, other):
${forward.map((line) => `        ${line}`).join('\n')}
`,
    { file: 'net.py' },
  ).models[0]!.summary;

test.each([
  ['mm', 'torch.mm(other, self.first(x))'],
  ['spmm', 'torch.spmm(other, self.first(x))'],
  ['mm', 'torch.sparse.mm(other, self.first(x))'],
  ['matmul', 'other @ self.first(x)'],
  ['matmul', 'torch.matmul(other, self.first(x))'],
  ['einsum', "torch.einsum('bnc,nm->bmc', self.first(x), other)"],
])('A signal stops at %s with an input that is a matrix: %s', (name, product) => {
  expect(summary(`return self.second(torch.relu(${product}))`).verdict).toBe(
    `Cannot be judged as a whole: signals stop at ${name}: What 'other' holds is not known, and so whether the product with it averages or adds up.`,
  );
});

test.each([
  ['scores of attention', ['a = (self.first(x) @ other.transpose(1, 2)).softmax(-1)', 'return self.second(a @ other)']],
  [
    'scores with the input first',
    [
      'a = torch.bmm(other, self.first(x).unsqueeze(2)).squeeze(2).softmax(1)',
      'return self.second(torch.bmm(a.unsqueeze(1), other))',
    ],
  ],
  ['a transform that the network makes of the same input', ['return self.second(torch.bmm(x, self.first(x).view(-1, 32, 32)))']],
  ['a product without weights behind it', ['return self.second(self.first(x)) @ other.t()']],
])('%s are no such matrix', (_, forward) => {
  expect(summary(...forward).assumptions.join()).not.toContain("What 'other' holds");
  expect(summary(...forward).assumptions.join()).not.toContain("What 'x' holds");
});

test('What is added up in a product, the smaller of two matrices tells where the input does not', () => {
  const { verdict, log10ActivationGradient } = summary('return self.second(torch.bmm(x, self.first(x).view(-1, 32, 32)))');
  expect(verdict).not.toContain('Cannot be judged');
  expect(log10ActivationGradient).not.toBeNull();
});

import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const summaryOf = (making: readonly string[], forward: readonly string[], parameters = '') =>
  analyzer.analyzeText(
    `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self${parameters}):
        super().__init__()
${making.map((line) => `        ${line}`).join('\n')}

    def forward(self, x):
${forward.map((line) => `        ${line}`).join('\n')}
`,
    { file: 'net.py' },
  ).models[0]!.summary;

test('An eps as large as the variance leaves small signals small, and no verdict says that normalization keeps them', () => {
  const body = (eps: string) => [
    `self.body = nn.Sequential(*[layer for _ in range(4) for layer in (nn.Linear(64, 64), nn.BatchNorm1d(64${eps}), nn.ReLU())])`,
  ];
  expect(summaryOf(body(''), ['return self.body(x)']).verdict).toContain('normalization keeps the size of the signal');
  expect(summaryOf(body(', eps=0.8'), ['return self.body(x)']).verdict).not.toContain(
    'ormalization keeps the size of the signal',
  );
});

test('What a saturated layer would do if repeated is no word on two of them', () => {
  const { verdict, chi1 } = summaryOf(
    [
      'self.first = nn.Linear(784, 500)',
      'self.second = nn.Linear(500, 10)',
      'for parameter in self.parameters():',
      '    nn.init.normal_(parameter)',
    ],
    ['return self.second(torch.sigmoid(self.first(x)))'],
  );
  expect(chi1).toBeGreaterThan(1.5);
  expect(verdict).toContain('squared gradients keep their size over 2 layers');
  expect(verdict).not.toContain('critical');
});

test('Blocks without a module of their own are counted, not named', () => {
  const { verdict } = summaryOf(
    ['self.layers = [nn.Linear(64, 64) for _ in range(10)]', 'self.head = nn.Linear(64, 10)'],
    ['for layer in self.layers:', '    x = x + torch.relu(layer(x))', 'return self.head(x)'],
  );
  expect(verdict).toMatch(/in each of its 10 blocks\.$/);
});

test('Where a recurrent layer cannot be followed, the reason is the one that stopped it', () => {
  const { verdict } = summaryOf(
    ['self.rnn = nn.LSTM(inputs, units)', 'self.head = nn.Linear(units, 2)'],
    ['_, (h, _) = self.rnn(x)', 'return self.head(h[-1])'],
    ', inputs, units',
  );
  expect(verdict).toContain('signals stop at rnn: What weight_ih_l0 makes of its input depends on sizes that are not known');
});

test('A chain that ends in a recurrent layer has a change of gradients over it', () => {
  const { verdict } = summaryOf(
    ['self.words = nn.Embedding(1000, 64)', 'self.rnn = nn.GRU(64, 64, batch_first=True)'],
    ['return self.rnn(self.words(x))[0]'],
  );
  expect(verdict).toMatch(/^Can be trained as initialized: squared gradients shrink .* from output to input of 2 layers\./);
});

import { expect, test } from 'vitest';
import { describeMeans } from './means.js';

const { text, analyzer } = describeMeans('joined_branches', () => 0.1);

const changeOf = (name: string, source = text) =>
  analyzer()
    .analyzeText(source, { file: 'joined_branches.py' })
    .models.find(({ entry }) => entry === name)!.summary.log10ActivationGradient;

test('the slopes of an encoding without weights are no part of the change over the network', () => {
  const octaves = (count: number) => text.replaceAll('6 * 6', `6 * ${count}`).replace('range(6)', `range(${count})`);
  // Each octave more makes the slopes at the input four times as steep.
  expect(Math.abs(changeOf('Encoded', octaves(12))! - changeOf('Encoded')!)).toBeLessThan(0.5);
});

test('tables that are looked up are followed from where their rows come together', () => {
  const { models } = analyzer().analyzeText(
    `import torch
from torch import nn

class Tabular(nn.Module):
    def __init__(self):
        super().__init__()
        self.tables = nn.ModuleList([nn.Embedding(10, 8), nn.Embedding(20, 8)])
        self.norm = nn.BatchNorm1d(16)
        self.first = nn.Linear(32, 64)
        self.head = nn.Linear(64, 1)

    def forward(self, categories, numbers):
        rows = [table(categories[:, i]) for i, table in enumerate(self.tables)]
        x = torch.cat([torch.cat(rows, 1), self.norm(numbers)], 1)
        return self.head(torch.relu(self.first(x)))
`,
    { file: 'tabular.py' },
  );
  // σ_w²/2 and σ_w², with σ_w² = 1/3 of PyTorch's default.
  expect(models[0]!.summary.log10ActivationGradient).toBeCloseTo(Math.log10(1 / 6 / 3), 2);
});

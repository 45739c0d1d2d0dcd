import { expect, test } from 'vitest';
import { evaluateText } from '../evaluator/evaluate-text.js';
import { describeMeans } from './means.js';

// Pixels over 255 counted as nearly nothing, and tables to divide by stopped all signals.
const { text, analyzer } = describeMeans('rescaled_inputs', () => 0.08);

test('a model whose input is brought to its size says what has second moment 1', () => {
  const { models } = analyzer().analyzeText(text, { file: 'rescaled_inputs.py' });
  const sentence = 'Where forward() divides its input by fixed numbers, the result is what has second moment 1.';
  expect(models.map(({ summary }) => summary.assumptions.includes(sentence))).toEqual([true, true, true, true]);
});

test('what else reads the input gets it as it is, and so does a layer behind a small factor', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return self.fc(x / 255) + x

class Faint(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return self.fc(0.5 * x)
`);
  expect(networks.map(({ nodes }) => nodes.some(({ kind }) => kind === 'scale'))).toEqual([true, true]);
});

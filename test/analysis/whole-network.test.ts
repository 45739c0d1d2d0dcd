import { expect, test } from 'vitest';
import { testAnalyzer } from '../analyzer.js';

const analyzer = await testAnalyzer();
const summaryOf = (text: string) =>
  analyzer.analyzeText(`import torch.nn as nn\n${text}\n`, { file: 'net.py' }).models.find(({ name }) => name === 'model')!
    .summary;

test('attention has no weights of its own that would make a network deeper', () => {
  const { depth } = summaryOf('model = nn.TransformerEncoder(nn.TransformerEncoderLayer(64, 4, batch_first=True), 3)');
  // Queries, output projection and two dense layers in each.
  expect(depth).toBe(3 * 4);
});

const blocks = (normalization: string) => `
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.normalization = ${normalization}
        self.fc1 = nn.Linear(64, 64)
        self.fc2 = nn.Linear(64, 64)

    def forward(self, x):
        return x + self.fc2(self.fc1(self.normalization(x)).relu())

model = nn.Sequential(nn.Linear(8, 64), Block(), Block(), Block(), nn.Linear(64, 2))`;

test('no layer of normalized branches tells how far a signal gets', () => {
  expect(summaryOf(blocks('nn.LayerNorm(64)'))).toMatchObject({ phase: null, chi1: null, xiC: null, trainableDepth: null });
});

test('without normalization the typical layer has its χ₁, but skip connections carry the signal past it', () => {
  const { chi1, xiC, trainableDepth } = summaryOf(blocks('nn.Identity()'));
  expect(chi1).toBeCloseTo(1 / 6, 3);
  expect([xiC, trainableDepth]).toEqual([null, null]);
});

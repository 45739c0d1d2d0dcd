import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

const classifier = (classes: string) => `import torch.nn as nn

class Classifier(nn.Module):
    def __init__(self, classes${classes}):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.deeper = nn.Conv2d(16, 32, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.hidden = nn.Linear(32, 64)
        self.head = nn.Linear(64, classes)

    def forward(self, x):
        x = self.pool(self.deeper(self.stem(x).relu()).relu()).flatten(1)
        return self.head(self.hidden(x).relu())
`;

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const modelOf = (text: string) => analyzer.analyzeText(text, { file: 'classifier.py' }).models[0]!;
const gradients = (text: string) => new Map(modelOf(text).propagation.map(({ path, logGradient }) => [path, logGradient]));

test('Where the number of classes is not known, gradients are those of any number of them, relative to the last layer before', () => {
  const { summary } = modelOf(classifier(''));
  expect(summary.gradientReference).toBe('hidden');
  expect(summary.assumptions).toContain(
    "Gradients are relative to that at hidden: how many entries the network's output has is not known.",
  );
  const [unknown, known] = [gradients(classifier('')), gradients(classifier('=7'))];
  expect(unknown.get('hidden')).toBe(0);
  for (const path of ['stem', 'deeper', 'pool'])
    expect(unknown.get(path)! - unknown.get('hidden')!).toBeCloseTo(known.get(path)! - known.get('hidden')!, 9);
  expect(unknown.get('head')).toBeNull();
});

test('Where it is known they are relative to the output', () => {
  expect(modelOf(classifier('=7')).summary.gradientReference).toBeUndefined();
  expect(gradients(classifier('=7')).get('head')).toBe(0);
});

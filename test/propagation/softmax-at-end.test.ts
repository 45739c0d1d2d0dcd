import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const modelOf = (answer: string) =>
  analyzer.analyzeText(
    `import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.ModuleList([nn.Linear(128, 128) for _ in range(12)])
        self.value = nn.Linear(128, 1)
        self.head = nn.Linear(128, 10)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        for layer in self.hidden:
            x = F.relu(layer(x))
        return ${answer}
`,
    { file: 'net.py' },
  ).models[0]!;

const figures = ({ propagation }: ReturnType<typeof modelOf>) =>
  propagation.map(({ path, q, gradient }) => ({ path, q, gradient }));

test.each([
  ['F.log_softmax(self.head(x), dim=1)', 'self.head(x)'],
  ['self.softmax(self.head(x))', 'self.head(x)'],
  ['self.head(x).softmax(-1).unsqueeze(0)', 'self.head(x)'],
  ['F.softmax(self.head(x), dim=-1), self.value(x)', 'self.head(x), self.value(x)'],
  ['{"logits": F.log_softmax(self.head(x), -1)}', '{"logits": self.head(x)}'],
])('%s is judged as its logits', (answer, logits) => {
  const [model, bare] = [modelOf(answer), modelOf(logits)];
  expect(figures(model)).toEqual(figures(bare));
  expect(model.summary.verdict).toBe(bare.summary.verdict);
  expect(model.findings).toEqual(bare.findings);
  expect(model.findings.map(({ rule }) => rule)).toContain('vanishing-gradient');
  expect(model.summary.assumptions.join('\n')).toContain('The softmax at the end counts to the loss');
  expect(model.summary.assumptions.join('\n')).not.toContain('Signals stop');
});

test('a softmax that is read again, as the weights of attention are, is no end', () => {
  const model = modelOf('self.head(x).softmax(-1) @ self.head.weight');
  expect(model.summary.assumptions.join('\n')).not.toContain('The softmax at the end');
  const returned = modelOf('(lambda p: (p, p @ self.head.weight))(self.head(x).softmax(-1))');
  expect(returned.summary.assumptions.join('\n')).not.toContain('The softmax at the end');
});

test('logits beside their own softmax are one output', () => {
  const [model, bare] = [modelOf('(lambda z: (z, F.softmax(z, dim=1)))(self.head(x))'), modelOf('self.head(x)')];
  expect(figures(model)).toEqual(figures(bare));
  expect(model.summary.isometry).toEqual(bare.summary.isometry);
  expect(bare.summary.isometry).not.toBeNull();
});

test('the softmax of an output that is read again is followed, its logarithm is not', () => {
  const model = modelOf('(lambda z: (z, z.softmax(-1) @ self.head.weight))(self.head(x))');
  expect(model.summary.assumptions.join('\n')).not.toContain('Signals stop');
  expect(model.summary.assumptions.join('\n')).not.toContain('The softmax at the end');
  const logarithm = modelOf('(lambda z: (z, z.log_softmax(-1) @ self.head.weight))(self.head(x))');
  expect(logarithm.summary.assumptions.join('\n')).toContain('Signals stop at log_softmax');
});

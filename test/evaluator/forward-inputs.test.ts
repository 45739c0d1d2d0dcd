import { expect, test } from 'vitest';
import { testAnalyzer } from '../analyzer.js';

const analyzer = await testAnalyzer();
const reported = (signature: string, takes: readonly string[]) =>
  analyzer.analyzeText(
    `import torch
from torch import nn

class Joined(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(12, 24)
        self.b = nn.Linear(24 + 6, 5)

    def forward(self, ${signature}):
${takes.map((line) => `        ${line}\n`).join('')}        return self.b(torch.cat([torch.relu(self.a(x)), y], 1))
`,
    { file: 'joined.py' },
  ).models[0]!;

const figures = ({ propagation }: ReturnType<typeof reported>) =>
  propagation.map(({ path, q, gradient }) => ({ path, q, gradient }));
const plain = reported('x, y', []);

test.each([
  ['by name', '*, x, y', []],
  ['out of all that is named', '**inputs', ["x, y = inputs['x'], inputs['y']"]],
  ['out of all that is named, which it empties', '**inputs', ["x = inputs.pop('x')", "y = inputs.pop('y')"]],
  [
    'out of all that is named, where it may be missing',
    '**inputs',
    ["x, y = inputs['x'], inputs['y']", "if 'scale' in inputs:", "    x = x * inputs['scale']"],
  ],
  ['out of a batch', 'batch', ["x, y = batch['x'], batch['y']"]],
  ['by place', '*inputs', ['x, y = inputs']],
])('forward() takes its inputs %s', (_, signature, takes) => {
  const model = reported(signature, takes);
  expect(figures(model)).toEqual(figures(plain));
  expect(model.summary.unknown).toEqual([]);
  expect(model.graph.nodes.filter(({ kind }) => kind === 'input')).toHaveLength(2);
});

test('what else it does with a batch is done with one tensor', () => {
  const model = reported('batch', ["x, y = batch['x'], batch['y']", 'batch = batch.float()']);
  expect(model.graph.nodes.filter(({ kind }) => kind === 'input')).toHaveLength(1);
});

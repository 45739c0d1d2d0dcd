import { expect, test } from 'vitest';
import { evaluateText } from '../evaluator/evaluate-text.js';
import { describeMeans } from './means.js';

const { text } = describeMeans('written_activations', () => 0.03);

test('each is the function that it is, and nothing else is left of it', () => {
  const found = evaluateText(text)
    .networks.slice(0, 10)
    .map(({ entry, nodes, unknown }) => {
      const names = nodes.flatMap((node) =>
        node.kind === 'activation' ? [`${node.activation} ${Object.values(node.parameters)}`.trim()] : [],
      );
      return `${entry}: ${[...new Set(names)]}, ${nodes.length} nodes, ${unknown.length} unknown`;
    });
  expect(found).toEqual([
    'OfSwish: silu, 6 nodes, 0 unknown',
    'OfLearnedSwish: silu, 6 nodes, 0 unknown',
    'OfQuick: silu 1.702, 6 nodes, 0 unknown',
    'OfMish: mish, 6 nodes, 0 unknown',
    'OfHardSwish: hardswish, 6 nodes, 0 unknown',
    'OfGelu: gelu, 6 nodes, 0 unknown',
    'OfNewGelu: gelu_tanh, 6 nodes, 0 unknown',
    'OfSoftsign: softsign, 6 nodes, 0 unknown',
    'OfSquared: squared_relu, 4 nodes, 0 unknown',
    'OfStar: squared_relu, 6 nodes, 0 unknown',
  ]);
});

const between = (line: string) => `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(16, 16)
        self.gate = nn.Linear(16, 16)
        self.b = nn.Linear(16, 16)

    def forward(self, x):
        x = self.a(x)
        return self.b(${line})
`;

test.each(['x * torch.tanh(x)', 'x * (x + 1)', 'torch.tanh(x) ** 2', 'x * x * x'])(
  '%s has no theory, and that is said',
  (line) => {
    const [network] = evaluateText(between(line)).networks;
    expect(network!.unknown.map(({ reason }) => reason)).toContain(
      'The product of a tensor with a function of itself is not described by the theory used here.',
    );
  },
);

test.each(['x * torch.sigmoid(self.gate(x))', 'x ** 2', '(x / 2) ** 2', 'x * torch.sigmoid(x.mean(-1, keepdim=True))'])(
  '%s stays a product',
  (line) => {
    const [network] = evaluateText(between(line)).networks;
    expect(network!.nodes.filter(({ kind }) => kind === 'multiply')).toHaveLength(1);
    expect(network!.unknown).toEqual([]);
  },
);

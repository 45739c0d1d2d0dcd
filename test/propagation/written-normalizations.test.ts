import { expect, test } from 'vitest';
import { evaluateText } from '../evaluator/evaluate-text.js';
import { describeMeans } from './means.js';

const { text } = describeMeans('written_normalizations', () => 0.06);

test('what is written out is the one step that it is', () => {
  const kinds = evaluateText(text)
    .networks.slice(0, 10)
    .map(({ entry, nodes, unknown }) => {
      const found = nodes.flatMap((node) => (node.kind === 'normalization' ? [node.variant] : []));
      return `${entry}: ${[...new Set(found)]}, ${nodes.filter(({ kind }) => kind === 'opaque' || kind === 'pooling').length + unknown.length} left`;
    });
  expect(kinds).toEqual([
    'ByDeviation: layer, 0 left',
    'ByVariance: layer, 0 left',
    'ByRoot: rms, 0 left',
    'ByNorm: vector, 0 left',
    'ByScaledNorm: vector, 0 left',
    'OfChannels: layer, 0 left',
    'OfPixels: rms, 0 left',
    'OfMaps: instance, 0 left',
    'OfGroups: group, 0 left',
    'OfViews: instance, 0 left',
  ]);
});

test.each([
  'v, m = torch.var_mean(x, dim=-1, keepdim=True)\n        x = (x - m) / torch.sqrt(v + 1e-5)',
  'x = torch.square(x - x.mean(-1, True)).mean(-1, True).add(1e-5).rsqrt() * (x - x.mean(-1, True))',
  'm = torch.mean(x, axis=-1, keepdim=True)\n        x = (x - m) * ((x - m) ** 2).mean(axis=-1, keepdim=True) ** -0.5',
  'x = x - x.mean(-1, keepdim=True)\n        x = x / x.std(-1, keepdim=True)',
])('layer normalization: %s', (lines) => {
  const [network] = evaluateText(between(lines)).networks;
  expect(network!.nodes.flatMap((node) => (node.kind === 'normalization' ? [node.variant] : []))).toEqual(['layer']);
});

const between = (line: string) => `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(16, 16)
        self.b = nn.Linear(16, 16)

    def forward(self, x):
        x = self.a(x)
        ${line}
        return self.b(x)
`;

test.each([
  ['another tensor is divided', 'x = torch.tanh(x) / x.std(-1, keepdim=True)'],
  ['other dimensions are looked at', 'x = (x - x.mean(0, keepdim=True)) / x.std(-1, keepdim=True)'],
  ['the sum of squares, without a root', 'x = x / x.pow(2).sum(-1, keepdim=True)'],
  ['more than a little is added', 'x = x / (x.norm(dim=-1, keepdim=True) + 1)'],
  ['another power', 'x = x * (x.pow(2).mean(-1, keepdim=True) + 1e-6).pow(-1)'],
])('no normalization: %s', (_, line) => {
  const [network] = evaluateText(between(line)).networks;
  expect(network!.nodes.filter(({ kind }) => kind === 'normalization')).toEqual([]);
  expect(network!.unknown.length).toBeGreaterThan(0);
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

const source = readFileSync(new URL('../fixtures/evaluator/own-linear.py', import.meta.url), 'utf8');

test('a trainable tensor on the right of a product is the weight of a layer that sums over its rows', () => {
  const [network] = evaluateText(source).networks;
  const layers = network!.nodes.flatMap((node) => (node.kind === 'affine' ? [node.layer] : []));
  expect(layers.map(({ path, kind, summands }) => `${path} ${kind} ${summands}`)).toEqual([
    'a Linear 16',
    'b Conv1D 24',
    'c GraphConvolution 12',
    'project matmul 40',
    'd Linear 8',
  ]);
  expect(network!.layers.map(({ path }) => path)).toEqual(['a', 'b', 'c', 'd', 'project']);
});

test('a tensor that is used twice is one layer', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(8, 8) * 0.1)
        self.b = nn.Parameter(torch.zeros(8))

    def forward(self, x):
        for _ in range(3):
            x = torch.tanh(x @ self.w + self.b)
        return torch.matmul(x, self.w)
`);
  expect(networks.map(({ layers }) => layers.map(({ path }) => path))).toEqual([['w']]);
  expect(networks[0]!.nodes.filter(({ kind }) => kind === 'affine')).toHaveLength(4);
});

test('multi-head attention projects queries, keys and values with one packed weight, and what attention gives', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
        self.head = nn.Linear(32, 4)

    def forward(self, x):
        y, _ = self.attention(x, x, x, need_weights=False)
        return self.head(torch.relu(y))
`);
  const nodes = networks[0]!.nodes.flatMap((node) =>
    node.kind === 'affine' ? [`${node.layer.path} ${node.layer.summands}`] : node.kind === 'reshape' ? [] : [node.kind],
  );
  const packed = ['attention 32', 'attention 32', 'attention 32'];
  expect(nodes).toEqual(['input', ...packed, 'attention', 'attention.out_proj 32', 'activation', 'head 32']);
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { propagate } from '../../language-server/propagation/propagate.js';
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

test('a model that the file builds of tensors alone is shown', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

class Dense(nn.Module):
    def __init__(self, inside, outside):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inside, outside) / inside)

    def forward(self, x):
        return x @ self.weight

model = nn.Sequential(Dense(16, 8), nn.ReLU(), Dense(8, 2))
`);
  expect(networks.map(({ entry, layers }) => `${entry}: ${layers.map(({ path }) => path)}`)).toEqual(['model: 0,2']);
});

test('a contraction with a trainable tensor is a layer that sums over what the result lacks', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

class Experts(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Parameter(torch.randn(4, 8, 16) * 0.1)
        self.outer = nn.Parameter(torch.randn(4, 16, 8) * 0.1)
        self.mix = nn.Parameter(torch.randn(8, 8))

    def forward(self, x):
        x = torch.relu(torch.einsum('btd,edh->bteh', x, self.inner))
        x = torch.einsum('bteh,ehd->btd', x, self.outer)
        return torch.einsum('gh,bth->btg', self.mix, x)
`);
  const layers = networks[0]!.nodes.flatMap((node) => (node.kind === 'affine' ? [node.layer] : []));
  expect(layers.map(({ path, summands }) => `${path} ${summands}`)).toEqual(['inner 8', 'outer 64', 'mix 8']);
  expect(networks[0]!.unknown).toEqual([]);
});

test('a trainable matrix that is in no layer is named, unless it is added or stands for an input', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.places = nn.Parameter(torch.zeros(6, 8))
        self.queries = nn.Parameter(torch.randn(6, 8))
        self.left = nn.Parameter(torch.randn(6, 6))
        self.batched = nn.Parameter(torch.randn(1, 6, 6))
        self.table = nn.Parameter(torch.randn(1, 6, 8))
        self.fc = nn.Linear(8, 8)
        self.unused = nn.Parameter(torch.randn(3, 3))

    def forward(self, x):
        x = self.fc(x) + self.places + self.fc(self.queries)
        return torch.matmul(self.left, torch.matmul(self.batched, x + self.table))
`);
  expect(networks[0]!.layers.map(({ path }) => path)).toEqual(['fc']);
  expect(networks[0]!.unknown.map(({ path }) => path)).toEqual(['left', 'batched', 'unused']);
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

test('a layer whose weight is calculated from its own and the input has an activation, and no theory', () => {
  const { networks } = evaluateText(`import torch
from torch import nn
import torch.nn.functional as F

class ModulatedConv(nn.Conv2d):
    def forward(self, x):
        w = self.weight * x.mean((2, 3))[:, None, :, None, None]
        return F.conv2d(x, w, self.bias, self.stride, self.padding)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = ModulatedConv(3, 8, 3)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        return self.head(torch.relu(self.conv(x)).mean((2, 3)))
`);
  const [conv] = propagate(networks[0]!).layers.values();
  expect(conv).toMatchObject({ activation: 'relu', sigmaW2: null, local: null });
  expect(conv!.problem).toContain('calculated');
  expect(networks[0]!.unknown.map(({ path, reason }) => `${path}: ${reason}`)).toContain(
    'conv: The weight of this convolution is calculated, and so its distribution is not known.',
  );
});

test('a weight that works as it is and turned around is one layer, with the sums of its own', () => {
  const { networks } = evaluateText(`import torch
import torch.nn.functional as F
from torch import nn

class Tensors(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.randn(16, 64) * 0.1)
        self.back = nn.Parameter(torch.zeros(64))

    def forward(self, x):
        return F.linear(torch.relu(F.linear(x, self.w)), self.w.t(), self.back)

class Layers(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(64, 16)

    def forward(self, x):
        return F.linear(torch.relu(self.encoder(x)), self.encoder.weight.t())
`);
  expect(networks.map(({ layers }) => layers.map(({ path, summands }) => [path, summands]))).toEqual([
    [['w', 64]],
    [['encoder', 64]],
  ]);
  expect(networks.map(({ nodes }) => nodes.filter(({ kind }) => kind === 'affine').length)).toEqual([2, 2]);
});

test('noise is multiplied by a tensor as any other', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = nn.Linear(8, 8)
        self.deviation = nn.Linear(8, 8)

    def forward(self, x):
        sigma = self.deviation(x).exp()
        noise = torch.randn_like(sigma)
        return noise.mul(sigma).add_(self.mean(x))
`);
  expect(networks.map(({ nodes, unknown }) => [nodes.at(-1)!.kind, unknown])).toEqual([['add', []]]);
});

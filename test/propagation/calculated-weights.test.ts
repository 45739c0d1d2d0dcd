import { expect, test } from 'vitest';
import { evaluateText } from '../evaluator/evaluate-text.js';
import { describeMeans } from './means.js';

const { text } = describeMeans('calculated_weights', () => 0.06);

test('each tensor of the models belongs to a layer, and no calculation of weights is left in the graph', () => {
  for (const { nodes, layers, tensors, unknown } of evaluateText(text).networks) {
    const owned = new Set(layers.flatMap(({ weight, bias, others }) => [weight, bias, ...others]));
    expect(tensors!.filter(({ parameter }) => !owned.has(parameter)).map(({ path }) => path)).toEqual([]);
    const kinds = new Set(nodes.map(({ kind }) => kind));
    expect([...kinds].filter((kind) => !['input', 'affine', 'activation', 'shift'].includes(kind))).toEqual([]);
    expect(unknown).toEqual([]);
  }
});

const using = (weight: string) => `import torch
from torch import nn
from torch.nn import functional as F

class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.randn(8, 16))
        self.b = nn.Parameter(torch.randn(8, 16))

    def forward(self, x):
        return F.linear(x, ${weight})

model = nn.Sequential(Layer(), nn.ReLU(), nn.Linear(8, 4))
`;

const varianceOf = (weight: string) => {
  const [network] = evaluateText(using(weight)).networks;
  const layer = network!.nodes.flatMap((node) => (node.kind === 'affine' ? [node.layer] : []))[0]!;
  return { path: layer.path, variance: layer.weight!.writes.at(-1)!.variance };
};

test.each([
  ['self.a + self.b', 2],
  ['self.a - 0.5 * self.b', 1.25],
  ['self.a * self.b', 1],
  ['(self.a * self.b) * 2', 4],
  ['self.a / 4', 1 / 16],
  ['self.a * torch.full((8, 16), 3.0)', 9],
  ['F.normalize(self.a)', 1 / 16],
  // One tensor twice: its entries are not independent of themselves.
  ['self.a + 0.5 * self.a', null],
  ['self.a * self.a', null],
  // No law of sums and products.
  ['torch.sigmoid(self.a)', null],
])('the variance of %s is %s', (weight, variance) => {
  expect(varianceOf(weight)).toEqual({ path: '0', variance });
});

test('a weight that the input takes part in is none of the model alone', () => {
  const [network] = evaluateText(using('self.a * x.mean()')).networks;
  expect(network!.nodes.flatMap((node) => (node.kind === 'affine' ? [node.layer.path] : []))).toEqual(['2']);
  expect(network!.unknown.length).toBeGreaterThan(0);
});

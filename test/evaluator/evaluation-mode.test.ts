import { expect, test } from 'vitest';
import { inMode } from '../../language-server/network/in-mode.js';
import { propagate } from '../../language-server/propagation/propagate.js';
import { evaluateText } from './evaluate-text.js';

const network = (forward: string) =>
  evaluateText(`import torch
import torch.nn as nn
import torch.nn.functional as F

# meanfield: input(2, 8)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(8, 8)
        self.aux = nn.Linear(8, 3)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = torch.relu(self.body(x))
${forward
  .split('\n')
  .map((line) => `        ${line}`)
  .join('\n')}
`).networks[0]!;

const auxiliary =
  'aux = self.aux(x) if self.training else None\nx = self.head(x)\nif self.training:\n    return x, aux\nreturn x';

test('an auxiliary head that only training has is no part of the network in evaluation mode', () => {
  const net = network(auxiliary);
  expect(net.outputs.length).toBe(2);
  const evaluated = inMode(net, false);
  expect(evaluated.outputs.length).toBe(1);
  expect(evaluated.nodes.map(({ path }) => path)).not.toContain('aux');
  expect(inMode(net, true)).toBe(net);
  expect(inMode(evaluated, false)).toBe(evaluated);
});

test('its gradients are those of the other outputs alone', () => {
  const gradient = (net: ReturnType<typeof network>, mode: 'train' | 'eval') =>
    propagate(net, { mode }).points.find(({ path }) => path === 'body')!.gradient;
  const [both, plain] = [network(auxiliary), network('return self.head(x)')];
  expect(gradient(both, 'eval')).toBeCloseTo(gradient(plain, 'eval')!, 12);
  expect(gradient(both, 'train')).toBeCloseTo(2 * gradient(plain, 'train')!, 12);
});

test('a mode that is only handed on makes no second network', () => {
  const net = network('return self.head(F.dropout(x, 0.1, self.training))');
  expect(net.evaluated).toBeUndefined();
});

test('what cannot be followed in evaluation mode is left as in training', () => {
  const net = network('if not self.training:\n    raise ValueError("not trained")\nreturn self.head(x)');
  expect(net.evaluated).toBeUndefined();
  expect(net.unknown).toEqual([]);
});

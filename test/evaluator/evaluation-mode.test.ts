import { expect, test } from 'vitest';
import { propagate } from '../../language-server/propagation/propagate.js';
import { evaluateText } from './evaluate-text.js';

const network = (forward: string, mode: 'train' | 'eval' = 'train') =>
  evaluateText(
    `import torch
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
`,
    { mode },
  ).networks[0]!;

const auxiliary =
  'aux = self.aux(x) if self.training else None\nx = self.head(x)\nif self.training:\n    return x, aux\nreturn x';

const paths = ({ nodes }: ReturnType<typeof network>) => nodes.map(({ path }) => path);

test('an auxiliary head that only training has is no part of the network in evaluation mode', () => {
  const [trained, evaluated] = [network(auxiliary), network(auxiliary, 'eval')];
  expect(trained.outputs.length).toBe(2);
  expect(evaluated.outputs.length).toBe(1);
  expect(paths(evaluated)).not.toContain('aux');
  expect(evaluated.layers.map(({ path }) => path)).toEqual(trained.layers.map(({ path }) => path));
});

test('its gradients are those of the other outputs alone', () => {
  const gradient = (forward: string, mode: 'train' | 'eval') =>
    propagate(network(forward, mode), { mode }).points.find(({ path }) => path === 'body')!.gradient!;
  const plain = 'return self.head(x)';
  expect(gradient(auxiliary, 'eval')).toBeCloseTo(gradient(plain, 'eval'), 12);
  expect(gradient(auxiliary, 'train')).toBeCloseTo(2 * gradient(plain, 'train'), 12);
});

test('what cannot be followed in evaluation mode is shown as in training', () => {
  const net = network('if not self.training:\n    raise ValueError("not trained")\nreturn self.head(x)', 'eval');
  expect(paths(net)).toContain('head');
  expect(net.unknown).toEqual([]);
});

import { expect, test } from 'vitest';
import { describeMeans } from './means.js';

const { analyzer } = describeMeans('channel_attention', () => 0.05);

const attention = (weights: string) => `import torch
from torch import nn
from torch.nn import functional as F

# meanfield: input(4, 64, 128)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(128, 128), nn.Linear(128, 128), nn.Linear(128, 128)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        return self.head(${weights})
`;

const gradientsOf = (text: string) =>
  analyzer()
    .analyzeText(text, { file: 'scaled.py' })
    .models[0]!.propagation.filter(({ path }) => path !== '')
    .map(({ path, q, gradient }) => ({ path, q, gradient }));

test('fused attention has the scale that it is given', () => {
  const [fused, written] = ['F.scaled_dot_product_attention(q, k, v, scale=0.5)', '(0.5 * q @ k.mT).softmax(dim=-1) @ v'].map(
    (weights) => gradientsOf(attention(weights)),
  );
  expect(fused).toHaveLength(4);
  fused!.forEach(({ path, q, gradient }, i) => {
    expect(path).toBe(written![i]!.path);
    expect((q as number) / (written![i]!.q as number)).toBeCloseTo(1, 6);
    expect((gradient as number) / (written![i]!.gradient as number)).toBeCloseTo(1, 6);
  });
  expect(gradientsOf(attention('F.scaled_dot_product_attention(q, k, v)'))).not.toEqual(fused);
});

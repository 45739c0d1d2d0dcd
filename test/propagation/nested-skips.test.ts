import { expect, test } from 'vitest';
import { describeMeans } from './means.js';

// With squares added, the body of the first lost a factor of 1.4 in each of its blocks.
const { analyzer } = describeMeans('nested_skips', () => 0.05);

const euler = (steps: number) => `import torch.nn as nn

class Euler(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8, bias=False)
        self.b = nn.Linear(8, 8, bias=False)

    def forward(self, x):
        x = self.a(x)
        y = x
        for _ in range(${steps}):
            y = y + 0.01 * x
        return self.b(y)
`;

test('what a loop adds to itself is a multiple of it, forwards and backwards', () => {
  const { propagation } = analyzer().analyzeText(euler(100), { file: 'euler.py' }).models[0]!;
  const [a, b] = ['a', 'b'].map((path) => propagation.find((one) => one.path === path)!);
  // y = 2x, and σ_w² = 1/3.
  expect(a!.gradient).toBeCloseTo(4 / 3, 10);
  expect(b!.q).toBeCloseTo((4 / 3) * (a!.q as number), 10);
});

test('a thousand such steps take no time', () => {
  const { propagation } = analyzer().analyzeText(euler(1000), { file: 'euler.py' }).models[0]!;
  const [a, b] = ['a', 'b'].map((path) => propagation.find((one) => one.path === path)!);
  expect(a!.gradient).toBeCloseTo(121 / 3, 8);
  expect(b!.q).toBeCloseTo((121 / 3) * (a!.q as number), 8);
});

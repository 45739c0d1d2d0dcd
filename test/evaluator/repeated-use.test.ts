import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

const repeated = (start: string, step: string, end: string) => `import torch
from torch import nn
from torch.nn import functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(16, 16)
        self.w = nn.Parameter(torch.randn(16, 16))
        self.b = nn.Linear(16, 16)

    def forward(self, x):
        y = ${start}
        for _ in range(60):
            y = ${step}
        return ${end}
`;

// What doubles at each step must not double the time.
test.each([
  ['a function of one tensor', 'self.a(x)', 'y * y', 'self.b(y)'],
  ['sums of a tensor with itself', 'self.a(x)', 'torch.tanh(y) + y', 'self.b(y)'],
  ['a weight', 'self.w', 'y * 0.5 + y * 0.5', 'F.linear(self.a(x), y)'],
  ['a factor of a product', 'self.w', 'y + y', 'self.a(x) @ y'],
  ['terms of a loss', 'self.a(x)', 'y * y + y', 'y.sum()'],
  ['a loss', 'F.mse_loss(self.b(self.a(x)), x)', 'y + y', 'y'],
])('%s that is used twice at each of many steps takes no time', (_, start, step, end) => {
  expect(evaluateText(repeated(start, step, end)).networks).toHaveLength(1);
});

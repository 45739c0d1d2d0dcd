import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

test('layers that a hint comment makes stand at the comment', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

class Wrapper(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)

# meanfield: Wrapper(nn.Linear(3, 4))
`);
  expect(networks[0]?.layers.map(({ kind, location }) => [kind, location.range.start.line])).toEqual([['Linear', 11]]);
});

import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

test('rotary embeddings turn queries by numbers that are known', () => {
  const { networks } = evaluateText(`import torch
from torch import nn

def angles(dim, length):
    rates = 1.0 / (10000.0 ** (torch.arange(0, dim, 2).float() / dim))
    turns = torch.outer(torch.arange(length), rates)
    return torch.cos(turns), torch.sin(turns)

# meanfield: input(4, 6, 8)
class Turned(nn.Module):
    def __init__(self, dim=8, length=6):
        super().__init__()
        self.query = nn.Linear(dim, dim)
        cos, sin = angles(dim, length)
        self.register_buffer('cos', cos)
        self.register_buffer('sin', sin)

    def forward(self, x):
        a, b = self.query(x).reshape(4, 6, 4, 2).unbind(-1)
        return torch.stack([a * self.cos - b * self.sin, a * self.sin + b * self.cos], dim=-1).flatten(2)
`);
  const [{ nodes, unknown }] = networks as [(typeof networks)[number]];
  expect(unknown).toEqual([]);
  const tables = nodes.flatMap((node) => (node.kind === 'parameter' ? [node.parameter] : []));
  // cos² and sin² of one angle add up to 1, so that the second moments of both tables do.
  const seconds = tables.slice(0, 2).map(({ writes: [first] }) => (first!.variance as number) + (first!.mean as number) ** 2);
  expect(tables.map(({ shape }) => shape)).toEqual(tables.map(() => [6, 4]));
  expect(seconds[0]! + seconds[1]!).toBeCloseTo(1, 12);
});

import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

/** Residual blocks of two dense layers of width 64, without biases. */
function blocks(step: string, { count = 24, gain = 'math.sqrt(2)', more = '' } = {}) {
  const text = `import math
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.ModuleList([nn.Linear(64, 64, bias=False) for _ in range(${count})])
        self.outer = nn.ModuleList([nn.Linear(64, 64, bias=False) for _ in range(${count})])
        self.norms = nn.ModuleList([nn.LayerNorm(64) for _ in range(${count})])
        for layer in [*self.inner, *self.outer]:
            nn.init.normal_(layer.weight, std=${gain} / 8)
        ${more}
    def forward(self, x):
        for inner, outer, norm in zip(self.inner, self.outer, self.norms):
            ${step}
        return x
`;
  return analyzer.analyzeText(text, { file: 'net.py' }).models[0]!.summary.blocks;
}

describe('Residual blocks', () => {
  test('of ReLU layers multiply gradients and signal by 1 + σ₁²σ₂²/2 (Yang & Schoenholz 2017)', () => {
    const [stack, ...others] = blocks('x = x + outer(torch.relu(inner(x)))');
    expect(others).toEqual([]);
    expect(stack).toMatchObject({ first: 'inner.0', last: 'inner.23', count: 24, law: 'exponential' });
    expect(stack!.chi).toBeCloseTo(3, 9);
    expect(stack!.signal).toBeCloseTo(3, 9);
    expect(stack!.log10Gradient).toBeCloseTo(24 * Math.log10(3), 9);
  });

  test('whose branch is normalized add v to a stream of q₀ + v l, and multiply gradients by 1 + v/q_l: a power of depth', () => {
    const [stack] = blocks('x = x + outer(torch.relu(inner(norm(x))))');
    expect(stack).toMatchObject({ count: 24, law: 'power' });
    // v = σ₁²σ₂²/2 = 2 and q₀ = 1.
    expect(stack!.signal).toBeCloseTo((1 + 2 * 24) ** (1 / 24), 4);
    expect(stack!.log10Gradient).toBeCloseTo(Math.log10(1 + 2 * 24), 4);
  });

  test('with small branches change gradients by less than a factor of 2', () => {
    expect(blocks('x = x + 0.05 * outer(torch.relu(inner(x)))')).toMatchObject([{ count: 24, law: 'bounded' }]);
  });

  test('that start as the identity pass everything on', () => {
    const [stack] = blocks('x = x + outer(torch.relu(inner(x)))', {
      more: 'for layer in self.outer: nn.init.zeros_(layer.weight)',
    });
    expect(stack).toMatchObject({ chi: 1, signal: 1, law: 'bounded' });
  });

  test('of another make end a stack, and one block is none', () => {
    const step = 'x = x + outer(torch.relu(inner(x)))';
    expect(blocks(step, { count: 1 })).toEqual([]);
    expect(blocks('x = outer(torch.relu(inner(x)))')).toEqual([]);
  });
});

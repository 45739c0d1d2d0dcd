import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const source = (hint: string, places: string) => `import torch
from torch import nn
import torch.nn.functional as F

${hint}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(500, 32)
        self.places = nn.Embedding(64, 32)
        self.norm = nn.LayerNorm(32)
        self.qkv = nn.Linear(32, 96)
        self.out = nn.Linear(32, 32)
        self.head = nn.Linear(32, 500)

    def forward(self, ids):
        b, t = ids.size()
        x = self.tokens(ids) + self.places(${places})
        q, k, v = self.qkv(self.norm(x)).split(32, dim=2)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True))
        return self.head(x[:, [-1], :])
`;
const pointsOf = (text: string) => {
  const [model] = analyzer.analyzeText(text, { file: 'net.py' }).models;
  return { model: model!, at: (path: string) => model!.propagation.find((point) => point.path === path)! };
};

describe('Embeddings of places', () => {
  test.each(['torch.arange(0, t)', 'torch.arange(t, device=ids.device)', 'torch.arange(0, t, dtype=torch.long).unsqueeze(0)'])(
    'are followed from %s',
    (places) => {
      const { model, at } = pointsOf(source('# meanfield: input(2, 48)', places));
      expect(at('places').q).toBeCloseTo(1, 12);
      expect(at('tokens').gradient).toBeGreaterThan(0);
      expect(model.summary.verdict).not.toContain('Cannot be judged');
    },
  );

  test('are the same for all inputs, as tokens are not', () => {
    const { at } = pointsOf(source('# meanfield: input(2, 48)', 'torch.arange(0, t)'));
    expect(at('tokens').c).toBe(0);
    expect(at('places').c).toBe(1);
  });

  test('leave no infinite signal where the number of tokens is not known', () => {
    const { model } = pointsOf(source('', 'torch.arange(0, t)'));
    expect(model.propagation.map(({ q }) => q)).not.toContain('infinity');
  });
});

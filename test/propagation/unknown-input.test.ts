import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

/** What an absent library computes is not known; a normalization gives its output a known length again. */
const behindUnknown = (layers: string, forward: string) => `import torch
from torch import nn
import torch.nn.functional as F
from absent import mystery

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(64)
        self.fc = nn.Linear(64, 64)
${layers.replace(/^/gm, '        ')}

    def forward(self, x):
        x = self.fc(self.norm(mystery(x)))
${forward.replace(/^/gm, '        ')}
`;
const modelOf = (layers: string, forward: string) =>
  analyzer.analyzeText(behindUnknown(layers, forward), { file: 'net.py' }).models[0]!;

describe('Behind a normalization of something that is not known', () => {
  test('lengths are known, and what inputs have in common is not', () => {
    const { propagation } = modelOf('self.next = nn.Linear(64, 64)', 'return self.next(torch.relu(x))');
    const [fc, next] = ['fc', 'next'].map((name) => propagation.find(({ path }) => path === name)!);
    // LayerNorm leaves 1; nn.Linear draws U(−1/√64, 1/√64): σ_w² = σ_b²·64 = 1/3.
    expect(fc!.q).toBeCloseTo(1 / 3 + 1 / 192, 12);
    expect(next!.q).toBeGreaterThan(0);
    expect([fc!.c, next!.c]).toEqual([null, null]);
  });

  test('averages over tokens stop, and gradients pass through a pooling all the same', () => {
    const attended = modelOf('', 'return F.scaled_dot_product_attention(x, x, x)');
    expect(attended.summary.assumptions.join('\n')).toContain('How alike tokens or positions are is not known here.');
    const pooled = modelOf('', 'return F.adaptive_avg_pool1d(x.transpose(1, 2), 1)');
    expect(pooled.propagation.find(({ path }) => path === 'fc')!.gradient).not.toBeNull();
  });
});

describe('A vision transformer of image patches, without a word about its input', () => {
  const vit = `import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 64, 16, 16)
        self.cls = nn.Parameter(torch.zeros(1, 1, 64))
        self.norm = nn.LayerNorm(64)
        self.qkv = nn.Linear(64, 192)
        self.out = nn.Linear(64, 64)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], dim=1)
        q, k, v = self.qkv(self.norm(x)).chunk(3, dim=-1)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v))
        return self.head(x[:, 0])
`;
  test('is followed to its end, as with the usual image in a comment', () => {
    const [silent] = analyzer.analyzeText(vit, { file: 'net.py' }).models;
    const [told] = analyzer.analyzeText(vit.replace('class', '# meanfield: input(2, 3, 224, 224)\nclass'), {
      file: 'net.py',
    }).models;
    const figures = ({ propagation }: typeof silent & object) =>
      propagation.map(({ path, q, gradient }) => ({ path, q: Number(q), gradient: Number(gradient) }));
    expect(figures(silent!).map(({ path }) => path)).toEqual(figures(told!).map(({ path }) => path));
    figures(silent!).forEach(({ q, gradient }, i) => {
      expect(q).toBeGreaterThan(0);
      expect(q).toBeCloseTo(figures(told!)[i]!.q, 12);
      expect(gradient).toBeCloseTo(figures(told!)[i]!.gradient, 12);
    });
  });
});

describe('A concatenation with something whose size nobody says', () => {
  const critic = (joined: string) => `import torch
from torch import nn
import torch.nn.functional as F

class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(24, 256)
        self.second = nn.Linear(260, 128)
        self.third = nn.Linear(128, 1)

    def forward(self, state, action):
        x = F.relu(self.first(state))
        return self.third(F.relu(self.second(torch.cat(${joined}, dim=1))))
`;
  test.each(['(x, action)', '[action, x]'])('takes its size from the layer behind: %s', (joined) => {
    const [model] = analyzer.analyzeText(critic(joined), { file: 'net.py' }).models;
    const at = (path: string) => model!.propagation.find((point) => point.path === path)!;
    // nn.Linear draws weights of variance 1/(3 fan_in), and ReLU passes half of the squared gradient.
    const second = 1 / (3 * 128) / 2;
    expect(at('second').gradient).toBeCloseTo(second, 12);
    expect(at('first').gradient).toBeCloseTo(((128 / (3 * 260)) * second) / 2, 12);
    // 256 entries of half the first layer's second moment beside four of second moment 1; biases have variance 1/(3 fan_in), too.
    const entries = (256 * ((24 + 1) / (3 * 24) / 2) + 4) / 260;
    expect(at('second').q).toBeCloseTo((entries + 1 / 260) / 3, 12);
    expect(model!.summary.verdict).toContain('Can be trained as initialized');
  });
});

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';
import { golden } from '../golden.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const report = (text: string) =>
  analyzer.analyzeText(`import torch\nfrom torch import nn\nimport torch.nn.functional as F\n${text}`, { file: 'net.py' })
    .models[0]!;

/** Layers of the framework, each built by itself: copies of one layer would start equal. */
const encoder = (layers: number, tokens: number, width: number, normFirst: boolean) => `# meanfield: input(2, ${tokens}, ${width})
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([
            nn.TransformerEncoderLayer(${width}, 4, ${4 * width}, dropout=0.0, batch_first=True, norm_first=${normFirst ? 'True' : 'False'})
            for _ in range(${layers})
        ])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
`;

describe('A stack of transformer layers, against simulated PyTorch', () => {
  const rows = golden('16-attention').filter(({ id }) => id.startsWith('encoder-'));
  test.each(rows.map((row) => [row.id, row] as const))('%s', (_, { inputs, expected }) => {
    const { layers, tokens, d_model, norm } = inputs as { layers: number; tokens: number; d_model: number; norm: string };
    const { propagation } = report(encoder(layers, tokens, d_model, norm === 'pre'));
    const output = (layer: number) =>
      propagation.findLast(({ path }) => path === `layers.${layer}` || path.startsWith(`layers.${layer}.`))!;
    (expected.layer_index as number[]).forEach((index, i) => {
      const q = output(index - 1).q as number;
      expect(q / (expected.q_theory as number[])[i]!).toBeCloseTo(1, 1.9);
      expect(Math.abs(q / (expected.q_simulated as number[])[i]! - 1)).toBeLessThan(0.1);
    });
    const growth = output(0).logGradient! - output(layers - 1).logGradient!;
    // From the output of the first layer on, where theirs starts at its input: one layer of many.
    expect(Math.abs(growth - (expected.log_sq_grad_first_over_last_simulated as number))).toBeLessThan(0.3);
  });
});

test('Written out with matrix products, attention does what the function does', () => {
  const model = (attention: string) =>
    report(`# meanfield: input(2, 16, 64)
class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(64, 64, bias=False)
        self.k = nn.Linear(64, 64, bias=False)
        self.v = nn.Linear(64, 64, bias=False)
        self.out = nn.Linear(64, 64, bias=False)

    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        return self.out(${attention})
`);
  const [plain, function_] = [
    model('torch.softmax(q @ k.transpose(-2, -1) * 64 ** -0.5, dim=-1) @ v'),
    model('F.scaled_dot_product_attention(q, k, v)'),
  ];
  const of = ({ propagation }: typeof plain, path: string) => propagation.find((point) => point.path === path)!;
  for (const path of ['q', 'k', 'v', 'out']) {
    expect(of(plain, path).q).toBeCloseTo(of(function_, path).q as number, 9);
    expect(of(plain, path).logGradient).toBeCloseTo(of(function_, path).logGradient!, 6);
  }
});

interface Cosines {
  tokens: number;
  width: number;
  heads: number;
  depth: number;
  seeds: number;
  q: number[];
  log10GradientRatio: number;
  spread: number;
}

test('Attention by cosines, as PyTorch measures it', () => {
  const { network } = JSON.parse(readFileSync(new URL('../golden/cosine-attention.json', import.meta.url), 'utf8')) as {
    network: Cosines;
  };
  const { tokens, width, heads, depth } = network;
  const { propagation, summary } = report(`import math
# meanfield: input(2, ${tokens}, ${width})
class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.logit_scale = nn.Parameter(torch.log(10 * torch.ones((heads, 1, 1))))

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).reshape(B, T, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        logits = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
        logits = logits * torch.clamp(self.logit_scale, max=math.log(100.0)).exp()
        return self.out((logits.softmax(-1) @ v).transpose(1, 2).reshape(B, T, C))

class Net(nn.Module):
    def __init__(self, width, heads, depth):
        super().__init__()
        self.first = nn.Linear(width, width, bias=False)
        self.blocks = nn.ModuleList(Attention(width, heads) for _ in range(depth))
        self.last = nn.Linear(width, width, bias=False)

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = x + block(x)
        return self.last(x)

net = Net(${width}, ${heads}, ${depth})
`);
  network.q.forEach((q, i) => {
    const out = propagation.find(({ path }) => path === `blocks.${i}.out`)!;
    // Cosines in 32 dimensions have thinner tails than the Gaussian logits that the theory takes.
    expect(Math.abs(Math.log10((out.q as number) / q))).toBeLessThan(0.08);
  });
  expect(Math.abs(summary.log10GradientRatio! - network.log10GradientRatio)).toBeLessThan(0.03);
});

test('The layers of a transformer are one stack', () => {
  const { blocks } = report(encoder(12, 16, 128, true)).summary;
  expect(blocks).toMatchObject([{ first: 'layers.0', last: 'layers.11', count: 12 }]);
});

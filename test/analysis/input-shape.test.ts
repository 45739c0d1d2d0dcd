import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { defaultSettings } from '../../language-server/settings.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const net = `class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x)
`;

/** Width of the convolution's output: two less than the input's. */
function width(text: string, inputShape: number[] | null = null): unknown {
  const report = analyzer.analyzeText(`import torch\nfrom torch import nn\n${text}`, {
    file: 'net.py',
    settings: { ...defaultSettings, inputShape },
  });
  const node = report.models[0]!.graph.nodes.find(({ kind }) => kind === 'affine')!;
  return node.shape?.at(-1);
}

test('a comment above the model says the shape of its input', () => {
  expect(width(`# meanfield: input(4, 3, 96, 96)\n${net}`)).toBe(94);
});
test('a comment below the model says nothing of it', () => {
  expect(width(`${net}\n# meanfield: input(4, 3, 96, 96)\n`)).not.toBe(94);
});
test('the comment goes before the setting, and the setting before what the file does', () => {
  expect(width(`# meanfield: input(4, 3, 96, 96)\n${net}`, [1, 3, 48, 48])).toBe(94);
  expect(width(`${net}\nNet()(torch.randn(2, 3, 32, 32))\n`, [1, 3, 48, 48])).toBe(46);
});
test('what the file calls the model with is its input', () => {
  expect(width(`${net}\nnet = Net()\ny = net(torch.randn(2, 3, 32, 32))\n`)).toBe(30);
});
test('the only image that functions of the file make is taken for the input', () => {
  expect(width(`${net}\ndef check(model):\n    model(torch.zeros(2, 3, 64, 64))\n`)).toBe(62);
  expect(width(`${net}\ndef check(m):\n    m(torch.zeros(2, 3, 64, 64))\n    m(torch.zeros(2, 3, 32, 32))\n`)).not.toBe(62);
});
test('a shape that does not fit is not forced on a model that it was only guessed for', () => {
  expect(width(`${net}\ndef check(m):\n    m(torch.zeros(2, 16, 1, 1))\n`)).toBeDefined();
});

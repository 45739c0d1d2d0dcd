import { beforeAll, describe, expect, test } from 'vitest';
import { Analyzer } from '../../language-server/analysis/analyzer.js';
import type { LayerReport, ModelReport } from '../../language-server/protocol.js';
import { expectClose, golden } from '../golden.js';
import { loadParser } from '../python-parser.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = new Analyzer(await loadParser());
});

/** The only model of a file that starts with the usual imports. */
function modelOf(body: string): ModelReport {
  const { models } = analyzer.analyzeText(`import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n${body}\n`, {
    file: 'model.py',
  });
  expect(models).toHaveLength(1);
  return models[0]!;
}

/** A class with these lines in its constructor and this expression in its `forward`. */
const net = (init: string, forward: string) =>
  [
    'class Net(nn.Module):',
    '    def __init__(self):',
    '        super().__init__()',
    ...init.split('\n').map((line) => `        ${line}`),
    '    def forward(self, x):',
    `        return ${forward}`,
  ].join('\n');

const layer = (model: ModelReport, path: string): LayerReport => {
  const found = model.layers.find((one) => one.path === path);
  expect(found, model.layers.map((one) => one.path).join(', ')).toBeDefined();
  return found!;
};

const attentions = golden('01-initializers').filter(
  ({ inputs }) => inputs.framework === 'pytorch' && inputs.name === 'MultiheadAttention',
);

describe('attention', () => {
  test('both golden rows are here', () => expect(attentions).toHaveLength(2));

  test.each(attentions.map((row) => [row.id, row] as const))('%s', (_, { inputs, expected, tolerance }) => {
    const { embed_dim: size, kdim, vdim } = inputs as Record<string, number>;
    const own = kdim === size && vdim === size ? '' : `, kdim=${kdim}, vdim=${vdim}`;
    const model = modelOf(net(`self.attention = nn.MultiheadAttention(${size}, 8${own})`, 'self.attention(x, x, x)[0]'));
    expectClose(layer(model, 'attention').weight!.variance, expected.q_proj_var, tolerance);
    expectClose(layer(model, 'attention').weight!.sigmaW2, expected.sigma_w2_q, tolerance);
    expectClose(layer(model, 'attention.out_proj').weight!.variance, expected.out_proj_var, tolerance);
    expectClose(layer(model, 'attention.out_proj').weight!.sigmaW2, expected.sigma_w2_out, tolerance);
    expectClose(layer(model, 'attention.out_proj').bias!.variance, expected.out_proj_bias_var, tolerance);
  });
});

test('nn.Transformer draws its matrices by Xavier, also those of its copied layers', () => {
  const model = modelOf(net('self.core = nn.Transformer(d_model=64, nhead=4, dim_feedforward=256)', 'self.core(x, x)'));
  const first = layer(model, 'core.encoder.layers.5.linear1');
  expect(first.weight!.variance).toBeCloseTo(2 / (64 + 256), 12);
  expect(first.bias!.variance).toBeCloseTo(1 / (3 * 64), 12);
  expect(layer(model, 'core.decoder.layers.0.multihead_attn').weight!.variance).toBeCloseTo(1 / (2 * 64), 12);
});

test('spectral normalization shrinks σ_w² to about a quarter of a square layer', () => {
  const model = modelOf(net('self.fc = nn.utils.spectral_norm(nn.Linear(100, 100))', 'torch.relu(self.fc(x))'));
  expect(layer(model, 'fc').weight!.sigmaW2).toBeCloseTo(1 / 4, 12);
});

test('weight normalization leaves the weight as it was', () => {
  const model = modelOf(net('self.fc = nn.utils.weight_norm(nn.Linear(100, 100))', 'torch.relu(self.fc(x))'));
  expect(layer(model, 'fc').weight!.sigmaW2).toBeCloseTo(1 / 3, 12);
});

test('a gated linear unit is the product of one half with the sigmoid of the other', () => {
  const model = modelOf(net('self.fc = nn.Linear(8, 16)\nself.gate = nn.GLU()', 'self.gate(self.fc(x))'));
  expect(model.graph.nodes.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['activation', 'multiply']));
});

test('a checkpointed block is followed', () => {
  const model = modelOf(
    net('self.fc = nn.Linear(8, 16)', 'torch.utils.checkpoint.checkpoint(self.fc, x)').replace(
      /^/,
      'import torch.utils.checkpoint\n',
    ),
  );
  expect(model.graph.nodes.map(({ operation }) => operation)).toContain('Linear');
});

test('a function of PyTorch that has no row is said to have none', () => {
  const model = modelOf(net('self.fc = nn.Linear(8, 16)', 'self.fc(torch.fft.fft(x))'));
  expect(model.summary.unknown.map(({ reason }) => reason).join(' ')).toMatch(/'torch\.fft\.fft' has no description here/);
});

describe('a weight of one’s own', () => {
  const own = 'self.weight = nn.Parameter(torch.randn(16, 8) * 0.5)\nself.bias = nn.Parameter(torch.zeros(16))';

  test('is followed through F.linear to its activation', () => {
    const model = modelOf(net(own, 'F.relu(F.linear(x, self.weight, self.bias))'));
    expect(model.graph.nodes.map(({ kind }) => kind)).toContain('affine');
    expect(model.layers[0]!.weight!.sigmaW2).toBeCloseTo(2, 12);
  });

  test('that is calculated at each call is said to be unknown', () => {
    const model = modelOf(net(own, 'F.linear(x, torch.sigmoid(self.weight), self.bias)'));
    expect(model.summary.unknown.map(({ reason }) => reason).join(' ')).toMatch(/calculated/);
  });
});

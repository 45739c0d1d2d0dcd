import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import type { Summary } from '../../language-server/protocol.js';
import { testAnalyzer } from '../analyzer.js';

/** Of test/oracle/isometry.py: means over seeds with their standard errors. */
interface Measured {
  name: string;
  seeds: number;
  source: string;
  logMean: number;
  logMeanError: number;
  variance: number;
  varianceError: number;
  max: number;
  maxError: number;
}

const cases: Measured[] = JSON.parse(readFileSync(new URL('../golden/isometry.json', import.meta.url), 'utf8'));

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const analysed = (source: string): Summary => analyzer.analyzeText(source, { file: 'model.py' }).models.at(-1)!.summary;

describe('Isometry of random PyTorch networks, from their source text', () => {
  for (const row of cases) {
    test(row.name, () => {
      const { isometry } = analysed(row.source);
      // Corrections of wide layers are of order depth/width: up to 2 % at widths of 400 to 600, and 4 % at the 64 channels of convolutions. The
      // edge of a finite spectrum lies further in, by its width times N^(−2/3).
      const [share, edge] = row.source.includes('Conv1d') ? [0.045, 0.08] : [0.025, 0.05];
      const close = (actual: number, expected: number, error: number, allowed: number, what: string) =>
        expect(Math.abs(actual - expected), `${what}: ${actual} is ${expected} ± ${error}`).toBeLessThan(4 * error + allowed);
      close(isometry!.mean * isometry!.depth, row.logMean, row.logMeanError, share, 'ln m₁');
      close(isometry!.variance!, row.variance, row.varianceError, share * row.variance, 'σ²_rel');
      expect(isometry!.score).toBeCloseTo(1 / (1 + isometry!.variance!), 12);
      if (isometry!.max !== null) close(isometry!.max, row.max, row.maxError, edge * row.max, 's_max/√m₁');
    });
  }
});

const module = (made: string, forward: string, arguments_ = ''): string => `
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self${arguments_}):
        super().__init__()
        ${made.trim().replaceAll('\n', '\n        ')}
    def forward(self, x):
        ${forward.trim().replaceAll('\n', '\n        ')}
`;

const linear = (name: string, widths = '400, 400') => `self.${name} = nn.Linear(${widths})`;

describe('What the theory cannot know is not said, with the reason', () => {
  test.each([
    [
      'max pooling',
      'self.a = nn.Conv2d(32, 32, 3)\nself.b = nn.Conv2d(32, 32, 3)',
      'return self.b(nn.functional.max_pool2d(self.a(x).relu(), 2))',
      /pooling mixes/,
    ],
    ['shared weights', linear('a'), 'return self.a(self.a(x).tanh())', /used more than once/],
    [
      'an activation on the stream',
      `${linear('a')}\n${linear('b')}\n${linear('c')}`,
      'x = torch.relu(self.a(x))\nx = torch.relu(x + self.b(x))\nreturn self.c(x)',
      /on the stream/,
    ],
    ['a branch that ends in an activation', linear('a'), 'return x + torch.relu(self.a(x))', /does not end in weights/],
    ['products', `${linear('a')}\n${linear('b')}`, 'return self.a(x) * self.b(x)', /multiplied/],
    ['depthwise convolutions', 'self.a = nn.Conv2d(32, 32, 3, groups=32)', 'return self.a(x)', /in groups/],
    ['strides that divide no kernel', 'self.a = nn.Conv2d(32, 64, 3, stride=2)', 'return self.a(x)', /more often than others/],
    ['identity weights', `${linear('a')}\nnn.init.eye_(self.a.weight)`, 'return self.a(x)', /identity/],
    ['weights that are 0', `${linear('a')}\nnn.init.zeros_(self.a.weight)`, 'return self.a(x)', /nothing passes/],
    [
      'two activations in a row',
      `${linear('a')}\n${linear('b')}`,
      'return self.b(torch.tanh(torch.relu(self.a(x))))',
      /two activations/,
    ],
    ['few units', linear('a', '4, 4'), 'return self.a(x)', /fewer than 8/],
  ])('%s', (_, made, forward, reason) => {
    const { isometry, assumptions } = analysed(module(made, forward));
    expect(isometry).toBeNull();
    expect(assumptions.filter((sentence) => sentence.startsWith('No statement on isometry: '))).toEqual([
      expect.stringMatching(reason),
    ]);
  });
});

describe('Isometry', () => {
  test('of a layer with orthonormal rows is perfect', () => {
    const { isometry } = analysed(module(`${linear('a')}\nnn.init.orthogonal_(self.a.weight)`, 'return self.a(x)'));
    expect(isometry).toEqual({
      mean: 0,
      variance: 0,
      max: 1,
      score: 1,
      orthogonal: null,
      depth: 1,
      singularValues: 400,
      readout: null,
    });
  });

  test('says what orthogonal weights of the same variance would do, as PyTorch networks with them show', () => {
    const [he, orthogonal] = ['ReLU, He', 'ReLU, orthogonal'].map((name) => cases.find((row) => row.name === name)!);
    const spread = analysed(he!.source).isometry!.orthogonal!;
    expect(Math.abs(spread - orthogonal!.variance)).toBeLessThan(4 * orthogonal!.varianceError + 0.025 * spread);
    // As a matrix of 3 taps the kernel is far from orthogonal as a convolution.
    const taps = cases.find(({ name }) => name === 'convolutions, orthogonal as matrices')!;
    const { variance, orthogonal: delta } = analysed(taps.source).isometry!;
    expect(delta).toBeLessThan(variance! / 2);
  });

  test('leaves out a last layer that only reads the features, and the pooling before it', () => {
    const made = 'self.a = nn.Conv2d(32, 64, 3, padding=1, padding_mode="circular")\nself.head = nn.Linear(64, 10)';
    const { isometry } = analysed(module(made, 'return self.head(torch.relu(self.a(x)).mean((2, 3)))'));
    expect(isometry).toMatchObject({ depth: 1, readout: 'head', singularValues: null });
    expect(isometry!.variance).toBeCloseTo(((1 + 1 + 2) * 32) / 64 - 1 + 0, 12);
  });

  test('counts the singular values that there are: a wider output adds no zeros', () => {
    const { isometry } = analysed(module(`${linear('a', '100, 400')}\nnn.init.orthogonal_(self.a.weight)`, 'return self.a(x)'));
    expect(isometry).toMatchObject({ variance: 0, score: 1, singularValues: 100 });
    expect(isometry!.max).toBeCloseTo(1, 9);
    expect(isometry!.mean).toBeCloseTo(0, 12);
  });

  test('of symbolic equal widths is that of any width, and of unequal ones only the mean', () => {
    const equal = analysed(
      module('self.a = nn.Linear(n, n)\nself.b = nn.Linear(n, n)', 'return self.b(torch.relu(self.a(x)))', ', n'),
    );
    expect(equal.isometry).toMatchObject({ singularValues: null });
    expect(equal.isometry!.variance).toBeCloseTo(1 + 2, 12);
    const unequal = analysed(
      module('self.a = nn.Linear(n, m)\nself.b = nn.Linear(m, n)', 'return self.b(torch.relu(self.a(x)))', ', n, m'),
    );
    expect(unequal.isometry).toMatchObject({ variance: null, max: null, score: null });
    expect(unequal.isometry!.mean).toBeCloseTo(Math.log(1 / 6), 12);
    expect(unequal.assumptions.join()).toContain('ratios of widths');
  });

  test('of blocks whose last layers start at 0 is perfect, also for ReLU', () => {
    const made = `${linear('a')}\n${linear('b')}\nnn.init.zeros_(self.b.weight)\nnn.init.zeros_(self.b.bias)`;
    const { isometry } = analysed(module(made, 'return x + self.b(torch.relu(self.a(x)))'));
    expect(isometry).toMatchObject({ mean: 0, variance: 0, max: 1, score: 1 });
  });

  test('never says 0 or NaN where gradients have under- or overflowed', () => {
    const deep = (gain: number) =>
      analysed(
        module(
          `self.layers = nn.ModuleList(nn.Linear(64, 64, bias=False) for _ in range(200))\nfor l in self.layers:\n    nn.init.normal_(l.weight, std=${gain})`,
          'for l in self.layers:\n    x = torch.relu(l(x))\nreturn x',
        ),
      ).isometry!;
    for (const gain of [1e-3, 10]) {
      const { mean, variance, max, score } = deep(gain);
      for (const value of [mean, variance, max, score]) expect(Number.isFinite(value)).toBe(true);
      expect(mean).toBeCloseTo(Math.log(32 * gain ** 2), 6);
      expect(variance).toBeCloseTo(400, 6);
    }
  });
});

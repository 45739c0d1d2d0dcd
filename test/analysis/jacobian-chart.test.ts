import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { inSlices } from '../../language-server/analysis/in-slices.js';
import type { CirclePoint, JacobianSpectrum, ModelReport } from '../../language-server/protocol.js';
import { testAnalyzer } from '../analyzer.js';
import { drawCharts } from './draw-charts.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const modelOf = (source: string): ModelReport => analyzer.analyzeText(source, { file: 'model.py' }).models.at(-1)!;

const sequential = (...parts: string[]): string => `import torch
from torch import nn
net = nn.Sequential(${parts.join(', ')})
for layer in net:
    if isinstance(layer, nn.Linear):
        nn.init.orthogonal_(layer.weight)
        nn.init.zeros_(layer.bias)
`;

const spectrumOf = (model: ModelReport): JacobianSpectrum => {
  const { spectrum } = drawCharts(model);
  if ('missing' in spectrum) throw new Error(spectrum.missing);
  return spectrum;
};

const circleOf = (model: ModelReport): CirclePoint[] => {
  const { circle } = drawCharts(model);
  if ('missing' in circle) throw new Error(circle.missing);
  return circle.points;
};

/** E s^power from the shares below each s and the atoms. */
function momentOf({ s, below, atoms, max }: JacobianSpectrum, power: number): number {
  // Curves end just below the edge, and there may be an atom on it.
  const rest =
    s.length === 0
      ? 0
      : Math.max(0, 1 - below.at(-1)! - atoms.reduce((sum, { s: at, share }) => (at >= max ? sum + share : sum), 0));
  const steps = s.slice(1).map((value, i) => Math.sqrt(value * s[i]!) ** power * (below[i + 1]! - below[i]!));
  return [rest * max ** power, ...steps, ...atoms.map((atom) => atom.s ** power * atom.share)].reduce(
    (sum, value) => sum + value,
    0,
  );
}

describe('The spectrum for the panel', () => {
  test('of 64 orthogonal tanh layers has the moments of the report', () => {
    const model = modelOf(sequential(...Array.from({ length: 64 }, () => 'nn.Linear(400, 400), nn.Tanh()')));
    const spectrum = spectrumOf(model);
    const { variance, max, mean, depth } = model.summary.isometry!;
    expect(momentOf(spectrum, 2)).toBeCloseTo(1, 2);
    expect(momentOf(spectrum, 4) / (1 + variance!)).toBeCloseTo(1, 1);
    expect(spectrum.max).toBeCloseTo(max!, 9);
    expect(spectrum.log10RootMeanSquare).toBeCloseTo((mean * depth) / 2 / Math.LN10, 12);
    const [low, median, high] = spectrum.quantiles;
    expect(0 < low && low < median && median < high && high < spectrum.max).toBe(true);
    expect(JSON.parse(JSON.stringify(spectrum))).toEqual(spectrum);
  });

  test('of orthogonal ReLU layers loses half of the directions', () => {
    const spectrum = spectrumOf(modelOf(sequential('nn.Linear(400, 400)', 'nn.ReLU()', 'nn.Linear(400, 400)', 'nn.ReLU()')));
    expect(spectrum.atoms).toEqual([{ s: 0, share: 0.5 }]);
    expect(spectrum.quantiles[0]).toBe(0);
    // Edge of two projections at 1/2: λ_max = 4/(mean of λ over all, 1/4 of it per layer pair): (1 − p)/p · L^L/(L − 1)^(L − 1) = 4.
    expect(spectrum.max).toBeCloseTo(2, 9);
    expect(momentOf(spectrum, 2)).toBeCloseTo(1, 2);
  });

  test('has as many values as the narrower end, whichever that is', () => {
    for (const widths of ['100, 400', '400, 100']) {
      const spectrum = spectrumOf(modelOf(sequential(`nn.Linear(${widths})`)));
      expect(spectrum).toMatchObject({ s: [], near: 1, quantiles: [1, 1, 1] });
      expect(spectrum.atoms).toHaveLength(1);
      expect(spectrum.atoms[0]!.share).toBeCloseTo(1, 12);
    }
    const uneven = modelOf('from torch import nn\nnet = nn.Sequential(nn.Linear(200, 400), nn.Linear(400, 800))');
    const spectrum = spectrumOf(uneven);
    expect(spectrum.atoms).toEqual([]);
    expect(momentOf(spectrum, 2)).toBeCloseTo(1, 2);
    expect(momentOf(spectrum, 4) / (1 + uneven.summary.isometry!.variance!)).toBeCloseTo(1, 1);
  });

  test('is missing with the reason where the theory has none', () => {
    const { spectrum, circle } = drawCharts(
      modelOf('from torch import nn\nnet = nn.Sequential(nn.Linear(64, 64), nn.Softmax(-1), nn.Linear(64, 64))'),
    );
    expect(spectrum).toEqual({ missing: 'attention is beyond this theory' });
    expect(circle).toEqual(spectrum);
  });
});

describe('A circle of inputs through a network', () => {
  test('is never bent by linear layers', () => {
    const points = circleOf(modelOf('from torch import nn\nnet = nn.Sequential(nn.Linear(99, 99), nn.Linear(99, 99))'));
    expect(points.map(({ path }) => path)).toEqual(['0', '1']);
    for (const [i, { logLength, turning, corners }] of points.entries()) {
      expect(logLength).toBeCloseTo(((i + 1) / 2) * Math.log(1 / 3), 12);
      expect([turning, corners]).toEqual([1, null]);
    }
  });

  test('gets two corners from each ReLU without biases, and no curvature', () => {
    const points = circleOf(modelOf(sequential('nn.Linear(64, 64)', 'nn.ReLU()', 'nn.Linear(64, 64)', 'nn.ReLU()')));
    expect(points).toMatchObject([
      { turning: 1, corners: 2 },
      { turning: 'infinity', corners: 2 },
    ]);
  });

  test('is nowhere under dropout, and everywhere without', () => {
    const source = 'from torch import nn\nnet = nn.Sequential(nn.Linear(64, 64), nn.Dropout(0.5), nn.Linear(64, 64))';
    expect(drawCharts(modelOf(source)).circle).toEqual({ missing: expect.stringContaining('dropout') });
  });
});

describe('Long computations', () => {
  test('let others run, again and again', async () => {
    let pauses = 0;
    const steps = (function* (): Generator<void, string> {
      while (pauses < 3) yield;
      return 'done';
    })();
    expect(await inSlices(steps, async () => ++pauses > 5)).toBe('done');
  });

  test('end when they are no longer wanted', async () => {
    const steps = (function* (): Generator<void, never> {
      for (;;) yield;
    })();
    expect(await inSlices(steps, async () => true)).toBeNull();
  });
});

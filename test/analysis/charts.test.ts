import { describe, expect, test } from 'vitest';
import type { PhasePlane } from '../../language-server/protocol.js';
import { chain } from '../hand-made-report.js';
import { drawCharts } from './draw-charts.js';

const planeOf = (activation: string, keep = 1, sigmaW2 = 1 / 3): PhasePlane =>
  drawCharts(chain([{ chi1: 0.5, activation, keep, sigmaW2 }, { chi1: null }])).phasePlanes[0]!;

/** E f(√q z), z ~ N(0, 1), by the trapezoidal rule, which converges geometrically here and shares no code with the theory. */
function gaussian(f: (x: number) => number, q: number): number {
  let sum = 0;
  for (let z = -10; z <= 10; z += 0.02) sum += 0.02 * f(Math.sqrt(q) * z) * Math.exp((-z * z) / 2);
  return sum / Math.sqrt(2 * Math.PI);
}

describe('the phase plane', () => {
  test('of tanh has the critical line of the literature', () => {
    const { criticalLine } = planeOf('tanh');
    // σ_b² = 0.05 has σ_w² = 1.760955 (Schoenholz et al. 2017 use 1.76), 0.1 has 1.986073.
    for (const [sigmaB2, sigmaW2] of [
      [0.05, 1.760955],
      [0.1, 1.986073],
    ] as const) {
      const after = criticalLine.findIndex((point) => point.sigmaB2 > sigmaB2);
      const [a, b] = [criticalLine[after - 1]!, criticalLine[after]!];
      const share = (sigmaB2 - a.sigmaB2) / (b.sigmaB2 - a.sigmaB2);
      expect(Math.abs(a.sigmaW2 + share * (b.sigmaW2 - a.sigmaW2) - sigmaW2)).toBeLessThan(1e-3);
    }
    expect(criticalLine[0]).toMatchObject({ sigmaW2: 1, sigmaB2: 0, qStar: 0 });
    expect(criticalLine.every(({ attracting }) => attracting)).toBe(true);
  });

  test('of tanh has the χ₁ that iterating the length map gives', () => {
    const { grid } = planeOf('tanh');
    for (const [row, column] of [
      [0, 5],
      [3, 20],
      [10, 30],
      [30, 40],
    ] as const) {
      const [w, b] = [grid.sigmaW2[column]!, grid.sigmaB2[row]!];
      let q = 1;
      for (let i = 0; i < 400; i++) q = w * gaussian((x) => Math.tanh(x) ** 2, q) + b;
      const chi1 = w * gaussian((x) => (1 - Math.tanh(x) ** 2) ** 2, q);
      expect(Math.abs(grid.chi1[row * grid.sigmaW2.length + column]! / chi1 - 1), `${w}, ${b}`).toBeLessThan(0.01);
    }
  });

  test('of ReLU is critical at one point, and χ₁ = σ_w²/2 everywhere', () => {
    const { criticalLine, grid, note } = planeOf('relu');
    expect(criticalLine).toHaveLength(1);
    expect(criticalLine[0]!.sigmaW2).toBeCloseTo(2, 12);
    expect(note).toMatch(/single point/);
    for (const [index, w] of grid.sigmaW2.entries()) expect(grid.chi1[7 * grid.sigmaW2.length + index]).toBeCloseTo(w / 2, 9);
  });

  test('with dropout has its line at σ_w² times the keep probability', () => {
    expect(planeOf('relu', 0.5).criticalLine[0]!.sigmaW2).toBeCloseTo(1, 12);
    expect(planeOf('relu', 0.5).note).toMatch(/dropout/);
  });

  test('says where an activation has no critical initialization, and where its line repels', () => {
    expect(planeOf('softplus')).toMatchObject({ criticalLine: [], note: expect.stringMatching(/no critical initialization/) });
    expect(planeOf('gelu').criticalLine.some(({ attracting }) => !attracting)).toBe(true);
  });

  test('reaches as far as the layers of the model', () => {
    const { grid, layers } = planeOf('tanh', 1, 9);
    expect(grid.sigmaW2.at(-1)).toBeGreaterThan(9);
    expect(grid.chi1).toHaveLength(grid.sigmaW2.length * grid.sigmaB2.length);
    expect(layers).toEqual([0]);
  });

  test.each([
    'elu',
    'selu',
    'silu',
    'mish',
    'sigmoid',
    'hardtanh',
    'softsign',
    'sin',
    'hardswish',
    'leaky_relu',
    'gelu_tanh',
    'relu6',
  ])('of %s holds numbers or null, and survives JSON', (activation) => {
    const plane = planeOf(activation);
    expect(JSON.parse(JSON.stringify(plane))).toEqual(plane);
    for (const value of plane.grid.chi1) expect(value === null || value >= 0).toBe(true);
  });

  test('is drawn once for all layers with the same activation, and not for unknown ones', () => {
    const model = chain([
      { chi1: 0.5, activation: 'relu' },
      { chi1: 0.5, activation: 'tanh' },
      { chi1: 0.5, activation: 'relu' },
      { chi1: null, activation: 'never_heard_of' },
    ]);
    expect(drawCharts(model).phasePlanes.map(({ activation, layers }) => [activation, layers])).toEqual([
      ['relu', [0, 2]],
      ['tanh', [1]],
    ]);
  });
});

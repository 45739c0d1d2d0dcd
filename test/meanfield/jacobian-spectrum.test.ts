import { describe, expect, test } from 'vitest';
import { type JacobianLayer, jacobianMoments, type WeightFamily } from '../../language-server/meanfield/jacobian-moments.js';
import {
  fractionNearOne,
  jacobianSpectrum,
  quantileRatio,
  singularValueCurve,
  singularValueDensity,
} from '../../language-server/meanfield/jacobian-spectrum.js';
import { slopeLaw } from '../../language-server/meanfield/slope-law.js';
import { slopeMoments } from '../../language-server/meanfield/slope-moments.js';
import type { SpectralLayer } from '../../language-server/meanfield/spectral-equation.js';
import { expectClose, type GoldenRow, golden } from '../golden.js';
import { goldenActivation } from './erf-unit.js';

const rows = golden('07-jacobian-spectrum');

/** L equal square layers of the row, critical at q* unless it says otherwise. */
function equalLayers({ inputs }: GoldenRow): SpectralLayer[] {
  const slopes = slopeLaw(goldenActivation(inputs.activation as string), (inputs.q_star as number | undefined) ?? 1);
  const layer: SpectralLayer = {
    family: inputs.weights === 'gaussian' ? 'iid' : 'orthogonal',
    sigmaW2: (inputs.sigma_w2 as number | undefined) ?? 1 / slopes.mu1,
    inputs: 100,
    outputs: 100,
    slopes,
  };
  return new Array<SpectralLayer>(inputs.L as number).fill(layer);
}

function momentLayers(layers: readonly SpectralLayer[]): JacobianLayer[] {
  return layers.map(({ slopes: { mu1, mu2 }, ...shape }) => ({ ...shape, slopes: { mu1, mu2 } }));
}

function expectDensity(row: GoldenRow, layers: readonly SpectralLayer[]): void {
  const lambda = (row.inputs.lambda ?? row.expected.lambda) as number[];
  const rho = row.expected.rho_lambda as number[];
  const spectrum = jacobianSpectrum(layers);
  const s = lambda.map((value) => Math.sqrt(value / Math.exp(spectrum.logMean)));
  singularValueDensity(spectrum, s).forEach((density, i) => {
    expectClose(density / (2 * s[i]! * Math.exp(spectrum.logMean)), rho[i], row.tolerance, `ρ(${lambda[i]})`);
  });
}

describe('Moments of φ′²', () => {
  for (const { id, inputs, expected, tolerance } of rows.filter(({ id }) => id.startsWith('mu-'))) {
    test(id, () => {
      const phi = goldenActivation(inputs.activation as string);
      const slopes = slopeMoments(phi, inputs.q as number);
      const square = { sigmaW2: 1, inputs: 64, outputs: 64, slopes };
      expectClose(slopes.mu1, expected.mu1, tolerance, 'μ₁');
      expectClose(slopes.mu2, expected.mu2, tolerance, 'μ₂');
      // 1 + σ²_rel is what has the relative accuracy of the moments; σ²_rel itself cancels for hardtanh.
      const orthogonal = jacobianMoments([{ ...square, family: 'orthogonal' }]).relativeVariance;
      expectClose(1 + orthogonal, 1 + (expected.rel_variance_per_layer_orthogonal as number), tolerance, 'σ²_rel, orthogonal');
      const gaussian = jacobianMoments([{ ...square, family: 'iid' }]).relativeVariance;
      expectClose(gaussian, expected.rel_variance_per_layer_gaussian, tolerance, 'σ²_rel, Gaussian');
    });
  }
});

describe('Spectrum of the Jacobian of equal layers', () => {
  const equal = rows.filter(({ inputs }) => inputs.L !== undefined && inputs.rel_variance_target === undefined);
  for (const row of equal) {
    const { id, expected, tolerance } = row;
    test(id, () => {
      const layers = equalLayers(row);
      const spectrum = jacobianSpectrum(layers);
      if (expected.mu1 !== undefined) expectClose(layers[0]!.slopes.mu1, expected.mu1, tolerance, 'μ₁');
      if (expected.mu2 !== undefined) expectClose(layers[0]!.slopes.mu2, expected.mu2, tolerance, 'μ₂');
      if (expected.p !== undefined) expectClose(layers[0]!.slopes.alive, expected.p, tolerance, 'p');
      if (expected.rel_variance !== undefined) {
        const { relativeVariance, logMean } = jacobianMoments(momentLayers(layers));
        expectClose(relativeVariance, expected.rel_variance, tolerance, 'σ²_rel');
        expectClose(logMean, 0, { rel: 0, abs: 1e-9 }, 'ln m₁');
      }
      if (expected.lambda_max !== undefined) {
        const lambdaMax = Math.exp(spectrum.logMax + spectrum.logMean);
        expectClose(lambdaMax, expected.lambda_max, tolerance, 'λ_max');
      }
      if (expected.bulk_edge !== undefined)
        expectClose(Math.exp(spectrum.logBulkEdge! + spectrum.logMean), expected.bulk_edge, tolerance, 'bulk edge');
      if (expected.rho_lambda !== undefined) expectDensity(row, layers);
      if (expected.mass_at_zero !== undefined)
        expectClose(spectrum.atoms[0]!.mass, expected.mass_at_zero, tolerance, 'mass at 0');
      if (expected.atom_at_top !== undefined) {
        const { lambda, mass } = expected.atom_at_top as { lambda: number; mass: number };
        expectClose(Math.exp(spectrum.atoms[1]!.logLambda), lambda, tolerance, 'λ of the atom');
        expectClose(spectrum.atoms[1]!.mass, mass, tolerance, 'mass of the atom');
      }
      if (expected['fraction_s_within_0.1'] !== undefined)
        expectClose(fractionNearOne(spectrum), expected['fraction_s_within_0.1'], tolerance, 'share near 1');
    });
  }
});

describe('Spectrum of the Jacobian of unequal and rectangular layers', () => {
  interface Layer {
    activation: string;
    q: number;
    weights: string;
    sigma_w2: number;
  }
  for (const { id, inputs, expected, tolerance } of golden('07b-heterogeneous')) {
    test(id, () => {
      const widths = inputs.relative_widths as number[];
      const layers = (inputs.layers as Layer[]).map(
        ({ activation, q, weights, sigma_w2 }, l): SpectralLayer => ({
          family: weights === 'gaussian' ? 'iid' : 'orthogonal',
          sigmaW2: sigma_w2,
          inputs: widths[l]!,
          outputs: widths[l + 1]!,
          slopes: slopeLaw(goldenActivation(activation), q),
        }),
      );
      const moments = jacobianMoments(momentLayers(layers));
      expectClose(moments.logMean, expected.log_m1, { ...tolerance, abs: 1e-12 }, 'ln m₁');
      expectClose(moments.relativeVariance, expected.rel_variance, tolerance, 'σ²_rel');
      expectClose(moments.score, expected.score, tolerance, 'score');
      const spectrum = jacobianSpectrum(layers);
      const lambdaMax = Math.exp(spectrum.logMax + spectrum.logMean);
      expectClose(lambdaMax, expected.lambda_max, tolerance, 'λ_max');
      // Tolerances of the simulated columns as the table states them in words: widths of 100 to 600, six networks.
      const simulated = expected.simulated as { log_m1: number; rel_variance: number; lambda_max: number };
      expectClose(moments.logMean, simulated.log_m1, { rel: 0, abs: 0.08 }, 'ln m₁, simulated');
      expectClose(moments.relativeVariance, simulated.rel_variance, { rel: 0.12 }, 'σ²_rel, simulated');
      expectClose(lambdaMax, simulated.lambda_max, { rel: 0.12 }, 'λ_max, simulated');
      const { s, cumulative } = singularValueCurve(spectrum);
      const atoms = spectrum.atoms.reduce((sum, { mass }) => sum + mass, 0);
      expectClose(cumulative.at(-1)! - cumulative[0]! + atoms, 1, { rel: 0, abs: 2e-3 }, 'mass');
      let mean = 0;
      for (let i = 1; i < s.length; i++) mean += s[i]! * s[i - 1]! * (cumulative[i]! - cumulative[i - 1]!);
      expectClose(mean, 1, { rel: 0.005 }, 'E λ/m₁');
    });
  }
});

describe('Spectra as a whole', () => {
  const stack = (name: string, q: number, family: WeightFamily, depth: number, sigmaW2?: number): SpectralLayer[] => {
    const slopes = slopeLaw(goldenActivation(name), q);
    const layer: SpectralLayer = { family, sigmaW2: sigmaW2 ?? 1 / slopes.mu1, inputs: 8, outputs: 8, slopes };
    return new Array<SpectralLayer>(depth).fill(layer);
  };
  const cases: [string, SpectralLayer[]][] = [
    ['64 orthogonal layers of tanh', stack('tanh', 0.05, 'orthogonal', 64)],
    ['64 Gaussian layers of tanh', stack('tanh', 0.05, 'iid', 64)],
    ['10 orthogonal layers of ReLU', stack('relu', 1, 'orthogonal', 10)],
    ['5 orthogonal layers of hardtanh, with an atom on top', stack('hardtanh', 0.3, 'orthogonal', 5)],
    ['8 Gaussian layers of GELU far from criticality', stack('gelu', 1.3, 'iid', 8, 0.7)],
    ['6 orthogonal layers of leaky ReLU', stack('leaky_relu', 1, 'orthogonal', 6)],
    ['4 orthogonal layers of ELU', stack('elu', 0.8, 'orthogonal', 4)],
    ['2 orthogonal layers of tanh at a tiny length', stack('tanh', 1e-5, 'orthogonal', 2)],
    ['3 Gaussian layers of saturated tanh', stack('tanh', 100, 'iid', 3)],
    ['200 Gaussian linear layers', stack('linear', 1, 'iid', 200)],
  ];
  for (const [name, layers] of cases) {
    test(`${name}: the drawn density holds the whole mass and the mean m₁`, () => {
      const spectrum = jacobianSpectrum(layers);
      const { s, cumulative } = singularValueCurve(spectrum);
      const atoms = spectrum.atoms.reduce((sum, { mass }) => sum + mass, 0);
      const covered = cumulative.at(-1)! - cumulative[0]!;
      expectClose(covered + atoms, 1, { rel: 0, abs: 2e-3 }, 'mass');
      let mean = spectrum.atoms.reduce((sum, { logLambda, mass }) => sum + mass * Math.exp(logLambda), 0);
      for (let i = 1; i < s.length; i++) mean += s[i]! * s[i - 1]! * (cumulative[i]! - cumulative[i - 1]!);
      expectClose(mean, 1, { rel: 0.005 }, 'E λ/m₁');
    });
  }

  test('the density of a 64-layer orthogonal tanh network takes no more than 300 ms', () => {
    const layers = stack('tanh', 0.031, 'orthogonal', 64);
    const start = performance.now();
    singularValueCurve(jacobianSpectrum(layers));
    expect(performance.now() - start).toBeLessThan(300);
  });

  test('orthogonal linear layers are isometric: one atom, and all of the mass near 1', () => {
    const spectrum = jacobianSpectrum(stack('linear', 1, 'orthogonal', 30));
    expect(spectrum.atoms).toEqual([{ logLambda: 0, mass: 1 }]);
    expect(spectrum.logBulkEdge).toBeNull();
    expect(fractionNearOne(spectrum)).toBe(1);
    expect(quantileRatio(spectrum)).toBe(1);
    expect(singularValueCurve(spectrum).s).toEqual([]);
  });

  test('a ReLU network has no finite ratio of quantiles, because half of its singular values are 0', () => {
    expect(quantileRatio(jacobianSpectrum(stack('relu', 1, 'orthogonal', 4)))).toBe(Number.POSITIVE_INFINITY);
  });

  test('the ratio of quantiles of one Gaussian layer is that of the quarter circle', () => {
    // F(s) = (s √(4 − s²)/2 + 2 asin(s/2))/π is 0.05 at 0.0785600 and 0.95 at 1.7566789 (bisection in double precision).
    const ratio = quantileRatio(jacobianSpectrum(stack('linear', 1, 'iid', 1)));
    expectClose(ratio, 1.7566789 / 0.07856, { rel: 0.03 }, 's₀.₉₅/s₀.₀₅');
  });

  test('wrong shapes are refused', () => {
    const layer = stack('tanh', 1, 'iid', 1)[0]!;
    expect(() => jacobianSpectrum([])).toThrow(RangeError);
    expect(() => jacobianSpectrum([{ ...layer, inputs: 0 }])).toThrow(RangeError);
    expect(() => jacobianSpectrum([{ ...layer, sigmaW2: 0 }])).toThrow(RangeError);
    expect(() => jacobianMoments([])).toThrow(RangeError);
  });
});

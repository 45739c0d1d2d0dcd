import { describe, expect, test } from 'vitest';
import { fractionNearOne, singularValueDensity } from '../../language-server/meanfield/jacobian-spectrum.js';
import { blockSpread, residualIsometry, residualSpectrum } from '../../language-server/meanfield/residual-isometry.js';
import { residualStream } from '../../language-server/meanfield/residual-stream.js';
import { expectClose, golden } from '../golden.js';
import { goldenActivation } from './erf-unit.js';

interface Tolerance {
  rel: number;
  fraction: number;
  rel_theory: number;
  rel_simulated: number;
}

const rows = golden('08-residual-isometry').map((row) => ({ ...row, tolerance: row.tolerance as unknown as Tolerance }));

describe('Spectrum of a residual network', () => {
  for (const { id, inputs, expected, tolerance } of rows.filter(({ inputs }) => inputs.c !== undefined)) {
    test(id, () => {
      const spectrum = residualSpectrum(inputs.c as number);
      const m1 = Math.exp(spectrum.logMean);
      expectClose(m1 * Math.exp(spectrum.logMin), expected.lambda_min, tolerance, 'λ_min');
      expectClose(m1 * Math.exp(spectrum.logMax), expected.lambda_max, tolerance, 'λ_max');
      expectClose(m1, expected.m1, tolerance, 'm₁');
      const lambda = expected.lambda as number[];
      const s = lambda.map((value) => Math.sqrt(value / m1));
      singularValueDensity(spectrum, s).forEach((density, i) => {
        expectClose(density / (2 * s[i]! * m1), (expected.rho_lambda as number[])[i], tolerance, `ρ(${lambda[i]})`);
      });
      const fraction = fractionNearOne(spectrum, 0.1, -spectrum.logMean / 2);
      expectClose(fraction, expected['fraction_s_within_0.1_of_1'], { rel: tolerance.fraction }, 'share of s near 1');
    });
  }

  for (const { id, inputs, expected, tolerance } of rows.filter(({ inputs }) => inputs.c === undefined)) {
    const phi = goldenActivation(inputs.activation as string);
    const variances = { sigmaW2: inputs.sigma_w2_per_layer as number, sigmaB2: inputs.sigma_b2 as number };
    const stream = residualStream(phi, variances, inputs.L as number, { secondMoment: inputs.E_x2_input as number });
    const { cumulant, logMean, relativeVariance } = residualIsometry(stream.branches);
    const spectrum = residualSpectrum(cumulant);
    const lambda = (log: number) => Math.exp(log + spectrum.logMean);
    const theory = { rel: tolerance.rel_theory, abs: 1e-12 };

    test(`${id}: cumulant, stream and edges`, () => {
      expectClose(cumulant, expected.c, theory, 'c');
      expectClose(relativeVariance, 2 * (expected.c as number), theory, 'σ²_rel');
      expectClose(logMean, expected.log_m1_finite_L, theory, 'ln m₁');
      expectClose(stream.secondMoment, expected.E_x2_output, theory, 'E x²');
      expectClose(stream.mean, expected.mean_x_output, theory, 'E x');
      expectClose(lambda(spectrum.logMin), expected.lambda_min, theory, 'λ_min');
      expectClose(lambda(spectrum.logMax), expected.lambda_max, theory, 'λ_max');
    });

    test(`${id}: edges as simulated`, () => {
      const simulated = { rel: tolerance.rel_simulated };
      // Only φ that is not odd has the one singular value outside the law; else the largest one belongs to it.
      const largest = phi.parity === 'odd' ? expected.outlier_lambda_simulated : expected.second_largest_lambda_simulated;
      expectClose(lambda(spectrum.logMin), expected.lambda_min_simulated, simulated, 'λ_min');
      expectClose(lambda(spectrum.logMax), largest, simulated, 'λ_max');
    });
  }

  test('branches that start at 0 leave an exact isometry', () => {
    expect(residualIsometry(new Array(100).fill({ chi: 1, scale: 0 }))).toEqual({
      cumulant: 0,
      logMean: 0,
      relativeVariance: 0,
      score: 1,
      largestBranch: 0,
    });
  });

  test('stochastic depth and a factor on the skip connection scale the cumulant', () => {
    expectClose(residualIsometry([{ chi: 0.2, survival: 0.5 }]).cumulant, 0.1, { rel: 1e-15 });
    const scaled = residualIsometry([{ chi: 0.2, skip: 2 }]);
    expectClose(scaled.cumulant, 0.05, { rel: 1e-15 });
    expectClose(scaled.logMean, Math.log(4.2), { rel: 1e-15 });
  });

  test('one block 1 + W with independent weights of gain 1 has m₂/m₁² = 7/4', () => {
    // m₂ of (1 + W)(1 + W)ᵀ is 1 + 4χ + 2χ²: of the words of length four only those with paired W survive.
    expectClose(1 + blockSpread(1, 1), 7 / 4, { rel: 1e-15 });
  });

  test('wrong arguments are refused', () => {
    expect(() => residualSpectrum(0)).toThrow(RangeError);
    expect(() => residualIsometry([{ chi: -1 }])).toThrow(RangeError);
    expect(() => residualIsometry([{ chi: 1, skip: 0 }])).toThrow(RangeError);
  });
});

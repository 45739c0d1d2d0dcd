import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { batchNormRate, layerNormRate } from '../../language-server/meanfield/batch-normalization.js';
import { epsilonFixedPoint } from '../../language-server/meanfield/batch-normalization-epsilon.js';
import { normalizedResidualGrowth } from '../../language-server/meanfield/batch-normalization-residual.js';
import { shiftedMoments } from '../../language-server/meanfield/shifted-moments.js';
import { expectClose, type GoldenRow, golden } from '../golden.js';

const rows = golden('09-batch-normalization');
const starting = (...prefixes: string[]) => rows.filter(({ id }) => prefixes.some((prefix) => id.startsWith(prefix)));
const phiOf = ({ inputs }: GoldenRow) => activation(inputs.activation as string)!;
const batchOf = ({ inputs }: GoldenRow) => (inputs.batch === 'infinity' ? Number.POSITIVE_INFINITY : (inputs.batch as number));
const affineOf = ({ inputs }: GoldenRow) => ({
  gamma: (inputs.gamma as number | undefined) ?? 1,
  beta: (inputs.beta as number | undefined) ?? 0,
});

describe('Gradient explosion by batch normalization', () => {
  for (const row of starting('bn-rate-')) {
    test(row.id, () => {
      const { rate, batchVariance } = batchNormRate(phiOf(row), batchOf(row), affineOf(row));
      expectClose(rate, row.expected.rate_per_layer_sq_grad, row.tolerance, 'λ_B');
      if (row.expected.log_rate !== undefined) expectClose(Math.log(rate), row.expected.log_rate, row.tolerance, 'ln λ_B');
      if (row.expected.nu !== undefined) expectClose(batchVariance, row.expected.nu, row.tolerance, 'ν');
    });
  }

  for (const row of starting('bn-mc-')) {
    test(`${row.id}: as simulated`, () => {
      const { rate } = batchNormRate(phiOf(row), batchOf(row));
      expectClose(Math.log(rate), row.expected.log_rate_theory, { rel: 1e-8 }, 'ln λ_B');
      expectClose(Math.log(rate), row.expected.log_rate_simulated, { ...row.tolerance, rel: 0 }, 'ln λ_B, simulated');
    });
  }

  for (const row of starting('ln-rate-')) {
    test(`${row.id}: layer normalization`, () => {
      expectClose(layerNormRate(phiOf(row)), row.expected.rate_per_layer_sq_grad, row.tolerance, 'λ');
    });
  }

  test('ReLU and identity agree with their closed forms from the smallest batch to a million', () => {
    for (const batch of [4, 5, 6, 16, 1000, 1e6]) {
      const rho = -1 / (batch - 1);
      const angle = Math.PI - Math.acos(rho);
      const both = angle / (2 * Math.PI);
      const k = (Math.sqrt(1 - rho * rho) + angle * rho) / (2 * Math.PI);
      const free = 1 - 1 / batch;
      const trace = (batch / 2) * free * free + both * free - free / 2 + k * free;
      const closed = (batch * trace) / ((batch - 3) * (batch - 1) * (0.5 - k));
      expectClose(batchNormRate(activation('relu')!, batch).rate, closed, { rel: 1e-8 }, `ReLU, B = ${batch}`);
      const identity = batchNormRate(activation('linear')!, batch).rate;
      expectClose(identity, (batch - 2) / (batch - 3), { rel: 1e-8 }, `identity, B = ${batch}`);
    }
  });

  test('the rate is at least 1 for every activation, and falls as batches grow', () => {
    for (const name of ['elu', 'silu', 'hardswish', 'softplus', 'sin', 'hardtanh', 'selu', 'mish']) {
      const phi = activation(name)!;
      const rates = [4, 8, 64, 1024, Number.POSITIVE_INFINITY].map((batch) => batchNormRate(phi, batch).rate);
      expect(rates.at(-1)).toBeGreaterThan(1);
      expect(rates).toEqual([...rates].sort((a, b) => b - a));
    }
  });

  test('large batches pass into the limit like 1/B, also with a shift', () => {
    const affine = { gamma: 0.7, beta: 0.4 };
    for (const name of ['gelu', 'hardtanh', 'relu']) {
      const phi = activation(name)!;
      const limit = batchNormRate(phi, Number.POSITIVE_INFINITY, affine).rate;
      const far = batchNormRate(phi, 1e4, affine).rate - limit;
      const near = batchNormRate(phi, 1e3, affine).rate - limit;
      expectClose(near / far, 10, { rel: 0.02 }, name);
    }
  });

  test('fewer than four samples are refused: the gradient has no finite variance there', () => {
    expect(() => batchNormRate(activation('relu')!, 3)).toThrow(RangeError);
    expect(() => batchNormRate(activation('relu')!, 8, { gamma: Number.NaN })).toThrow(RangeError);
  });
});

describe('Batch normalization with ε', () => {
  for (const row of starting('bn-eps-')) {
    test(row.id, () => {
      const point = epsilonFixedPoint(phiOf(row), row.inputs.sigma_w2 as number, row.inputs.eps as number);
      if (point.kind !== 'finite') throw new Error('a finite fixed point was expected');
      expectClose(point.batchVariance, row.expected.fixed_batch_variance, row.tolerance, 's');
      expectClose(point.rate, row.expected.rate_per_layer_sq_grad, row.tolerance, 'λ');
    });
  }

  test('the signal dies where ε outweighs σ_w² Var φ', () => {
    const point = epsilonFixedPoint(activation('relu')!, 1e-6, 1e-5);
    expect(point.kind).toBe('dies');
    expectClose(point.rate, 0.05, { rel: 1e-9 }, 'λ');
  });
});

describe('Residual blocks that begin with batch normalization', () => {
  for (const row of starting('bn-residual-')) {
    test(`${row.id}: squared gradients grow by a power of depth`, () => {
      const sigmaW2 = row.inputs.sigma_w2 as number;
      const { slopeSecond, variance } = shiftedMoments(phiOf(row), 1, 0);
      const stack = { streamVariance: 1, branchVariance: sigmaW2 * variance, branchGain: sigmaW2 * slopeSecond };
      const blocks = row.inputs.blocks as number;
      const { exponent, logGrowth } = normalizedResidualGrowth({ ...stack, blocks });
      expectClose(exponent, row.expected.polynomial_exponent_theory_Binf, { rel: 1e-9 }, 'exponent');
      expectClose(exponent, row.expected.polynomial_exponent_simulated, { ...row.tolerance, rel: 0 }, 'exponent, simulated');
      const doubled = normalizedResidualGrowth({ ...stack, blocks: 1000 * blocks }).logGrowth;
      const quadrupled = normalizedResidualGrowth({ ...stack, blocks: 2000 * blocks }).logGrowth;
      expectClose((quadrupled - doubled) / Math.LN2, exponent, { rel: 1e-4 }, 'slope in log depth');
      expect(logGrowth).toBeGreaterThan(0);
    });
  }

  test('the last of many branches adds one part in as many', () => {
    const { lastShare } = normalizedResidualGrowth({ blocks: 99, streamVariance: 1, branchVariance: 1, branchGain: 1 });
    expect(lastShare).toBe(0.01);
  });
});

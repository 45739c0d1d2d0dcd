import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { type FiniteLayer, finiteWidth } from '../../language-server/meanfield/finite-width.js';
import { reluLayerLogGain } from '../../language-server/meanfield/finite-width-relu.js';
import { expectClose, type GoldenRow, golden } from '../golden.js';

interface Tolerance {
  rel?: number;
  predicted_rel: number;
  simulated_vs_predicted_rel: number | string;
}

const rows = golden('14-finite-width').map((row) => ({ ...row, tolerance: row.tolerance as unknown as Tolerance }));

function layersOf({ inputs }: Pick<GoldenRow, 'inputs'>): FiniteLayer[] {
  const layer: FiniteLayer = {
    activation: activation(inputs.activation as string)!,
    width: inputs.N as number,
    family: inputs.weights === 'gaussian' ? 'iid' : 'orthogonal',
    sigmaW2: inputs.sigma_w2 as number,
    sigmaB2: inputs.sigma_b2 as number,
  };
  return new Array<FiniteLayer>(inputs.L as number).fill(layer);
}

describe('Fluctuations of the gradient in networks of finite width', () => {
  for (const row of rows.filter(({ id }) => !id.startsWith('relu-exact'))) {
    const { id, inputs, expected, tolerance } = row;
    test(id, () => {
      const rel = tolerance.predicted_rel;
      const network = finiteWidth(layersOf(row), inputs.q1 as number);
      // Logarithms of gains of 1 are rounding errors on both sides.
      expectClose(network.logGain, expected.mean_infinite_width, { rel, abs: 1e-9 }, 'Σ ln χ₁');
      expectClose(network.logGainVariance, expected.var_log_gain, { rel }, 'variance of the log gain');
      expectClose(network.q, expected.K_final, { rel }, 'K');
      expectClose(network.relativeDeviation, expected.rel_std_K_final, { rel }, 'relative deviation of K');
      // The GELU rows are informational in the simulated columns: K fluctuates by more than itself, and first order falls short.
      if (typeof tolerance.simulated_vs_predicted_rel !== 'number') return;
      const simulated = { rel: tolerance.simulated_vs_predicted_rel };
      expectClose(network.logGainVariance, expected.var_log_gain_simulated, simulated, 'variance of the log gain, simulated');
    });
  }

  for (const { id, inputs, expected, tolerance } of rows.filter(({ id }) => id.startsWith('relu-exact'))) {
    test(id, () => {
      const depth = inputs.L as number;
      const layer = reluLayerLogGain(inputs.N as number);
      expectClose(depth * layer.mean, expected.mean_log_sq_gain, { rel: tolerance.rel! }, 'mean');
      expectClose(depth * layer.variance, expected.var_log_sq_gain, { rel: tolerance.rel! }, 'variance');
    });
  }

  test('narrow layers dominate: their 1/width adds up', () => {
    const layer = layersOf({ inputs: { activation: 'relu', weights: 'gaussian', sigma_w2: 2, sigma_b2: 0, N: 8, L: 1 } })[0]!;
    const network = finiteWidth([{ ...layer, width: 512 }, layer, { ...layer, width: 512 }], 1);
    expectClose(network.inverseWidth, 1 / 8 + 2 / 512, { rel: 1e-14 }, 'Σ 1/width');
    expectClose(network.logGainVariance, 5 * network.inverseWidth, { rel: 1e-9 }, '5 Σ 1/width');
  });

  test('orthogonal linear layers do not fluctuate at all', () => {
    const layers = layersOf({ inputs: { activation: 'linear', weights: 'orthogonal', sigma_w2: 1, sigma_b2: 0, N: 10, L: 30 } });
    expectClose(finiteWidth(layers, 1).logGainVariance, 0, { rel: 0, abs: 1e-12 }, 'variance');
  });

  test('wrong arguments are refused', () => {
    expect(() => finiteWidth([], 0)).toThrow(RangeError);
    expect(() => reluLayerLogGain(0)).toThrow(RangeError);
  });
});

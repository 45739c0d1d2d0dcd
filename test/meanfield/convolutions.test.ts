import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import {
  activatedCovariance,
  convolve,
  convolveLengths,
  type Padding,
  transposedTaps,
  validTapShare,
} from '../../language-server/meanfield/convolution-covariance.js';
import { depthScale } from '../../language-server/meanfield/depth-scale.js';
import { fourierModes } from '../../language-server/meanfield/fourier-modes.js';
import { gaussianMoments } from '../../language-server/meanfield/gaussian-moments.js';
import { averagePool, maxPool, reluMaxPool } from '../../language-server/meanfield/pooling.js';
import { expectClose, expectScale, type GoldenRow, golden } from '../golden.js';

const rows = golden('05-convolutions');
const starting = (prefix: string) => rows.filter(({ id }) => id.startsWith(`conv/${prefix}`));
const variancesOf = ({ inputs }: GoldenRow) => ({ sigmaW2: inputs.sigma_w2 as number, sigmaB2: inputs.sigma_b2 as number });

describe('Fourier modes of convolutional networks', () => {
  for (const { id, inputs, expected, tolerance } of starting('modes1d/')) {
    test(id, () => {
      const chi = inputs.chi as number;
      const taps = new Array<number>(inputs.kernel as number).fill(1);
      fourierModes(inputs.n as number, taps, inputs.dilation as number, chi).forEach(({ gain, xi }, m) => {
        expectClose(gain, Math.abs((expected.lambda as number[])[m]!), tolerance, `λ_${m}`);
        expect(xi).toBe(depthScale(chi * gain));
        expectScale(chi * gain, (expected.xi as unknown[])[m], tolerance, `ξ_${m}`);
      });
    });
  }

  for (const { id, inputs, expected, tolerance } of starting('modes2d/')) {
    test(id, () => {
      const chi = inputs.chi as number;
      const [rowsOf, columns] = (inputs.n as number[]).map((n, dimension) =>
        fourierModes(n, new Array<number>((inputs.kernel as number[])[dimension]!).fill(1), 1, 1),
      ) as [ReturnType<typeof fourierModes>, ReturnType<typeof fourierModes>];
      for (const { m, lambda, xi } of expected.modes as { m: [number, number]; lambda: number; xi: number | 'inf' }[]) {
        const gain = rowsOf[m[0]]!.gain * columns[m[1]]!.gain;
        expectClose(gain, Math.abs(lambda), tolerance, `λ_${m}`);
        expectScale(chi * gain, xi, tolerance, `ξ_${m}`);
      }
    });
  }

  for (const { id, inputs, expected, tolerance } of starting('modes-nonuniform/')) {
    test(id, () => {
      const chi = inputs.chi as number;
      fourierModes(inputs.n as number, inputs.tap_variances as number[], 1, chi).forEach(({ gain }, m) => {
        expectClose(gain, (expected.abs_lambda as number[])[m], tolerance, `|λ_${m}|`);
        expectScale(chi * gain, (expected.xi as unknown[])[m], tolerance, `ξ_${m}`);
      });
    });
  }
});

describe('Convolutions, position by position', () => {
  for (const row of starting('zeropad/')) {
    test(row.id, () => {
      const phi = activation(row.inputs.activation as string)!;
      let post = new Array<number>(row.inputs.n as number).fill(row.inputs.input_mean_square as number);
      for (const { q: wanted, mean_q } of row.expected.layers as { q: number[]; mean_q: number }[]) {
        const q = convolveLengths(post, row.inputs.kernel as number, variancesOf(row));
        q.forEach((value, alpha) => {
          expectClose(value, wanted[alpha], row.tolerance, `q(${alpha})`);
        });
        expectClose(q.reduce((sum, value) => sum + value, 0) / q.length, mean_q, row.tolerance, 'mean of q');
        post = q.map((value) => gaussianMoments(phi, value).second);
      }
    });
  }

  for (const row of starting('covariance/')) {
    test(row.id, () => {
      const phi = activation(row.inputs.activation as string)!;
      let moments = row.inputs.input_covariance as number[][];
      for (const { sigma: wanted } of row.expected.layers as { sigma: number[][] }[]) {
        const sigma = convolve(moments, row.inputs.kernel as number, row.inputs.padding as Padding, variancesOf(row));
        sigma.forEach((values, a) => {
          values.forEach((value, b) => {
            expectClose(value, wanted[a]![b], row.tolerance, `Σ(${a}, ${b})`);
          });
        });
        moments = activatedCovariance(phi, sigma);
      }
    });
  }

  for (const { id, inputs, expected, tolerance } of starting('transpose-taps/')) {
    test(id, () => {
      const taps = transposedTaps(inputs.kernel as number, inputs.stride as number);
      const variance = inputs.tap_variance_times_in_channels as number;
      expect(taps).toEqual(expected.taps_per_output_phase);
      expect(taps.map((count) => count * variance)).toEqual(expected.q_by_phase_1d);
      expectClose(taps.reduce((sum, count) => sum + count, 0) / taps.length, expected.mean_taps, tolerance, 'mean');
    });
  }

  for (const { id, inputs, expected, tolerance } of starting('valid-fraction/')) {
    test(id, () => {
      const share = validTapShare(inputs.n as number, inputs.kernel as number) ** (inputs.dims as number);
      expectClose(share, expected.mean_fraction, tolerance, 'share');
    });
  }
});

describe('Pooling', () => {
  for (const { id, inputs, expected, tolerance } of starting('maxpool/')) {
    test(id, () => {
      const pooled = maxPool(inputs.q as number, inputs.window as number, inputs.correlation as number);
      expectClose(pooled.mean, expected.mean, tolerance, 'E max');
      expectClose(pooled.secondMoment, expected.second_moment, tolerance, 'E max²');
      const independent = maxPool(1, inputs.window as number, 0);
      expectClose(independent.mean, expected.iid_mean, tolerance, 'e_m');
      expectClose(independent.secondMoment, expected.iid_second_moment, tolerance, 's_m');
    });
  }

  for (const { id, inputs, expected, tolerance } of starting('relu-maxpool-iid/')) {
    test(id, () => {
      const pooled = reluMaxPool(inputs.q as number, inputs.window as number);
      expectClose(pooled.mean, expected.mean, tolerance, 'mean');
      expectClose(pooled.secondMoment, expected.second_moment, tolerance, 'second moment');
    });
  }

  for (const { id, inputs, expected, tolerance } of starting('avgpool/')) {
    test(id, () => {
      const pooled = averagePool(inputs.second_moment as number, inputs.positions as number, inputs.correlation as number);
      expectClose(pooled, expected.second_moment, tolerance, 'second moment');
    });
  }

  test('wrong arguments are refused', () => {
    expect(() => maxPool(1, 4, -0.1)).toThrow(RangeError);
    expect(() => averagePool(1, 0, 0)).toThrow(RangeError);
    expect(() => convolveLengths([1], 2, { sigmaW2: 1, sigmaB2: 0 })).toThrow(RangeError);
    expect(() => fourierModes(8, [0, 0], 1, 1)).toThrow(RangeError);
  });
});

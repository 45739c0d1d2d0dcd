import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { type ChainLayer, chain } from '../../language-server/meanfield/trajectory.js';
import { expectClose, golden } from '../golden.js';

interface RowLayer {
  fan_in: number;
  fan_out: number;
  weight_var: number;
  bias_var: number;
  activation: string | null;
  params: Record<string, number>;
}

describe('Trajectories through chains', () => {
  for (const { id, inputs, expected, tolerance } of golden('03-trajectories')) {
    const mean = inputs.input_mean_square as number;
    if (id.startsWith('traj')) {
      test(id, () => {
        const layer: ChainLayer = {
          summands: 1,
          width: 1,
          weightSecondMoment: inputs.sigma_w2 as number,
          biasSecondMoment: inputs.sigma_b2 as number,
          activation: activation(inputs.activation as string, inputs.params as Record<string, number>),
        };
        const points = chain(Array(inputs.layers as number).fill(layer), mean, inputs.input_cosine as number);
        const wanted = expected.layers as { q: number; c: number; chi: number; log_grad: number }[];
        expect(points).toHaveLength(wanted.length);
        points.forEach((point, l) => {
          expectClose(point.q, wanted[l]!.q, tolerance, `q of layer ${l + 1}`);
          expectClose(point.c, wanted[l]!.c, tolerance, `c of layer ${l + 1}`);
          expectClose(layer.weightSecondMoment * point.slopeSecond, wanted[l]!.chi, tolerance, `χ of layer ${l + 1}`);
          expectClose(
            points[0]!.logGradient - point.logGradient,
            wanted[l]!.log_grad,
            { rel: 1e-8, abs: 1e-11 },
            `Σ ln χ of layer ${l + 1}`,
          );
        });
      });
      continue;
    }
    test(id, () => {
      const layers = (inputs.layers as RowLayer[]).map((row) => ({
        summands: row.fan_in,
        width: row.fan_out,
        weightSecondMoment: row.weight_var,
        biasSecondMoment: row.bias_var,
        activation: row.activation === null ? null : activation(row.activation, row.params),
      }));
      const wanted = expected.layers as Record<string, number>[];
      chain(layers, mean, 0.5).forEach((point, l) => {
        expectClose(point.q, wanted[l]!.q, tolerance, 'q');
        expectClose(point.qPost, wanted[l]!.mean_square_out, tolerance, 'E x²');
        expectClose(point.slopeSecond, wanted[l]!.E_dphi2, tolerance, 'D');
        expectClose(Math.exp(point.logGradient), wanted[l]!.delta_mean_square, tolerance, 'q̃');
        expectClose(layers[l]!.width * Math.exp(point.logGradient), wanted[l]!.delta_norm2, tolerance, '‖δ‖²');
      });
    });
  }
});

import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { circleLimit, circleThroughDepth } from '../../language-server/meanfield/circle-geometry.js';
import { qStar } from '../../language-server/meanfield/length-fixed-points.js';
import { expectClose, golden } from '../golden.js';

interface Layer {
  q: number;
  chi1: number;
  chi2: number | 'inf';
  g_euclid: number;
  kappa2: number | 'inf';
  g_grassmann: number | 'inf';
  length_euclid_over_sqrtN: number;
  length_grassmann: number | 'inf';
}

const turningStep = (layers: Layer[]) => (layers.at(-1)!.g_grassmann as number) - (layers.at(-2)!.g_grassmann as number);

describe('A circle of inputs through depth', () => {
  for (const { id, inputs, expected, tolerance } of golden('04-manifold')) {
    test(id, () => {
      const phi = activation(inputs.activation as string, inputs.params as Record<string, number>)!;
      const variances = { sigmaW2: inputs.sigma_w2 as number, sigmaB2: inputs.sigma_b2 as number };
      let q1 = inputs.q1 as number;
      if (inputs.q1 === 'q_star') {
        const reached = qStar(phi, variances);
        q1 = reached.kind === 'finite' ? reached.value : Number.NaN;
        expectClose(q1, expected.q_star, tolerance, 'q*');
      }
      const points = circleThroughDepth(phi, variances, q1, inputs.layers as number);
      const wanted = expected.layers as Layer[];
      expect(points.length).toBe(wanted.length);
      points.forEach((point, l) => {
        const layer = wanted[l]!;
        expectClose(point.q, layer.q, tolerance, `q, layer ${l + 1}`);
        expectClose(point.chi1, layer.chi1, tolerance, `χ₁, layer ${l + 1}`);
        expectClose(point.chi2, layer.chi2, tolerance, `χ₂, layer ${l + 1}`);
        expectClose(Math.exp(point.logMetric), layer.g_euclid, tolerance, `ḡ, layer ${l + 1}`);
        expectClose(point.curvature2, layer.kappa2, tolerance, `κ̄², layer ${l + 1}`);
        expectClose(point.turning, layer.g_grassmann, tolerance, `g^G, layer ${l + 1}`);
        expectClose(point.length, layer.length_euclid_over_sqrtN, tolerance, `L^E, layer ${l + 1}`);
        expectClose(point.turningLength, layer.length_grassmann, tolerance, `L^G, layer ${l + 1}`);
      });
      if (expected.chi1_star === undefined) return;
      const limit = circleLimit(expected.chi1_star as number, expected.chi2_star as number, expected.q_star as number);
      if (limit.kind === 'curvature') expectClose(limit.curvature2, expected.kappa2_limit, tolerance, 'limit of κ̄²');
      else if (limit.kind === 'turning') expectClose(limit.turning, expected.g_grassmann_limit, tolerance, 'limit of g^G');
      // The table divides by the rounding error of 1 − χ₁ on the critical line, which gives 3e16; growth there is linear and unbounded.
      else expectClose(limit.turningPerLayer, turningStep(wanted), { rel: 1e-7 }, 'growth of g^G per layer');
    });
  }

  test('a linear network never bends a circle, at any depth', () => {
    const points = circleThroughDepth(activation('linear')!, { sigmaW2: 4, sigmaB2: 0 }, 1, 400);
    expect(points.at(-1)!.turningLength).toBe(2 * Math.PI);
    expectClose(points.at(-1)!.logMetric, 399 * Math.log(4), { rel: 1e-12 }, 'ln ḡ');
  });

  test('a network of a thousand ordered layers keeps finite numbers', () => {
    const last = circleThroughDepth(activation('tanh')!, { sigmaW2: 0.5, sigmaB2: 0.1 }, 1, 1000).at(-1)!;
    expect(last.logMetric).toBeLessThan(-500);
    expect(last.turning).toBeLessThan(10);
  });

  test('wrong arguments are refused', () => {
    const tanh = activation('tanh')!;
    expect(() => circleThroughDepth(tanh, { sigmaW2: 1, sigmaB2: 0 }, 0, 5)).toThrow(RangeError);
    expect(() => circleThroughDepth(tanh, { sigmaW2: 1, sigmaB2: 0, keep: 0.5 }, 1, 5)).toThrow(RangeError);
    expect(() => circleLimit(0, 1, 1)).toThrow(RangeError);
  });
});

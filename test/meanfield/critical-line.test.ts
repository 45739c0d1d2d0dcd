import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { gapMap } from '../../language-server/meanfield/correlation-map.js';
import { criticalAtBias, criticalAtLength, halfStablePoint } from '../../language-server/meanfield/critical-line.js';
import { criticalRate } from '../../language-server/meanfield/critical-rates.js';
import { nodeCount } from '../../language-server/meanfield/gaussian-moments.js';
import { chi2, qMap } from '../../language-server/meanfield/length-map.js';
import { expectClose, golden } from '../golden.js';

describe('Critical line', () => {
  for (const { id, inputs, expected, tolerance } of golden('03-critical-line')) {
    test(id, () => {
      const phi = activation(inputs.activation as string, inputs.params as Record<string, number>)!;
      const point = inputs.condition
        ? halfStablePoint(phi)!
        : inputs.q_star !== undefined
          ? criticalAtLength(phi, inputs.q_star as number)
          : criticalAtBias(phi, inputs.sigma_b2 as number)!;
      expectClose(point.qStar, expected.q_star ?? inputs.q_star, tolerance, 'q*');
      expectClose(point.sigmaW2, expected.sigma_w2, tolerance, 'σ_w²');
      if (expected.sigma_b2 !== undefined) expectClose(point.sigmaB2, expected.sigma_b2, tolerance, 'σ_b²');
      if (expected.chi_q !== undefined) expectClose(point.chiQ, expected.chi_q, tolerance, 'χ_q');
      if (expected.admissible !== undefined) expect(point.admissible).toBe(expected.admissible);
      expect(nodeCount(phi, point.qStar)).toBeLessThanOrEqual(256);
    });
  }

  test('Softplus has no critical initialization', () => {
    for (const sigmaB2 of [0, 0.1, 1]) expect(criticalAtBias(activation('softplus')!, sigmaB2)).toBeNull();
  });

  test('GELU without biases has no attracting critical initialization', () => {
    expect(criticalAtBias(activation('gelu')!, 0)).toBeNull();
    expect(criticalAtLength(activation('gelu')!, 1)).toMatchObject({ admissible: true, attracting: false });
  });

  test('ReLU is critical at σ_w² = 2 without biases, and nowhere else', () => {
    expect(criticalAtBias(activation('relu')!, 0)).toMatchObject({ sigmaW2: 2, sigmaB2: 0 });
    expect(criticalAtBias(activation('relu')!, 0.1)).toBeNull();
  });
});

describe('Rates on the critical line', () => {
  for (const { id, inputs, expected, tolerance } of golden('03-critical-rates')) {
    const phi = activation(inputs.activation as string, inputs.params as Record<string, number>)!;
    const values = expected.values as { l: number; one_minus_c?: number; q?: number }[];

    test(`${id}: layer by layer`, () => {
      const sigmaW2 = (inputs.sigma_w2 ?? expected.sigma_w2) as number;
      const sigmaB2 = (inputs.sigma_b2 ?? expected.sigma_b2) as number;
      const variances = { sigmaW2, sigmaB2 };
      const length = id.includes('qdecay');
      let state = length ? (inputs.q0 as number) : 1 - (inputs.c0 as number);
      const q = (inputs.q_star as number | undefined) ?? 1;
      let layer = 0;
      for (const value of values) {
        for (; layer < value.l; layer++) state = length ? qMap(state, phi, variances) : gapMap(state, q, phi, variances);
        expectClose(state, length ? value.q : value.one_minus_c, tolerance, `layer ${value.l}`);
      }
    });

    if (id.includes('qdecay')) continue;
    test(`${id}: power and prefactor`, () => {
      const q = (inputs.q_star as number | undefined) ?? 1;
      const { power, prefactor } = criticalRate(phi, q);
      expect(power).toBe(expected.limit_l2 === undefined ? 1 : 2);
      expectClose(prefactor, expected.limit_l2 ?? expected.limit_l_times, { rel: 1e-7 }, 'prefactor');
      if (expected.f2_at_1 !== undefined)
        expectClose(q * chi2(q, phi, { sigmaW2: expected.sigma_w2 as number, sigmaB2: 0 }), expected.f2_at_1, tolerance, '𝒞″(1)');
    });
  }
});

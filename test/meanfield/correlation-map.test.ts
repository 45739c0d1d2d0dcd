import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { cStar } from '../../language-server/meanfield/correlation-fixed-point.js';
import { cMap, cMapSlope, gapMap } from '../../language-server/meanfield/correlation-map.js';
import { repeatedLayer } from '../../language-server/meanfield/layer-theory.js';
import { qStar } from '../../language-server/meanfield/length-fixed-points.js';
import { chi1 } from '../../language-server/meanfield/length-map.js';
import { expectClose, expectScale, golden } from '../golden.js';

const theory = (inputs: Readonly<Record<string, unknown>>) => ({
  phi: activation(inputs.activation as string, inputs.params as Record<string, number>)!,
  variances: {
    sigmaW2: inputs.sigma_w2 as number,
    sigmaB2: inputs.sigma_b2 as number,
    keep: (inputs.keep as number | undefined) ?? 1,
  },
});

describe('Correlation map', () => {
  for (const { id, inputs, expected, tolerance } of golden('03-correlation-maps')) {
    test(id, () => {
      const { phi, variances } = theory(inputs);
      const reached = qStar(phi, variances);
      const q = reached.kind === 'finite' ? reached.value : Number.NaN;
      expectClose(q, expected.q_star, { rel: 1e-8 }, 'q*');
      if (expected.one_minus_c_next !== undefined) {
        const next = gapMap(inputs.one_minus_c as number, q, phi, variances);
        expectClose(next, expected.one_minus_c_next, tolerance, '1 − c');
        return;
      }
      for (const { c, c_next, dc_next } of expected.map as { c: number; c_next: number; dc_next: number }[]) {
        expectClose(cMap(c, q, phi, variances), c_next, tolerance, `𝒞(${c})`);
        expectClose(cMapSlope(c, q, phi, variances), dc_next, tolerance, `𝒞′(${c})`);
      }
      expectClose(chi1(q, phi, variances), expected.chi1, tolerance, 'χ₁');
      expectClose(cStar(q, phi, variances).cStar, expected.c_star, tolerance, 'c*');
    });
  }
});

describe('Fixed point of the correlation map', () => {
  for (const { id, inputs, expected, tolerance } of [...golden('03-fixed-points'), ...golden('03-dropout')]) {
    if (expected.fixed_points === undefined) continue;
    test(id, () => {
      const { phi, variances } = theory(inputs);
      const layer = repeatedLayer(phi, variances, inputs.q0 as number);
      if (expected.phase !== undefined) expect(layer.phase).toBe(expected.phase);
      if (expected.c_star === undefined) {
        expect(layer.correlation).toBeNull();
        return;
      }
      expectClose(layer.correlation!.cStar, expected.c_star, tolerance, 'c*');
      expectClose(layer.correlation!.chiC, expected.chi_c, tolerance, 'χ_c');
      expectScale(layer.correlation!.chiC, expected.xi_c, tolerance, 'ξ_c');
      if (expected.c_map_at_1 !== undefined && layer.length.kind === 'finite')
        expectClose(1 - gapMap(0, layer.length.value, phi, variances), expected.c_map_at_1, tolerance, '𝒞(1)');
    });
  }

  for (const { id, inputs, expected, tolerance } of golden('03-dropout')) {
    if (expected.six_xi_c === undefined) continue;
    test(id, () => {
      const phi = activation('relu')!;
      const keep = inputs.keep as number;
      const variances = { sigmaW2: 2 * keep, sigmaB2: inputs.sigma_b2 as number, keep };
      const layer = repeatedLayer(phi, variances);
      expectClose(variances.sigmaW2, expected.sigma_w2, tolerance, 'σ_w²');
      expect(layer.length).toEqual({ kind: 'neutral', value: 1 });
      expectClose(layer.correlation!.cStar, expected.c_star, tolerance, 'c*');
      expectClose(layer.correlation!.chiC, expected.chi_c, tolerance, 'χ_c');
      expectClose(6 * layer.xiC!, expected.six_xi_c, tolerance, '6 ξ_c');
    });
  }
});

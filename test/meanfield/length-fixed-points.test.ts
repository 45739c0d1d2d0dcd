import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { lengthFixedPoints, qStar } from '../../language-server/meanfield/length-fixed-points.js';
import { chi1, qMapSlope } from '../../language-server/meanfield/length-map.js';
import { expectClose, expectScale, golden } from '../golden.js';

interface Point {
  q: number;
  slope: number;
  stable: boolean;
}

describe('Fixed points of the length map', () => {
  for (const { id, inputs, expected, tolerance } of [...golden('03-fixed-points'), ...golden('03-dropout')]) {
    if (!expected.fixed_points) continue;
    const phi = activation(inputs.activation as string, inputs.params as Record<string, number>)!;
    const variances = {
      sigmaW2: inputs.sigma_w2 as number,
      sigmaB2: inputs.sigma_b2 as number,
      keep: (inputs.keep as number | undefined) ?? 1,
    };

    test(`${id}: all of them, with their stability`, () => {
      const points = lengthFixedPoints(phi, variances);
      const wanted = expected.fixed_points as Point[];
      expect(points.map(({ stable }) => stable)).toEqual(wanted.map(({ stable }) => stable));
      points.forEach(({ q, slope }, i) => {
        expectClose(q, wanted[i]!.q, tolerance, 'q');
        expectClose(slope, wanted[i]!.slope, tolerance, 'slope');
      });
    });

    test(`${id}: the one that is reached, with its χ and ξ`, () => {
      const reached = qStar(phi, variances, inputs.q0 as number);
      if (expected.diverges) {
        expect(reached.kind).toBe('diverges');
        return;
      }
      const q = reached.kind === 'finite' ? reached.value : Number.NaN;
      expectClose(q, expected.q_star, tolerance, 'q*');
      expectClose(qMapSlope(q, phi, variances), expected.chi_q, tolerance, 'χ_q');
      expectClose(chi1(q, phi, variances), expected.chi1, tolerance, 'χ₁');
      expectScale(qMapSlope(q, phi, variances), expected.xi_q, tolerance, 'ξ_q');
      expectScale(chi1(q, phi, variances), expected.xi_grad, tolerance, 'ξ_∇');
    });
  }
});

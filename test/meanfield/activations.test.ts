import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { gaussianMoments, nodeCount } from '../../language-server/meanfield/gaussian-moments.js';
import { expectClose, golden } from '../golden.js';

describe('Activations', () => {
  for (const { id, inputs, expected, tolerance } of golden('02-activations')) {
    test(id, () => {
      const phi = activation(inputs.activation as string, inputs.params as Record<string, number>)!;
      if (inputs.x) {
        (inputs.x as number[]).forEach((x, i) => {
          expectClose(phi.phi(x), (expected.phi as number[])[i], tolerance, `φ(${x})`);
          expectClose(phi.dphi(x), (expected.dphi as number[])[i], tolerance, `φ′(${x})`);
        });
        return;
      }
      const moments = gaussianMoments(phi, inputs.q as number);
      expectClose(moments.mean, expected.E_phi, tolerance, 'E φ');
      expectClose(moments.second, expected.E_phi2, tolerance, 'E φ²');
      if (expected.E_dphi === null) expect(moments.slopeMean).toBeNull();
      else expectClose(moments.slopeMean, expected.E_dphi, tolerance, 'E φ′');
      expectClose(moments.slopeSecond, expected.E_dphi2, tolerance, 'E φ′²');
      expectClose(moments.curvatureSecond, expected.E_d2phi2, tolerance, 'E φ″²');
      expectClose(moments.secondSlope, expected.dV_dq, tolerance, 'dV/dq');
      expect(nodeCount(phi, inputs.q as number)).toBeLessThanOrEqual(256);
    });
  }
});

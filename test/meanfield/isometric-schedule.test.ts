import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { isometricSchedule } from '../../language-server/meanfield/isometric-schedule.js';
import { expectClose, golden } from '../golden.js';
import { goldenActivation } from './erf-unit.js';

describe('Critical points of deep orthogonal networks', () => {
  const rows = golden('07-jacobian-spectrum').filter(({ inputs }) => inputs.rel_variance_target !== undefined);
  for (const { id, inputs, expected, tolerance } of rows) {
    test(id, () => {
      const phi = goldenActivation(inputs.activation as string);
      const point = isometricSchedule(phi, inputs.L as number, inputs.rel_variance_target as number);
      if (point.kind !== 'finite') throw new Error('a finite q* was expected');
      expectClose(point.q, expected.q_star, tolerance, 'q*');
      expectClose(point.sigmaW2, expected.sigma_w2, tolerance, 'σ_w²');
      expectClose(point.sigmaB2, expected.sigma_b2, tolerance, 'σ_b²');
    });
  }

  test('ReLU cannot be isometric: its σ²_rel is L at every q', () => {
    const point = isometricSchedule(activation('relu')!, 20, 0.5);
    expect(point).toEqual({ kind: 'unreachable', smallest: 20 });
  });
});

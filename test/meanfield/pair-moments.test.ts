import { describe, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { pairMoments } from '../../language-server/meanfield/pair-moments.js';
import { expectClose, golden } from '../golden.js';

describe('Two-point kernels', () => {
  for (const { id, inputs, expected, tolerance } of golden('03-kernels')) {
    test(id, () => {
      const phi = activation(inputs.activation as string, inputs.params as Record<string, number>)!;
      const { value, slope } = pairMoments(phi, inputs.q1 as number, inputs.q2 as number, inputs.c as number);
      expectClose(value, expected.E_ff, tolerance, 'K');
      if (expected.E_dd !== undefined) expectClose(slope, expected.E_dd, tolerance, 'K′');
    });
  }

  for (const { id, inputs, expected } of golden('03-kernels')) {
    test(`${id}, in draft`, () => {
      const phi = activation(inputs.activation as string, inputs.params as Record<string, number>)!;
      const { value, slope } = pairMoments(phi, inputs.q1 as number, inputs.q2 as number, inputs.c as number, true);
      expectClose(value, expected.E_ff, { rel: 1e-4, abs: 1e-5 }, 'K');
      if (expected.E_dd !== undefined) expectClose(slope, expected.E_dd, { rel: 1e-4, abs: 1e-5 }, 'K′');
    });
  }
});

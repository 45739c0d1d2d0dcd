import { describe, expect, it, test } from 'vitest';
import type { Activation } from '../../language-server/meanfield/activation.js';
import { activation, activationNames } from '../../language-server/meanfield/activations.js';
import { gaussianMoments } from '../../language-server/meanfield/gaussian-moments.js';
import { interpolated } from '../../language-server/meanfield/interpolated-activation.js';
import { pairMoments } from '../../language-server/meanfield/pair-moments.js';
import { slopeMoments } from '../../language-server/meanfield/slope-moments.js';

/** Irrational steps, so that lengths fall on no node. */
const lengths = Array.from({ length: 26 }, (_, i) => 1e-6 * 10 ** ((i * Math.SQRT2) / 3.5));
const correlations = [-0.7, 0.31, 0.999];

const error = (near: number, exact: number, size: number): number => (Object.is(near, exact) ? 0 : Math.abs(near - exact) / size);

/** Largest errors over all lengths, relative to the size of what is interpolated. */
function worst(exact: Activation, near: Activation): { moments: number; kernels: number } {
  let [moments, kernels] = [0, 0];
  for (const q of lengths) {
    const [a, b] = [gaussianMoments(near, q), gaussianMoments(exact, q)];
    // Powers of e^x overflow for long inputs.
    if (!Number.isFinite(b.slopeSecond ** 2)) continue;
    const [slopes, exactSlopes] = [slopeMoments(near, q), slopeMoments(exact, q)];
    moments = Math.max(
      moments,
      error(a.mean, b.mean, Math.sqrt(b.second)),
      error(a.second, b.second, b.second),
      error(a.slopeSecond, b.slopeSecond, b.slopeSecond),
      error(a.secondSlope, b.secondSlope, Math.abs(b.secondSlope)),
      error(a.curvatureSecond, b.curvatureSecond, b.curvatureSecond),
      error(slopes.mu1, exactSlopes.mu1, exactSlopes.mu1),
      error(slopes.mu2, exactSlopes.mu2, exactSlopes.mu2),
    );
    for (const c of correlations) {
      const [k, exactKernel] = [pairMoments(near, q, q, c, true), pairMoments(exact, q, q, c, true)];
      kernels = Math.max(kernels, error(k.value, exactKernel.value, b.second), error(k.slope, exactKernel.slope, b.slopeSecond));
    }
  }
  return { moments, kernels };
}

describe('Interpolated integrals', () => {
  for (const name of activationNames) {
    test(`of ${name} meet the quadratures`, () => {
      const phi = activation(name)!;
      const { moments, kernels } = worst(phi, interpolated(phi));
      expect(moments).toBeLessThan(1e-10);
      expect(kernels).toBeLessThan(1e-10);
    });
  }

  it('are there for smooth activations at the lengths of usual networks', () => {
    for (const name of ['tanh', 'sigmoid', 'silu', 'mish', 'softplus', 'gelu_tanh', 'elu'])
      for (const q of [0.001, 0.02, 0.3, 1, 5])
        expect(interpolated(activation(name)!).maps?.moments(q), `${name} at ${q}`).toBeTruthy();
  });

  it('leave lengths beyond the panels, and functions that jump, to the quadratures', () => {
    const { maps } = interpolated(activation('tanh')!);
    expect(maps!.moments(1e-12)).toBeNull();
    expect(maps!.moments(1e9)).toBeNull();
    expect(interpolated(activation('threshold')!).maps).toBeUndefined();
  });
});

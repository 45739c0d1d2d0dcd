import { describe, expect, test } from 'vitest';
import { rectifiedGaussian, rectifiedSum } from '../../language-server/meanfield/rectified-stream.js';
import { golden } from '../golden.js';

const rows = golden('06-residual-and-norm').filter(({ id }) => id.startsWith('res/postact-relu-exact/'));

describe('A stream of rectified sums', () => {
  // 72 nodes are enough for three digits, which is finer than the limit of wide layers.
  test.each(rows.map((row) => [row.id, row] as const))('%s', (_, { inputs, expected }) => {
    const gain = ((inputs.sigma1_2 as number) * (inputs.sigma2_2 as number)) / 2;
    const { second_moment, mean, prob_positive, log_grad } = expected as Record<string, number[]>;
    let stream = rectifiedGaussian(0, 2);
    let [size, logGradient] = [1, 0];
    for (let block = 1; block <= (inputs.blocks as number); block++) {
      const next = rectifiedSum(stream, gain, gain);
      const unit = Math.sqrt(size);
      size *= next.second;
      logGradient += Math.log(next.passed * (1 + gain));
      stream = next.stream;
      expect(size / second_moment![block]!).toBeCloseTo(1, 3);
      expect((next.mean * unit) / mean![block]!).toBeCloseTo(1, 3);
      expect(next.on).toBeCloseTo(prob_positive![block]!, 3);
      expect(logGradient).toBeCloseTo(log_grad![block]!, 2);
    }
  });

  test('refuses what is no stream', () => {
    expect(() => rectifiedGaussian(0, 0)).toThrow(RangeError);
    expect(() => rectifiedSum(rectifiedGaussian(0, 1), 0, 1)).toThrow(RangeError);
    expect(() => rectifiedSum(rectifiedGaussian(0, 1), 1, -1)).toThrow(RangeError);
  });
});

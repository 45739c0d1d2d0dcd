import { describe, expect, it } from 'vitest';
import type { Affine } from '../../language-server/network/graph.js';
import { belowConvolution, flat } from '../../language-server/propagation/profile.js';
import { chainOf } from './build-network.js';

/** Expected values are counts of how many of the kernel's taps read each position of a map of four. */
describe('squared gradients below a zero-padded convolution', () => {
  it('fade at the borders of a square map in both directions alike', () => {
    const { profile, share } = belowConvolution(convolution([3, 3], [1, 1]), [4, 4], flat([4, 4]));
    expect(profile.map((axis) => [...axis])).toEqual([
      [0.8, 1.2, 1.2, 0.8],
      [0.8, 1.2, 1.2, 0.8],
    ]);
    expect(share).toBeCloseTo((10 / 12) ** 2, 12);
  });

  it('fade along the one direction of a square map in which the kernel is wide', () => {
    const { profile, share } = belowConvolution(convolution([3, 1], [1, 0]), [4, 4], flat([4, 4]));
    expect(profile.map((axis) => [...axis])).toEqual([
      [0.8, 1.2, 1.2, 0.8],
      [1, 1, 1, 1],
    ]);
    expect(share).toBeCloseTo(10 / 12, 12);
  });

  it('keep what an earlier convolution made of each direction', () => {
    const above = belowConvolution(convolution([3, 1], [1, 0]), [4, 4], flat([4, 4])).profile;
    const { profile } = belowConvolution(convolution([3, 3], [1, 1]), [4, 4], above);
    expect([...profile[0]!]).toEqual([5, 8, 8, 5].map((count) => expect.closeTo(count / 6.5, 12)));
    expect([...profile[1]!]).toEqual([0.8, 1.2, 1.2, 0.8]);
  });
});

function convolution(kernel: readonly number[], padding: readonly number[]): Affine {
  const { nodes } = chainOf([{ op: 'conv', in: 8, out: 8, kernel: 3, padding: 1 }], [8, 4, 4]);
  const node = nodes.find(({ kind }) => kind === 'affine') as Affine;
  return { ...node, kernel, padding };
}

import { describe, expect, it } from 'vitest';
import type { Affine } from '../../language-server/network/graph.js';
import { aboveConvolution, belowConvolution, flat, mixedBy, withoutMeans } from '../../language-server/propagation/profile.js';
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

describe('squared signals behind a zero-padded convolution', () => {
  const { profile, share, means } = aboveConvolution(convolution([3, 3], [1, 1]), [4, 4], flat([4, 4]));

  it('fade at the borders, where fewer taps meet the map', () => {
    expect([...profile[0]!]).toEqual([0.8, 1.2, 1.2, 0.8]);
    expect(share).toBeCloseTo((10 / 12) ** 2, 12);
  });

  it('lose less of a map whose middle has more', () => {
    const again = aboveConvolution(convolution([3, 3], [1, 1]), [4, 4], profile);
    // Taps over 0.8, 1.2, 1.2, 0.8: 2, 3.2, 3.2, 2 of 3 · 4.
    expect(again.share).toBeCloseTo((10.4 / 12) ** 2, 12);
  });

  it('keep the border where means that are taken away differ there from the rest', () => {
    // Taps meet the map at 3, 4 and 3 of 4 positions: products of means are 1 + 3/4 at the border and 1 + 2 · 3/4 inside.
    expect([...means()[0]!]).toEqual([1.75, 2.5, 2.5, 1.75].map((sum) => expect.closeTo(sum / 2.125, 12)));
    const left = [0.8 - 0.5 * (1.75 / 2.125) + 0.25, 1.2 - 0.5 * (2.5 / 2.125) + 0.25].map((value) => value / 0.75);
    const even = withoutMeans(profile, means, 0.25)!;
    expect([...even[0]!]).toEqual([left[0], left[1], left[1], left[0]].map((value) => expect.closeTo(value!, 12)));
    expect(left[0]).toBeGreaterThan(0.8);
  });

  it('mix in sums by the sizes of what is added', () => {
    const sum = mixedBy([4, 4], [profile, null], [3, 1])!;
    expect([...sum[0]!]).toEqual([0.85, 1.15, 1.15, 0.85].map((value) => expect.closeTo(value, 12)));
  });
});

function convolution(kernel: readonly number[], padding: readonly number[]): Affine {
  const { nodes } = chainOf([{ op: 'conv', in: 8, out: 8, kernel: 3, padding: 1 }], [8, 4, 4]);
  const node = nodes.find(({ kind }) => kind === 'affine') as Affine;
  return { ...node, kernel, padding };
}

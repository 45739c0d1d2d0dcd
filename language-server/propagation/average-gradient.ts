import type { Node, Pooling } from '../network/graph.js';
import { type Extent, positions, windowSize, windowsAlong } from './extent.js';
import type { Backward } from './transfer.js';

/**
 * Gradients below an average over windows of w positions: each position gets 1/w of that of every window that holds it. Of gradients that windows
 * do not share E 1/w remains, and Σ 1/(w w′) r^d of those d windows apart, which hold it both; of what all have in common (Σ 1/w)².
 */
export function averageBackward(node: Node & Pooling, input: Extent, output: Extent): Backward {
  const lines = input.map((size, i) => along(node, i, size));
  const common = product(lines.map((line) => line.common));
  const alone = (near: number) => product(lines.map(({ overlap }) => faded(overlap, near)));
  const single = alone(0);
  const pairs = Math.max(1, positions(input) - 1);
  const count = windowSize(node, input);
  const offset = (count - 1) / pairs;
  return {
    logFactor: Math.log(single),
    taken: Math.log(single),
    offset,
    gain: (count * (positions(output) - 1)) / pairs,
    crossGain: 1,
    gathered: (coherence, _, near) => {
      const incoherent = alone(near);
      return (incoherent + Math.max(0, coherence) * Math.max(0, common - incoherent)) / single;
    },
    neighbours: (near) => {
      const alike = lines.reduce((sum, line) => sum + faded(line.besides, near) / faded(line.overlap, near), 0) / lines.length;
      return offset < 1 ? Math.max(0, (alike - offset) / (1 - offset)) : 0;
    },
  };
}

/** Along one dimension, by the distance of two windows: Σ 1/(w w′) over the positions that both hold, and over those of which one is held by each. */
function along(node: Node & Pooling, i: number, size: number) {
  const windows = windowsAlong(node, i, size);
  const [overlap, besides] = [new Float64Array(windows.length), new Float64Array(windows.length)];
  const held = new Float64Array(size);
  windows.forEach(({ first, count }, at) => {
    const end = Math.min(size, first + count);
    for (let position = first; position < end; position++) held[position]! += 1 / count;
    for (let next = at; next < windows.length && windows[next]!.first <= end; next++) {
      const { first: otherFirst, count: otherCount } = windows[next]!;
      const otherEnd = Math.min(size, otherFirst + otherCount);
      const weight = 1 / (count * otherCount * windows.length);
      const shifted = (by: number) => weight * Math.max(0, Math.min(end, otherEnd - by) - Math.max(first, otherFirst - by));
      overlap[next - at]! += shifted(0) * (next === at ? 1 : 2);
      besides[next - at]! += shifted(1) + (next === at ? 0 : shifted(-1));
    }
  });
  const common = held.reduce((sum, value) => sum + value * value, 0) / windows.length;
  // A mean over the pairs of neighbours, beside one over the positions.
  return { common, overlap, besides: besides.map((value) => (value * size) / Math.max(1, size - 1)) };
}

function faded(byDistance: Float64Array, r: number): number {
  let sum = 0;
  for (let distance = byDistance.length - 1; distance >= 0; distance--) sum = sum * r + byDistance[distance]!;
  return sum;
}

const product = (values: readonly number[]): number => values.reduce((all, value) => all * value, 1);

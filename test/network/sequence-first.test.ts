import { expect, test } from 'vitest';
import type { Node } from '../../language-server/network/graph.js';
import { isSequenceFirst } from '../../language-server/network/sequence-first.js';

const read = (order: readonly number[] | null, batchFirst: boolean): boolean => {
  const moved = { id: 1, inputs: [0], kind: 'reshape', ...(order && { order }) };
  const nodes = [
    { id: 0, inputs: [], kind: 'input' },
    moved,
    { id: 2, inputs: [1], kind: 'recurrent', sequence: { batchFirst } },
  ];
  return isSequenceFirst(nodes as unknown as Node[], 0);
};

test.each([
  [null, true, false],
  [null, false, true],
  [[1, 0, 2], false, false],
  [[1, 0, 2], true, true],
  // Features of convolutions, (samples, channels, steps).
  [[2, 0, 1], false, false],
  [[0, 2, 1], true, false],
])('order %j before a recurrent layer with batch_first=%j', (order, batchFirst, expected) => {
  expect(read(order, batchFirst)).toBe(expected);
});

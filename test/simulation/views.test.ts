import { describe, expect, test } from 'vitest';
import { viewedAs } from '../../language-server/simulation/views.js';

describe('Views of tensors that are smaller than the model has them', () => {
  test.each([
    ['as large as the model', [2, 16, 96], [2, 16, 96], [2, 16, 3, 4, 8], [2, 16, 3, 4, 8]],
    ['fewer channels: fewer heads', [2, 16, 48], [2, 16, 96], [2, 16, 3, 4, 8], [2, 16, 3, 2, 8]],
    ['heads that cannot be halved keep their number', [2, 16, 48], [2, 16, 96], [2, 16, 3, 32], [2, 16, 3, 16]],
    ['heads put together again', [2, 16, 2, 8], [2, 16, 4, 8], [2, 16, 32], [2, 16, 16]],
    ['a smaller map, flattened', [2, 24, 7, 7], [2, 24, 14, 14], [2, 24, 196], [2, 24, 49]],
    ['windows of a smaller map', [2, 28, 28, 8], [2, 56, 56, 8], [2, 8, 7, 8, 7, 8], [2, 4, 7, 4, 7, 8]],
    ['tokens of a batch that is not known', [2, 16, 8], [256, 16, 8], [4096, 8], [32, 8]],
    ['the batch again', [32, 8], [4096, 8], [256, 16, 8], [2, 16, 8]],
    ['dimensions of one entry', [2, 1, 8, 1], [2, 1, 16, 1], [2, 16], [2, 8]],
    ['new dimensions of one entry', [2, 8], [2, 16], [2, 1, 16, 1], [2, 1, 8, 1]],
  ])('%s', (_, actual, before, after, expected) => {
    expect(viewedAs(actual, before, after)).toEqual(expected);
  });

  test('what does not fit is refused', () => {
    expect(() => viewedAs([2, 8], [2, 8], [3, 7])).toThrow('another number of entries');
    expect(() => viewedAs([2, 5], [2, 8], [2, 2, 4])).toThrow('cannot be made smaller');
  });
});

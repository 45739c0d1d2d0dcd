import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldRows } from '../../language-server/terminal/fold-rows.js';

/** Rows are their own keys; a fold is written as `…` with the number of rows left out. */
const fold = (rows: string): string =>
  foldRows([...rows], (row) => row)
    .map(({ rows: shown, omitted }) => shown.join('') + (omitted > 0 ? `…${omitted} ` : ''))
    .join('');

test.each([
  ['abcd', 'abcd', 'different rows stay'],
  ['aaaa', 'aaaa', 'a fold that hides two rows is not worth its line'],
  ['aaaaaa', 'a…4 a', 'a stack is shown by its first and last row'],
  ['xaaaaaay', 'xa…4 ay', 'what stands around a stack stays'],
  ['abcabcabcabc', 'abc…6 abc', 'a stack of groups is shown by its first and last group'],
  ['abababa', 'abababa', 'a fold that hides one group of two is not worth its line'],
  ['abababababa', 'ab…6 aba', 'half a group after a stack of groups stays'],
  ['aaaaaabbbbbb', 'a…4 ab…4 b', 'stacks follow each other'],
  ['', '', 'no rows'],
])('%s folds to %s: %s', (rows, folded) => {
  expect(fold(rows)).toBe(folded);
});

test('no row is lost: those shown and those left out are all rows, in order', () => {
  const row = fc.constantFrom('a', 'b', 'c');
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (keys) => {
      const rows = keys.map((key, index) => ({ key, index }));
      let next = 0;
      for (const { rows: shown, omitted } of foldRows(rows, ({ key }) => key)) {
        for (const { index } of shown) expect(index).toBe(next++);
        next += omitted;
      }
      expect(next).toBe(rows.length);
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pad, printable, truncate, widthOf, wrap } from '../../language-server/terminal/text-width.js';

test.each([
  ['χ₁ = 0.167', 10, 'Greek and indices'],
  ['8·10⁻¹¹', 7, 'exponents'],
  ['网络', 4, 'wide characters'],
  ['e\u0301', 1, 'a letter with a combining mark'],
  ['🧠x', 3, 'emoji'],
  ['', 0, 'nothing'],
])('%j takes %i columns: %s', (text, width) => expect(widthOf(text)).toBe(width));

test('a long path loses its start, which siblings share', () => {
  expect(truncate('features.stage1.block2.conv1', 12, 'start')).toBe('…lock2.conv1');
  expect(truncate('PyTorch default', 9)).toBe('PyTorch …');
});

test('whatever is cut or padded to a width has it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 30 }), (text, width) => {
      const cut = truncate(text, width);
      expect(widthOf(cut)).toBeLessThanOrEqual(width);
      expect(widthOf(pad(cut, width, 'right'))).toBe(width);
    }),
  );
});

test('lines break at spaces and not at no-break spaces', () => {
  expect(wrap('one two\u00a0three four', 9)).toEqual(['one', 'two three', 'four']);
  expect(wrap('that χ₁ = 0.3 is', 11)).toEqual(['that', 'χ₁ = 0.3 is']);
  expect(wrap('  averylongword  x ', 5)).toEqual(['averylongword', 'x']);
  expect(wrap('', 5)).toEqual([]);
});

test('control characters are made visible and line breaks become spaces', () => {
  expect(printable('a\u001b[31mb\r\nc\u202ed')).toBe('a�[31mb c�d');
});

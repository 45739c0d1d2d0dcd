import { expect, test } from 'vitest';
import { showDepth, showNumber, showPower } from '../language-server/format-number.js';

test.each([
  [1 / 6, '0.167'],
  [1 / 3, '0.333'],
  [2, '2'],
  [1.0041, '1.004'],
  [0.9996, '0.9996'],
  [1.0004, '1.0004'],
  [2.1532, '2.153'],
  [12.345, '12.3'],
  [99.96, '100'],
  [4096, '4096'],
  [99999.6, '100000'],
  [123456, '1.2·10⁵'],
  [8.1e-11, '8.1·10⁻¹¹'],
  [9.99e-8, '10⁻⁷'],
  [1e-7, '10⁻⁷'],
  [0, '0'],
  [-0.5, '−0.5'],
  ['infinity', '∞'],
  [Number.POSITIVE_INFINITY, '∞'],
  [null, '?'],
  [Number.NaN, '?'],
] as const)('the number %s reads %s', (value, shown) => expect(showNumber(value)).toBe(shown));

test.each([
  [-10, '10⁻¹⁰'],
  [-10.1, '8·10⁻¹¹'],
  [-10.01, '10⁻¹⁰'],
  [-400.5, '3·10⁻⁴⁰¹'],
  [-1.62, '0.024'],
  [0, '1'],
  [-0.0001, '1'],
  [1.623, '42'],
  [2.5, '316'],
  [12, '10¹²'],
  [Number.NEGATIVE_INFINITY, '0'],
  [null, '?'],
] as const)('ten to the power %s reads %s', (log10, shown) => expect(showPower(log10)).toBe(shown));

test.each([
  [0.5581, '0.56'],
  [3.456, '3.5'],
  [9.96, '10'],
  [48.2, '48'],
  [9999.9, '10000'],
  [25000, '2.5·10⁴'],
  ['infinity', '∞'],
  [null, '?'],
] as const)('a depth scale of %s reads %s', (scale, shown) => expect(showDepth(scale)).toBe(shown));

/**
 * A number as a reader of the papers writes it: three significant digits, `8.1×10⁻¹¹` beyond 10⁻³ and 10⁵, `∞` where it diverges.
 *
 * @param value a number of the report; `null` stands for "not known" and shows as an en dash
 */
export function show(value: number | 'infinity' | null): string {
  if (value === null) return '–';
  if (value === 'infinity') return '∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 99_950) return (value < 0 ? '−' : '') + showLog10(Math.log10(size));
  if (size >= 999.5) return minus(Math.round(value).toLocaleString('en-US').replaceAll(',', ' '));
  return minus(value.toPrecision(3));
}

/** 10^`exponent` in the same notation, also where the number itself would under- or overflow. */
export function showLog10(exponent: number): string {
  if (exponent >= -3 && exponent < 4.999) return show(10 ** exponent);
  let power = Math.floor(exponent);
  let mantissa = (10 ** (exponent - power)).toFixed(1);
  if (mantissa === '10.0') [mantissa, power] = ['1.0', power + 1];
  return mantissa === '1.0' ? powerOfTen(power) : `${mantissa}×${powerOfTen(power)}`;
}

/** `10⁻¹²`; 1 and 10 as such. */
export function powerOfTen(power: number): string {
  if (power === 0) return '1';
  if (power === 1) return '10';
  return `10${superscript(power)}`;
}

/** A correlation: close to 1 the distance from 1 is what matters, so it is shown instead of a row of nines. */
export function showCorrelation(c: number | null): string {
  if (c === null) return '–';
  if (c < 1 && 1 - c < 5e-4) return `1 − ${show(1 - c)}`;
  return minus(c.toFixed(3));
}

/** `1 layer`, `16 layers`. */
export const counted = (count: number, noun: string): string => `${show0(count)} ${noun}${count === 1 ? '' : 's'}`;

const show0 = (count: number) => (count < 1000 ? String(count) : show(count));
const minus = (text: string) => text.replace('-', '−');
const superscript = (power: number) =>
  [...String(power)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');

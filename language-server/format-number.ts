import type { DepthScale } from './protocol.js';

/** A number of the report: `'infinity'` is an answer, `null` is not known. */
export type Shown = number | 'infinity' | null;

/**
 * A number as hovers, messages and tables show it: three significant digits (`0.167`, `2.15`, `12.3`), three decimals from 1 to 10
 * (`1.004`), because whether χ₁ is above or below 1 is what people read it for, and powers of ten beyond
 * [10⁻³, 10⁵) (`8.1·10⁻¹¹`). `∞` for `'infinity'`, `?` for `null`.
 */
export function showNumber(value: Shown): string {
  if (value === null || Number.isNaN(value)) return '?';
  if (value === 'infinity' || value === Number.POSITIVE_INFINITY) return '∞';
  if (value < 0) return `−${showNumber(-value)}`;
  if (value === 0) return '0';
  if (value < 1e-3 || value >= 1e5) return scientific(Math.log10(value), 2);
  if (value >= 100) return String(Math.round(value));
  const plain = value >= 1 && value < 10 ? value.toFixed(3) : value.toPrecision(3);
  // A χ₁ of 0.9996 is a depth scale of 2500 layers and one of exactly 1 has none: one more digit tells them apart.
  return String(Number(Number(plain) === 1 ? value.toFixed(4) : plain));
}

/**
 * The number 10^`log10` by its order of magnitude, also where it under- or overflows: `10⁻¹⁰`, `8·10⁻¹¹`, and plainly
 * (`0.024`, `42`) from 10⁻³ to 10⁴.
 */
export function showPower(log10: number | null): string {
  if (log10 === null || Number.isNaN(log10)) return '?';
  if (!Number.isFinite(log10)) return log10 > 0 ? '∞' : '0';
  if (log10 < -3 || log10 >= 4) return scientific(log10, 1);
  const value = 10 ** log10;
  return String(Number(value >= 100 ? value.toFixed(0) : value.toPrecision(2)));
}

/** A depth scale in layers, without the unit: `0.56`, `3.5`, `48`, `∞` at criticality, `?` where it is not known. */
export function showDepth(scale: DepthScale): string {
  if (scale === null || Number.isNaN(scale)) return '?';
  if (scale === 'infinity' || scale === Number.POSITIVE_INFINITY) return '∞';
  if (scale >= 1e4) return scientific(Math.log10(scale), 2);
  return scale >= 10 ? String(Math.round(scale)) : showNumber(Number(scale.toPrecision(2)));
}

/** `8.1·10⁻¹¹` with so many significant digits; a mantissa of 1 is left out. */
function scientific(log10: number, digits: number): string {
  let exponent = Math.floor(log10);
  let mantissa = Number((10 ** (log10 - exponent)).toPrecision(digits));
  if (mantissa >= 10) {
    mantissa /= 10;
    exponent += 1;
  }
  return mantissa === 1 ? `10${superscript(exponent)}` : `${mantissa}·10${superscript(exponent)}`;
}

/** An integer as an exponent: -11 is `⁻¹¹`. */
function superscript(integer: number): string {
  return [...String(integer)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]!)).join('');
}

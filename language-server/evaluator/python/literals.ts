import { float, int, type NumberValue } from '../values.js';

const integers = new Map<string, NumberValue | null>();

/** `12`, `0x1f`, `1_000`; `null`: not an integer that JavaScript holds exactly. */
export function parseIntegerLiteral(text: string): NumberValue | null {
  const known = integers.get(text);
  if (known !== undefined) return known;
  const value = readInteger(text);
  // Numbers come from users' files, which have no end.
  if (integers.size < 1_000) integers.set(text, value);
  return value;
}

function readInteger(text: string): NumberValue | null {
  const plain = text.replaceAll('_', '');
  const value = Number(/^0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : plain);
  return Number.isSafeInteger(value) ? int(value) : null;
}

/** `1e-5`, `.5`; `null` for imaginary numbers. */
export function parseFloatLiteral(text: string): NumberValue | null {
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? float(value) : null;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '\n': '' };

/** Escapes that occur in names and formats; others stay as they are written. */
export function unescapeText(text: string): string {
  return text.includes('\\') ? text.replace(/\\([ntr\\'"\n])/g, (_, code: string) => escapes[code] ?? code) : text;
}

/**
 * A number, or an expression in unknown sizes (`hidden`, `4·hidden`, `1/(3·hidden)`).
 *
 * Sizes and variances share this type, because σ_w² = fanIn · 1/(3·fanIn) is known although fanIn is not.
 */
export type Quantity = number | Expression;

/** A polynomial with real coefficients in monomials of symbols with real powers, kept in canonical order. Never a constant. */
export interface Expression {
  readonly kind: 'expression';
  readonly terms: readonly Term[];
}

export interface Term {
  readonly coefficient: number;
  /** Symbol name and power, sorted by name, powers never 0. What is no polynomial is a symbol of its own: `⌊hidden/2⌋`. */
  readonly powers: readonly (readonly [symbol: string, power: number])[];
}

/** An unknown size. Symbols are taken to be positive integers, which is what sizes of layers are. */
export function symbol(name: string): Expression {
  return { kind: 'expression', terms: [{ coefficient: 1, powers: [[shorten(name), 1]] }] };
}

/** The number, where the quantity is one. */
export function numberOf(quantity: Quantity | null | undefined): number | null {
  return typeof quantity === 'number' ? quantity : null;
}

export function add(a: Quantity, b: Quantity): Quantity {
  if (typeof a === 'number') return typeof b === 'number' ? a + b : plusNumber(b, a);
  if (typeof b === 'number') return plusNumber(a, b);
  return collect([...a.terms, ...b.terms]);
}

export function subtract(a: Quantity, b: Quantity): Quantity {
  return add(a, multiply(-1, b));
}

export function multiply(a: Quantity, b: Quantity): Quantity {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (a === 1) return b;
  if (b === 1) return a;
  const left = termsOf(a);
  const right = termsOf(b);
  if (left.length === 1 && right.length === 1) return collect([timesMonomial(left[0]!, right[0]!)]);
  if (right.length === 1 && dividesBy(right[0]!, left)) return collect([timesMonomial(monomialFor(a), right[0]!)]);
  if (left.length === 1 && dividesBy(left[0]!, right)) return collect([timesMonomial(left[0]!, monomialFor(b))]);
  if (left.length * right.length > largestProduct) return collect([timesMonomial(monomialFor(a), monomialFor(b))]);
  return collect(left.flatMap((x) => right.map((y) => timesMonomial(x, y))));
}

/**
 * `a / b`. A divisor of several terms that does not divide exactly becomes a symbol with a negative power: `2/(in + out)`.
 *
 * @throws RangeError if b is 0
 */
export function divide(a: Quantity, b: Quantity): Quantity {
  if (b === 0) throw new RangeError('divide: the divisor is 0');
  if (typeof b === 'number') return typeof a === 'number' ? a / b : b === 1 ? a : scale(a, 1 / b, b);
  const single = b.terms.length === 1 ? b.terms[0]! : null;
  if (!single) return exactQuotient(a, b) ?? multiply(a, collect([reciprocal(monomialFor(b))]));
  return collect(termsOf(a).map((term) => overMonomial(term, single)));
}

/**
 * Python's `a // b`: rounds towards −∞.
 *
 * @throws RangeError if b is 0
 */
export function floorDivide(a: Quantity, b: Quantity): Quantity {
  if (b === 0) throw new RangeError('floorDivide: the divisor is 0');
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b);
  return roundedQuotient(a, b, floor);
}

/** Rounds towards −∞. Whole parts leave the brackets: ⌊h + x⌋ = h + ⌊x⌋ for a size h. */
export function floor(a: Quantity): Quantity {
  return typeof a === 'number' ? Math.floor(a) : rounded(a, '⌊', '⌋', Math.floor);
}

/** Rounds towards +∞. */
export function ceil(a: Quantity): Quantity {
  return typeof a === 'number' ? Math.ceil(a) : rounded(a, '⌈', '⌉', Math.ceil);
}

/**
 * Python's `a % b`: has the sign of b.
 *
 * @throws RangeError if b is 0
 */
export function modulo(a: Quantity, b: Quantity): Quantity {
  if (b === 0) throw new RangeError('modulo: the divisor is 0');
  if (typeof a === 'number' && typeof b === 'number') return a - b * Math.floor(a / b);
  const quotient = divide(a, b);
  if (isWhole(quotient)) return 0;
  return symbol(`(${show(a)} mod ${show(b)})`);
}

/** `a ** b`. Fractional powers are exact for single terms, since sizes are positive: √(4·h) = 2·√h. */
export function power(a: Quantity, b: Quantity): Quantity {
  if (typeof a === 'number' && typeof b === 'number') return a ** b;
  if (b === 0) return 1;
  if (b === 1) return a;
  if (typeof a === 'number' || typeof b !== 'number') return symbol(`${bracketed(a)}^${bracketed(b)}`);
  const single = a.terms.length === 1 ? a.terms[0]! : null;
  if (single && (single.coefficient > 0 || Number.isInteger(b))) return collect([raise(single, b)]);
  if (!Number.isInteger(b) || b < 0 || b > 8) return collect([raise(monomialFor(a), b)]);
  let product: Quantity = a;
  for (let i = 1; i < b; i++) product = multiply(product, a);
  return product;
}

export function squareRoot(a: Quantity): Quantity {
  return power(a, 0.5);
}

export function maximum(a: Quantity, b: Quantity): Quantity {
  return chosen(a, b, 'max', 1);
}

export function minimum(a: Quantity, b: Quantity): Quantity {
  return chosen(a, b, 'min', -1);
}

/** `undefined` where it depends on a symbol. */
export function equals(a: Quantity, b: Quantity): boolean | undefined {
  const order = compareQuantities(a, b);
  return order === undefined ? undefined : order === 0;
}

/** Negative, 0 or positive as a is less than, equal to or greater than b; `undefined` where it depends on a symbol. */
export function compareQuantities(a: Quantity, b: Quantity): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return isSame(a, b) ? 0 : signOf(subtract(a, b));
}

/** A place among so many, as Python counts: negative ones from the end. */
export const placeAmong = (size: Quantity, place: Quantity): Quantity => ((numberOf(place) ?? 0) < 0 ? add(size, place) : place);

/** Whether two quantities are written alike, which those of equal value nearly always are. */
export function isSame(a: Quantity, b: Quantity): boolean {
  if (a === b) return true;
  if (typeof a === 'number' || typeof b === 'number' || a.terms.length !== b.terms.length) return false;
  return a.terms.every((term, i) => isSameTerm(term, b.terms[i]!));
}

/** The quantity with some symbols replaced, also inside of rounded and bracketed parts where they are plain. */
export function substitute(quantity: Quantity, name: string, value: Quantity): Quantity {
  if (typeof quantity === 'number') return quantity;
  return quantity.terms.reduce<Quantity>((sum, term) => {
    const factors = term.powers.map(([base, exponent]) => power(base === name ? value : symbol(base), exponent));
    return add(sum, factors.reduce<Quantity>(multiply, term.coefficient));
  }, 0);
}

/** As a user reads it: `4·hidden`, `1/(3·hidden)`, `hidden²`, `in + out`. */
export function show(quantity: Quantity): string {
  if (typeof quantity === 'number') return showNumber(quantity);
  return quantity.terms
    .map((term, i) => {
      const text = showTerm({ ...term, coefficient: Math.abs(term.coefficient) });
      const negative = term.coefficient < 0;
      return i === 0 ? (negative ? `−${text}` : text) : `${negative ? ' − ' : ' + '}${text}`;
    })
    .join('');
}

// --- Terms ---------------------------------------------------------------------------------------------------------

/** Products beyond this many terms stay unexpanded, so that no loop of the analysed program makes them explode. */
const largestProduct = 256;

function termsOf(a: Quantity): readonly Term[] {
  return typeof a === 'number' ? (a === 0 ? [] : [{ coefficient: a, powers: [] }]) : a.terms;
}

const isSameTerm = (a: Term, b: Term): boolean =>
  a.coefficient === b.coefficient &&
  a.powers.length === b.powers.length &&
  a.powers.every(([name, exponent], i) => name === b.powers[i]![0] && exponent === b.powers[i]![1]);

/** The constant stands before all other terms whose degree is not positive. */
function plusNumber(a: Expression, number: number): Expression {
  if (number === 0) return a;
  const { terms } = a;
  let at = 0;
  while (at < terms.length && degree(terms[at]!) > 0) at++;
  const before = terms[at]?.powers.length === 0 ? terms[at]!.coefficient : null;
  const coefficient = before === null ? number : sumOf(before, number);
  const constant = coefficient === 0 ? [] : [{ coefficient, powers: [] }];
  return {
    kind: 'expression',
    terms: [...terms.slice(0, at), ...constant, ...terms.slice(before === null ? at : at + 1)],
  };
}

function collect(terms: readonly Term[]): Quantity {
  if (terms.length === 1) {
    const { coefficient, powers } = terms[0]!;
    if (coefficient === 0) return 0;
    return powers.length === 0 ? coefficient : { kind: 'expression', terms };
  }
  const sums = new Map<string, Term>();
  for (const term of terms) {
    const key = keyOf(term);
    const before = sums.get(key);
    sums.set(key, before ? { ...term, coefficient: sumOf(before.coefficient, term.coefficient) } : term);
  }
  const kept = [...sums].filter(([, term]) => term.coefficient !== 0);
  if (kept.length === 0) return 0;
  if (kept.length === 1 && kept[0]![0] === '') return kept[0]![1].coefficient;
  kept.sort(([keyA, a], [keyB, b]) => degree(b) - degree(a) || (keyA < keyB ? -1 : 1));
  return { kind: 'expression', terms: kept.map(([, term]) => term) };
}

/** 0.1·h + 0.2·h − 0.3·h is 0: what is left there is rounding. */
function sumOf(a: number, b: number): number {
  const sum = a + b;
  return Math.abs(sum) < 1e-14 * Math.max(Math.abs(a), Math.abs(b)) ? 0 : sum;
}

function keyOf({ powers }: Term): string {
  return powers.map(([name, exponent]) => `${name}^${exponent}`).join('*');
}

function degree({ powers }: Term): number {
  return powers.reduce((sum, [, exponent]) => sum + exponent, 0);
}

function timesMonomial(a: Term, b: Term): Term {
  return { coefficient: a.coefficient * b.coefficient, powers: mergePowers(a.powers, b.powers, 1) };
}

function overMonomial(a: Term, b: Term): Term {
  return { coefficient: a.coefficient / b.coefficient, powers: mergePowers(a.powers, b.powers, -1) };
}

function reciprocal(a: Term): Term {
  return overMonomial({ coefficient: 1, powers: [] }, a);
}

function raise({ coefficient, powers }: Term, exponent: number): Term {
  return { coefficient: coefficient ** exponent, powers: powers.map(([name, own]) => [name, own * exponent]) };
}

/** Both are sorted by name, and so is the result. */
function mergePowers(a: Term['powers'], b: Term['powers'], sign: 1 | -1): Term['powers'] {
  if (b.length === 0) return a;
  const merged: Term['powers'][number][] = [];
  let i = 0;
  for (const [name, exponent] of b) {
    while (i < a.length && a[i]![0] < name) merged.push(a[i++]!);
    const sum = (a[i]?.[0] === name ? a[i++]![1] : 0) + sign * exponent;
    if (Math.abs(sum) > 1e-12) merged.push([name, sum]);
  }
  while (i < a.length) merged.push(a[i++]!);
  return merged;
}

/** The quantity as one term: what has several becomes a symbol in brackets. */
function monomialFor(a: Quantity): Term {
  const terms = termsOf(a);
  if (terms.length === 1) return terms[0]!;
  const factor = terms.map(({ coefficient }) => Math.abs(coefficient)).reduce(commonDivisor);
  return { coefficient: factor, powers: [[shorten(`(${show(factor === 1 ? a : divide(a, factor))})`), 1]] };
}

/** Of whole numbers; 1 where one of them is none. */
function commonDivisor(a: number, b: number): number {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b) || a === 0) return 1;
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** The sum that a term divides by, where it is this one: (in + out) · 1/(in + out) is a number although neither size is. */
function dividesBy(term: Term, sum: readonly Term[]): boolean {
  if (sum.length < 2 || !term.powers.some(([name, power]) => power < 0 && name.startsWith('('))) return false;
  const [[name]] = monomialFor({ kind: 'expression', terms: sum }).powers as [[string, number]];
  return term.powers.some(([own, power]) => own === name && power < 0);
}

function scale({ terms }: Expression, factor: number, divisor: number): Quantity {
  // Dividing keeps whole coefficients whole, where multiplying by the reciprocal would not.
  return collect(terms.map((term) => ({ ...term, coefficient: factor === 0 ? 0 : term.coefficient / divisor })));
}

/** Polynomial division by leading terms; `null` unless it leaves nothing. */
function exactQuotient(a: Quantity, b: Expression): Quantity | null {
  const lead = b.terms[0]!;
  let rest = a;
  let quotient: Quantity = 0;
  for (let i = 0; i < 16; i++) {
    if (rest === 0) return quotient;
    const top = termsOf(rest)[0]!;
    const part = collect([overMonomial(top, lead)]);
    if (termsOf(part)[0]!.powers.some(([, exponent]) => exponent < 0)) return null;
    quotient = add(quotient, part);
    rest = subtract(rest, multiply(part, b));
  }
  return null;
}

// --- Rounding and choosing -----------------------------------------------------------------------------------------

function roundedQuotient(a: Quantity, b: Quantity, round: (q: Quantity) => Quantity): Quantity {
  const quotient = divide(a, b);
  return isWhole(quotient) ? quotient : round(quotient);
}

function rounded(a: Expression, open: string, close: string, round: (x: number) => number): Quantity {
  const whole = a.terms.filter((term) => isWholeTerm(term));
  const rest = collect(a.terms.filter((term) => !isWholeTerm(term)));
  if (typeof rest === 'number') return add(collect(whole), round(rest));
  return add(collect(whole), symbol(`${open}${show(rest)}${close}`));
}

function isWhole(a: Quantity): boolean {
  return termsOf(a).every(isWholeTerm);
}

function isWholeTerm({ coefficient, powers }: Term): boolean {
  return (
    Number.isInteger(coefficient) &&
    powers.every(([name, exponent]) => Number.isInteger(exponent) && exponent > 0 && !isFraction(name))
  );
}

/** Bracketed sums and powers need not be whole numbers. */
function isFraction(name: string): boolean {
  return name.startsWith('(') || name.includes('^');
}

function chosen(a: Quantity, b: Quantity, name: 'max' | 'min', wanted: 1 | -1): Quantity {
  const order = compareQuantities(a, b);
  if (order !== undefined) return order * wanted >= 0 ? a : b;
  const [first, second] = [show(a), show(b)].sort();
  return symbol(`${name}(${first}, ${second})`);
}

/** Sign of a sum whose symbols are positive; roundings and remainders may also be 0. */
function signOf(a: Quantity): number | undefined {
  if (typeof a === 'number') return Math.sign(a);
  const positive = a.terms.every((term) => term.coefficient > 0);
  const negative = a.terms.every((term) => term.coefficient < 0);
  if (!positive && !negative) return undefined;
  if (!a.terms.some((term) => term.powers.every(([name]) => isPositive(name)))) return undefined;
  return positive ? 1 : -1;
}

function isPositive(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_. ]*$/u.test(name);
}

// --- Text ----------------------------------------------------------------------------------------------------------

const superscripts: Readonly<Record<string, string>> = {
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
};

function showTerm({ coefficient, powers }: Term): string {
  const [numerator, denominator] = fractionOf(coefficient);
  const above = powers.filter(([, exponent]) => exponent > 0).map(showPower);
  const below = powers.filter(([, exponent]) => exponent < 0).map(([name, exponent]) => showPower([name, -exponent]));
  if (numerator !== 1 || above.length === 0) above.unshift(showNumber(numerator));
  if (denominator !== 1) below.unshift(showNumber(denominator));
  const top = above.join('·');
  if (below.length === 0) return top;
  return `${top}/${below.length > 1 ? `(${below.join('·')})` : below[0]}`;
}

function showPower([name, exponent]: readonly [string, number]): string {
  if (exponent === 1) return name;
  if (exponent === 0.5) return `√${name}`;
  return `${name}${superscripts[String(exponent)] ?? `^${showNumber(exponent)}`}`;
}

function showNumber(x: number): string {
  return Number.isInteger(x) ? String(x) : String(Number(x.toPrecision(6)));
}

/** 1/3 rather than 0.333333, where a small denominator meets the number to within rounding. */
function fractionOf(x: number): [numerator: number, denominator: number] {
  for (let denominator = 1; denominator <= 64; denominator++) {
    const numerator = Math.round(x * denominator);
    if (numerator !== 0 && Math.abs(x * denominator - numerator) < 1e-12 * Math.abs(numerator)) return [numerator, denominator];
  }
  const inverse = Math.round(1 / x);
  return inverse !== 0 && Math.abs(1 / x - inverse) < 1e-10 ? [1, inverse] : [x, 1];
}

function bracketed(a: Quantity): string {
  const text = show(a);
  return /^[\p{L}\p{N}_.]+$/u.test(text) ? text : `(${text})`;
}

/** Names of compound symbols repeat what they contain, so nested ones are cut and told apart by a hash. */
function shorten(name: string): string {
  if (name.length <= 120) return name;
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return `${name.slice(0, 40)}…#${(hash >>> 0).toString(16)}`;
}

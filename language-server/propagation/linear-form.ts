/**
 * What a logarithm differs from that of the theory of infinite width, to first order in 1/width: shift + Σ c_s ξ_s over independent noises ξ_s of
 * variance 1, one a fluctuation of some layer. Never changed once made, so that nodes can share one.
 */
export class LinearForm {
  #variance = Number.NaN;

  /**
   * @param coefficients entry s is c_s, and what lies beyond the end is 0
   * @param shift mean of the logarithm: E ln(1 + ε) = −½ Var ε
   */
  constructor(
    readonly coefficients: Float64Array,
    readonly shift: number,
  ) {}

  /** Σ c_s² */
  get variance(): number {
    if (Number.isNaN(this.#variance)) this.#variance = sumOfSquares(this.coefficients);
    return this.#variance;
  }
}

export const certain = new LinearForm(new Float64Array(0), 0);

export type Term = readonly [factor: number, form: LinearForm];

/** The noises of one network, numbered as they appear. */
export class Noises {
  #count = 0;

  /** Σ factor·form, for factors multiplied, and an independent noise of this variance around 1. */
  product(terms: readonly Term[], variance = 0): LinearForm {
    if (!(variance > 0) && isSingle(terms)) return terms[0]![1];
    const own = variance > 0 ? this.#count++ : -1;
    const coefficients = weighted(terms, own + 1);
    if (own >= 0) coefficients[own] = Math.sqrt(variance);
    return new LinearForm(coefficients, shiftOf(terms, -variance / 2));
  }

  /** ln Σ w e^form for shares w that add up to 1, and a noise of this variance: convex, so that more than the mean of the shifts is left. */
  sum(terms: readonly Term[], variance = 0): LinearForm {
    if (!(variance > 0) && isSingle(terms)) return terms[0]![1];
    const own = variance > 0 ? this.#count++ : -1;
    const coefficients = weighted(terms, own + 1);
    const inside = terms.reduce((sum, [share, form]) => sum + share * form.variance, 0);
    const shift = shiftOf(terms, 0) + (inside - sumOfSquares(coefficients)) / 2;
    if (own < 0) return new LinearForm(coefficients, shift);
    coefficients[own] = Math.sqrt(variance);
    return new LinearForm(coefficients, shift - variance / 2);
  }

  /** Two new noises with these variances and covariance. */
  pair(first: number, covariance: number, second: number): [LinearForm, LinearForm] {
    const one = this.product([], first);
    const shared = first > 0 ? covariance / first : 0;
    const { coefficients } = this.product([[shared, one]], Math.max(0, second - shared * covariance));
    return [one, new LinearForm(coefficients, -second / 2)];
  }
}

const isSingle = (terms: readonly Term[]): boolean => terms.length === 1 && terms[0]![0] === 1;

/** Coefficients of Σ factor·form, with room for at least so many noises. */
function weighted(terms: readonly Term[], room: number): Float64Array {
  let length = room;
  for (const [, { coefficients }] of terms) length = Math.max(length, coefficients.length);
  const sum = new Float64Array(length);
  terms.forEach(([factor, { coefficients }], i) => {
    if (factor === 0) return;
    if (i === 0 && factor === 1) sum.set(coefficients);
    else for (let s = 0; s < coefficients.length; s++) sum[s]! += factor * coefficients[s]!;
  });
  return sum;
}

function shiftOf(terms: readonly Term[], start: number): number {
  let shift = start;
  for (const [factor, form] of terms) if (factor !== 0) shift += factor * form.shift;
  return shift;
}

function sumOfSquares(coefficients: Float64Array): number {
  let sum = 0;
  for (let s = 0; s < coefficients.length; s++) sum += coefficients[s]! * coefficients[s]!;
  return sum;
}

/** Σ factor·form of forms of one network. */
export const combined = (terms: readonly Term[]): LinearForm => new Noises().product(terms);

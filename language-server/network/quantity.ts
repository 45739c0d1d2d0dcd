/**
 * A number, or an expression in unknown sizes (`hidden`, `4·hidden`, `1/(3·hidden)`).
 *
 * Sizes and variances share this type, because σ_w² = fanIn · 1/(3·fanIn) is known although fanIn is not.
 */
export type Quantity = number | Expression;

/** A polynomial with real coefficients in monomials of symbols with integer powers, kept in canonical order. */
export interface Expression {
  readonly kind: 'expression';
  readonly terms: readonly Term[];
}

export interface Term {
  readonly coefficient: number;
  /** Symbol name and power, sorted by name, powers never 0. What is no polynomial is a symbol of its own: `⌊hidden/2⌋`. */
  readonly powers: readonly (readonly [symbol: string, power: number])[];
}

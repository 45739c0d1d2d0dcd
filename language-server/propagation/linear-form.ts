/**
 * What a logarithm differs from that of the theory of infinite width, to first order in 1/width: shift + Σ c_s ξ_s over independent noises ξ_s of
 * variance 1, one a fluctuation of some layer. Entry s is c_s, and what lies beyond the end is 0. Never changed once made, so that nodes can
 * share one.
 */
export interface LinearForm {
  readonly coefficients: Float64Array;
  /** Mean of the logarithm: E ln(1 + ε) = −½ Var ε. */
  readonly shift: number;
}

export const certain: LinearForm = { coefficients: new Float64Array(0), shift: 0 };

export type Term = readonly [factor: number, form: LinearForm];

/** The noises of one network, numbered as they appear. */
export class Noises {
  #count = 0;

  /** Σ factor·form, for factors multiplied, and an independent noise of this variance around 1. */
  product(terms: readonly Term[], variance = 0): LinearForm {
    const [first] = terms;
    if (!(variance > 0) && terms.length === 1 && first![0] === 1) return first![1];
    const own = variance > 0 ? this.#count++ : -1;
    const length = terms.reduce((longest, [, { coefficients }]) => Math.max(longest, coefficients.length), own + 1);
    const coefficients = new Float64Array(length);
    let shift = -variance / 2;
    terms.forEach(([factor, form], i) => {
      if (factor === 0) return;
      shift += factor * form.shift;
      if (i === 0 && factor === 1) coefficients.set(form.coefficients);
      else addTo(coefficients, factor, form.coefficients);
    });
    if (own >= 0) coefficients[own] = Math.sqrt(variance);
    return { coefficients, shift };
  }

  /** ln Σ w e^form for shares w that add up to 1, and a noise of this variance: convex, so that more than the mean of the shifts is left. */
  sum(terms: readonly Term[], variance = 0): LinearForm {
    const { coefficients, shift } = this.product(terms);
    const own = terms.reduce((sum, [share, form]) => sum + share * varianceOf(form), 0);
    const convexity = (own - varianceOf({ coefficients, shift })) / 2;
    return this.product([[1, { coefficients, shift: shift + convexity }]], variance);
  }

  /** Two new noises with these variances and covariance. */
  pair(first: number, covariance: number, second: number): [LinearForm, LinearForm] {
    const one = this.product([], first);
    const shared = first > 0 ? covariance / first : 0;
    const { coefficients } = this.product([[shared, one]], Math.max(0, second - shared * covariance));
    return [one, { coefficients, shift: -second / 2 }];
  }
}

function addTo(sum: Float64Array, factor: number, more: Float64Array): void {
  for (let s = 0; s < more.length; s++) sum[s]! += factor * more[s]!;
}

export function varianceOf({ coefficients }: LinearForm): number {
  let sum = 0;
  for (let s = 0; s < coefficients.length; s++) sum += coefficients[s]! * coefficients[s]!;
  return sum;
}

/** Σ factor·form of forms of one network. */
export const combined = (terms: readonly Term[]): LinearForm => new Noises().product(terms);

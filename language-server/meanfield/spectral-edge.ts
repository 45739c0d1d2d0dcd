import type { SlopeLaw } from './slope-law.js';
import type { ImplicitTerm, SpectralEquation } from './spectral-equation.js';
import { visibleSlopes } from './visible-slopes.js';

/**
 * ln(λ_max/m₁): the minimum of log z over real M > 0, at which z(M) ceases to be invertible. Approached for M → ∞ where the spectrum ends
 * in an atom or, for a single layer, in the largest slope itself; at the largest M that a law has above its top, where its density ends there
 * in 0. Unbounded slopes have no edge: `Infinity`.
 */
export function logUpperEdge(whole: SpectralEquation): number {
  if (whole.implicit.some(({ law }) => law.top === Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  const equation = { ...whole, implicit: whole.implicit.map((term) => ({ ...term, law: visibleSlopes(term.law) })) };
  const limit = logAtInfinity(equation);
  const end = Math.min(...equation.implicit.map(furthest));
  // Beyond, sums of 1/M cancel to rounding errors.
  const last = Math.min(15, end);
  if (steepness(equation, Math.exp(last)) < 0 && Number.isFinite(limit))
    return last === end ? Math.min(limit, valueAt(equation, Math.exp(last))) : limit;
  return Math.min(limit, valueAt(equation, Math.exp(turningPoint((x) => steepness(equation, Math.exp(x)), -60, last))));
}

/**
 * ln(λ/m₁) at the upper end of the continuous spectrum below an atom at its top: the minimum of log z over M < −1.
 *
 * @param equation of point masses and orthogonal weights alone: others leave no atom at the top
 */
export function logEdgeBelowAtom(equation: SpectralEquation): number {
  const widest = Math.max(1, ...equation.implicit.map(({ ratio }) => 1 / ratio), ...equation.logs.map(({ ratio }) => 1 / ratio));
  const at = (x: number) => -widest - Math.exp(-x);
  return valueAt(equation, at(turningPoint((x) => steepness(equation, at(x)), -15, 30)));
}

/** d log z/dM · |M|, whose sign tells on which side of its minimum M is. */
function steepness({ logs, implicit, linear }: SpectralEquation, m: number): number {
  let slope = linear;
  for (const { coefficient, shift, ratio } of logs) slope += (coefficient * ratio) / (shift + ratio * m);
  for (const term of implicit) {
    const u = inverse(term.law, term.ratio * m);
    slope += (term.count * term.ratio) / (u * transform(term.law, u).slope);
  }
  return slope * Math.abs(m);
}

function valueAt({ logs, implicit, linear, constant }: SpectralEquation, m: number): number {
  let value = constant + linear * m;
  for (const { coefficient, shift, ratio } of logs) value += coefficient * Math.log(Math.abs(shift + ratio * m));
  for (const { law, ratio, count } of implicit) value += count * Math.log(inverse(law, ratio * m));
  return value;
}

function logAtInfinity({ logs, implicit, linear, constant }: SpectralEquation): number {
  const power = logs.reduce((sum, { coefficient }) => sum + coefficient, 0);
  if (power > 0 || linear > 0) return Number.POSITIVE_INFINITY;
  return (
    constant +
    logs.reduce((sum, { coefficient, ratio }) => sum + coefficient * Math.log(ratio), 0) +
    implicit.reduce((sum, { law, count }) => sum + count * Math.log(law.top), 0)
  );
}

/** ln M up to which the quadrature of this law still stands for an integral. */
function furthest({ law, ratio }: ImplicitTerm): number {
  if (law.resolution === 0) return Number.POSITIVE_INFINITY;
  return Math.log(transform(law, law.top + law.resolution).value / ratio);
}

/** M_{D²}(u) = E[d/(u − d)] and its derivative −E[d/(u − d)²], u real and off the support. */
function transform({ values, weights }: SlopeLaw, u: number): { value: number; slope: number } {
  let value = 0;
  let slope = 0;
  for (let i = 0; i < values.length; i++) {
    const inverseDistance = 1 / (u - values[i]!);
    const part = weights[i]! * values[i]! * inverseDistance;
    value += part;
    slope -= part * inverseDistance;
  }
  return { value, slope };
}

/** The u with M_{D²}(u) = y: above all slopes for y > 0, between the two largest for y < 0. */
function inverse(law: SlopeLaw, y: number): number {
  let low = y > 0 ? law.top : law.values[law.values.length - 2]!;
  // E[d/(u − d)] ≤ top/(u − top), so the root is no further up than this.
  let high = y > 0 ? law.top * (1 + 1 / y) : law.top;
  let u = y > 0 ? Math.min(high, Math.max(law.top + law.mu1 / y, law.top * (1 + 1e-15))) : (low + high) / 2;
  for (let step = 0; step < 100; step++) {
    const { value, slope } = transform(law, u);
    // M falls with u.
    if (value > y) low = u;
    else high = u;
    // Newton on 1/M, which is nearly straight far out and near a single pole.
    const newton = u + (value * (1 - value / y)) / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    // Newton's method squares its error, so that nothing is left after a step this short.
    if (Math.abs(next - u) <= 1e-8 * Math.abs(u - law.top)) return next;
    u = next;
  }
  return u;
}

/**
 * Where a function changes from negative to positive: halving until the bracket is short, then chords, of which an end that stays put is
 * weighed down (the Illinois rule). At a minimum an error of 1e-7 here is one of 1e-14 in the value.
 */
function turningPoint(f: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let [below, above] = [-1, 1];
  let moved = 0;
  for (let step = 0; step < 80 && high - low > 1e-7; step++) {
    const chord = high - (above * (high - low)) / (above - below);
    const x = high - low > 2 ? (low + high) / 2 : Math.min(high - 1e-8, Math.max(low + 1e-8, chord));
    const value = f(x);
    if (value < 0) {
      [low, below] = [x, value];
      if (moved < 0) above /= 2;
      moved = -1;
    } else {
      [high, above] = [x, value];
      if (moved > 0) below /= 2;
      moved = 1;
    }
  }
  return (low + high) / 2;
}

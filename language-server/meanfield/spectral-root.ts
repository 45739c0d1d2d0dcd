import type { SlopeLaw } from './slope-law.js';
import type { SpectralEquation } from './spectral-equation.js';

interface Complex {
  re: number;
  im: number;
}

/** A solution of the spectral equation: M, and the subordination variable u of every slope law. */
interface Root {
  readonly m: Complex;
  readonly u: readonly Complex[];
}

/**
 * Follows the physical solution M(z) of a spectral equation to points just above the real axis.
 *
 * The first point is reached from far above, where M ≈ m₁/z, by Newton's method warm-started on a geometric ladder of heights; every step
 * is halved until M stays below and all u above the real axis. Later points start from their neighbour's solution, and take the ladder
 * again where that fails.
 */
export class SpectralRoot {
  readonly #equation: SpectralEquation;
  #root: Root | null = null;

  constructor(equation: SpectralEquation) {
    this.#equation = equation;
  }

  /**
   * Density of the continuous spectrum with respect to ln λ, −Im M/π.
   *
   * @param logLambda ln(λ/m₁)
   * @returns 0 where no solution off the real axis is found: outside the support, or where it cannot be told from that
   */
  densityOfLog(logLambda: number): number {
    const near = logOf(logLambda, logLambda + lowest);
    this.#root = (this.#root && newton(this.#equation, near, this.#root)) ?? this.#descend(logLambda);
    return this.#root ? -this.#root.m.im / Math.PI : 0;
  }

  #descend(logLambda: number): Root | null {
    const equation = this.#equation;
    const top = Math.log(1e4) + Math.max(0, logLambda);
    const bottom = logLambda + lowest;
    const steps = Math.max(240, Math.ceil((top - bottom) / 0.2));
    let root = start(equation, logOf(logLambda, top));
    for (let k = 0; k <= steps; k++) {
      const next = newton(equation, logOf(logLambda, top + ((bottom - top) * k) / steps), root);
      if (!next) return null;
      root = next;
    }
    return root;
  }
}

/** ln of the height above the real axis, relative to λ, at which the density is read off. */
const lowest = Math.log(1e-11);

/** log(λ + iY), from the logarithms of both. */
function logOf(logLambda: number, logHeight: number): Complex {
  const difference = logHeight - logLambda;
  const re = Math.max(logLambda, logHeight) + 0.5 * Math.log1p(Math.exp(-2 * Math.abs(difference)));
  return { re, im: Math.atan(Math.exp(difference)) };
}

/** Far out M = 1/z and u = μ₁/(r M). */
function start({ implicit }: SpectralEquation, logZ: Complex): Root {
  const polar = (logModulus: number, angle: number) => ({
    re: Math.exp(logModulus) * Math.cos(angle),
    im: Math.exp(logModulus) * Math.sin(angle),
  });
  return {
    m: polar(-logZ.re, -logZ.im),
    u: implicit.map(({ law, ratio }) => polar(logZ.re + Math.log(law.mu1 / ratio), logZ.im)),
  };
}

/** Newton's method for M and all u at once; eliminating the u leaves one complex unknown. */
function newton(equation: SpectralEquation, logZ: Complex, from: Root): Root | null {
  let root = from;
  for (let iteration = 0; iteration < 40; iteration++) {
    const { dm, du } = newtonStep(equation, logZ, root);
    let share = 1;
    while (!staysInside(root, dm, du, share)) {
      share /= 2;
      if (share < 1e-9) return null;
    }
    root = { m: along(root.m, dm, share), u: root.u.map((u, k) => along(u, du[k]!, share)) };
    if (share === 1 && isSmall(dm, root.m) && du.every((step, k) => isSmall(step, root.u[k]!))) return root;
  }
  return null;
}

function newtonStep({ constant, linear, saturating, logs, implicit }: SpectralEquation, logZ: Complex, { m, u }: Root) {
  let residual: Complex = { re: constant + linear * m.re - logZ.re, im: linear * m.im - logZ.im };
  let slope: Complex = { re: linear, im: 0 };
  if (saturating !== 0) {
    const shifted = inverse({ re: 1 + m.re, im: m.im });
    residual = add(residual, scale(multiply(m, shifted), saturating));
    slope = add(slope, scale(multiply(shifted, shifted), saturating));
  }
  for (const { coefficient, shift, ratio } of logs) {
    const argument = { re: shift + ratio * m.re, im: ratio * m.im };
    residual = add(residual, scale(log(argument), coefficient));
    slope = add(slope, scale(inverse(argument), coefficient * ratio));
  }
  const laws = implicit.map(({ law, ratio, count }, k) => {
    const { value, derivative } = transform(law, u[k]!);
    const missing = { re: ratio * m.re - value.re, im: ratio * m.im - value.im };
    const factor = scale(inverse(multiply(u[k]!, derivative)), count);
    residual = add(residual, add(scale(log(u[k]!), count), multiply(missing, factor)));
    slope = add(slope, scale(factor, ratio));
    return { missing, derivative, ratio };
  });
  const dm = scale(multiply(residual, inverse(slope)), -1);
  const du = laws.map(({ missing, derivative, ratio }) => multiply(add(missing, scale(dm, ratio)), inverse(derivative)));
  return { dm, du };
}

/** M_{D²}(u) = E[d/(u − d)] and its derivative −E[d/(u − d)²]. */
function transform({ values, weights }: SlopeLaw, { re, im }: Complex): { value: Complex; derivative: Complex } {
  let valueRe = 0;
  let valueIm = 0;
  let derivativeRe = 0;
  let derivativeIm = 0;
  const square = im * im;
  for (let i = 0; i < values.length; i++) {
    const distance = re - values[i]!;
    const inverseSquare = 1 / (distance * distance + square);
    const weight = weights[i]! * values[i]! * inverseSquare;
    valueRe += weight * distance;
    valueIm -= weight * im;
    derivativeRe -= weight * inverseSquare * (distance * distance - square);
    derivativeIm += weight * inverseSquare * 2 * distance * im;
  }
  return { value: { re: valueRe, im: valueIm }, derivative: { re: derivativeRe, im: derivativeIm } };
}

const staysInside = ({ m, u }: Root, dm: Complex, du: readonly Complex[], share: number): boolean =>
  m.im + share * dm.im < 0 && u.every(({ im }, k) => im + share * du[k]!.im > 0);

/** Newton's method squares its error, so that what is left after such a step is below rounding. */
const isSmall = (step: Complex, value: Complex): boolean => Math.hypot(step.re, step.im) <= 1e-8 * Math.hypot(value.re, value.im);

const along = (a: Complex, step: Complex, share: number): Complex => ({ re: a.re + share * step.re, im: a.im + share * step.im });
const add = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im });
const scale = (a: Complex, factor: number): Complex => ({ re: factor * a.re, im: factor * a.im });
const multiply = (a: Complex, b: Complex): Complex => ({ re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re });
const log = ({ re, im }: Complex): Complex => ({ re: Math.log(Math.hypot(re, im)), im: Math.atan2(im, re) });

function inverse({ re, im }: Complex): Complex {
  const square = re * re + im * im;
  return { re: re / square, im: -im / square };
}

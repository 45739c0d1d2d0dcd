export interface Rule {
  /** On [−1, 1], ascending. */
  readonly nodes: readonly number[];
  readonly weights: readonly number[];
}

/**
 * Gauss–Legendre rule with n nodes on [−1, 1], exact for polynomials of degree 2n − 1.
 *
 * @throws RangeError unless n is a positive integer
 */
export function gaussLegendre(n: number): Rule {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`n must be a positive integer, not ${n}`);
  const roots = Array.from({ length: n }, (_, i) => root(n, n - i));
  return { nodes: roots.map(({ x }) => x), weights: roots.map(({ x, slope }) => 2 / ((1 - x * x) * slope * slope)) };
}

/** The i-th largest root of the Legendre polynomial P_n by Newton's method, and P_n′ there. */
function root(n: number, i: number): { x: number; slope: number } {
  let x = Math.cos((Math.PI * (i - 0.25)) / (n + 0.5));
  let slope = 1;
  for (let step = 0; step < 6; step++) {
    const { value, derivative } = legendre(n, x);
    slope = derivative;
    x -= value / derivative;
  }
  return { x, slope };
}

function legendre(n: number, x: number): { value: number; derivative: number } {
  let previous = 1;
  let value = x;
  for (let k = 2; k <= n; k++) [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
  return { value, derivative: (n * (x * value - previous)) / (x * x - 1) };
}

import { gaussLegendre } from './gauss-legendre.js';
import { normalCdf, normalDensity } from './special-functions.js';

export interface PooledMoments {
  readonly mean: number;
  readonly secondMoment: number;
}

const rule = gaussLegendre(64);
const reach = 9.5;

/**
 * Mean and second moment of the largest of m equicorrelated zero-mean Gaussians h_i = √q (√ρ z + √(1 − ρ) ζ_i):
 * E max = √(q(1 − ρ)) e_m, E max² = q [ρ + (1 − ρ) s_m], with e_m and s_m those of independent N(0, 1). An approximation for feature maps,
 * whose positions are not equally correlated.
 *
 * @param window m ≥ 1 positions
 * @param correlation ρ in [0, 1]
 * @throws RangeError for a wrong argument
 */
export function maxPool(q: number, window: number, correlation: number): PooledMoments {
  checkPool(q, window);
  if (!(correlation >= 0 && correlation <= 1)) throw new RangeError(`correlation must lie in [0, 1], not ${correlation}`);
  const free = q * (1 - correlation);
  return {
    mean: Math.sqrt(free) * overMaximum(window, -reach, (z) => z),
    secondMoment: q * correlation + free * overMaximum(window, -reach, (z) => z * z),
  };
}

/**
 * The same after ReLU, which commutes with the maximum, for independent positions.
 *
 * @throws RangeError for a wrong argument
 */
export function reluMaxPool(q: number, window: number): PooledMoments {
  checkPool(q, window);
  return { mean: Math.sqrt(q) * overMaximum(window, 0, (z) => z), secondMoment: q * overMaximum(window, 0, (z) => z * z) };
}

/**
 * Second moment of the average of n positions with second moment p each and cosine c between them: p (1 + (n − 1) c)/n. Means are part of
 * c, so that correlated or positive features keep their size and independent ones lose all but 1/n.
 *
 * @throws RangeError for n < 1, p < 0 or a cosine outside [−1, 1]
 */
export function averagePool(secondMoment: number, positions: number, cosine: number): number {
  checkPool(secondMoment, positions);
  if (!(Math.abs(cosine) <= 1)) throw new RangeError(`cosine must lie in [−1, 1], not ${cosine}`);
  return (secondMoment * (1 + (positions - 1) * cosine)) / positions;
}

function checkPool(q: number, window: number): void {
  if (!(q >= 0 && Number.isFinite(q))) throw new RangeError(`q must be a finite number ≥ 0, not ${q}`);
  if (!(window >= 1)) throw new RangeError(`window must be at least 1, not ${window}`);
}

/** ∫ f(z) m n(z) Φ(z)^{m−1} dz from `low`, in panels on which the density of the maximum is smooth. */
function overMaximum(window: number, low: number, f: (z: number) => number): number {
  const panels = 4;
  const half = (reach - low) / (2 * panels);
  let sum = 0;
  for (let panel = 0; panel < panels; panel++) {
    const middle = low + (2 * panel + 1) * half;
    rule.nodes.forEach((node, i) => {
      const z = middle + half * node;
      sum += half * rule.weights[i]! * f(z) * window * normalDensity(z) * normalCdf(z) ** (window - 1);
    });
  }
  return sum;
}

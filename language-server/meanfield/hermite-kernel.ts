import type { Activation, PairMoments } from './activation.js';
import { isDiscontinuous } from './activation.js';
import { LruMap } from './lru-map.js';
import { gaussianNodes, reach } from './panels.js';

/** Degrees that are kept apart; smooth units at usual lengths have nothing beyond a dozen. */
export const hermiteDegrees = 32;

/** Share of E φ², or of E φ′², that higher degrees may have. */
const tolerance = 1e-5;

/** φ(√q z) = Σ aₙ Heₙ(z)/√n!, as far as the kernels of two equally long inputs see it. */
export interface HermiteExpansion {
  readonly q: number;
  /** aₙ² by degree, below 32. */
  readonly squares: Float64Array;
  /** What higher degrees have of E φ², and of E φ′². */
  readonly rest: number;
  readonly slopeRest: number;
}

/**
 * The expansion by one quadrature over the line, which serves all correlations. Daniely et al. 2016, arXiv:1602.05897, section 4.
 *
 * @returns relative error of kernels below 10⁻⁵; `null` where higher degrees matter: for kinks and jumps, and units that bend on less than √q
 */
export function hermiteExpansion(phi: Activation, q: number): HermiteExpansion | null {
  const quick = phi.maps?.expansion(q);
  if (quick) return quick;
  let known = cache.get(phi);
  if (!known) {
    known = new LruMap(4096);
    cache.set(phi, known);
  }
  const found = known.get(q);
  return found === undefined ? known.set(q, expand(phi, q)) : found;
}

const cache = new WeakMap<Activation, LruMap<number, HermiteExpansion | null>>();

/** K = Σ aₙ² cⁿ and K′ = dK/d(q c), of a Gaussian pair with correlation c. */
export function hermiteKernel({ q, squares, rest, slopeRest }: HermiteExpansion, c: number): PairMoments {
  let value = 0;
  let slope = 0;
  for (let n = squares.length - 1; n >= 0; n--) {
    slope = slope * c + value;
    value = value * c + squares[n]!;
  }
  if (rest === 0 && slopeRest === 0) return { value, slope: slope / q };
  return { value: value + rest * c ** hermiteDegrees, slope: slope / q + slopeRest * c ** (hermiteDegrees - 1) };
}

function expand(phi: Activation, q: number): HermiteExpansion | null {
  if (isDiscontinuous(phi)) return null;
  const root = Math.sqrt(q);
  const breaks = [...phi.kinks.map(({ at }) => at), ...(phi.bends ?? []).flatMap((x) => [x, -x])].map((x) => x / root);
  const nodes = gaussianNodes(-reach, reach, breaks, [{ at: 0, scale: phi.scale / root, extent: phi.settled / root }]);
  const weighted = new Float64Array(nodes.count);
  let second = 0;
  let slopeSecond = 0;
  for (let i = 0; i < nodes.count; i++) {
    const x = root * nodes.z[i]!;
    const value = phi.phi(x);
    weighted[i] = nodes.weight[i]! * value;
    second += weighted[i]! * value;
    slopeSecond += nodes.weight[i]! * phi.dphi(x) ** 2;
  }
  return completed(
    q,
    hermiteSums(nodes.z, weighted).map((coefficient) => coefficient * coefficient),
    second,
    slopeSecond,
  );
}

/** What is left of E φ² and E φ′² is of higher degrees; `null` where that is too much. */
export function completed(q: number, squares: Float64Array, second: number, slopeSecond: number): HermiteExpansion | null {
  let rest = second;
  let slopeRest = slopeSecond;
  for (let n = 0; n < squares.length; n++) {
    rest -= squares[n]!;
    slopeRest -= (n * squares[n]!) / q;
  }
  if (rest > tolerance * second || slopeRest > tolerance * slopeSecond) return null;
  return { q, squares, rest: Math.max(0, rest), slopeRest: Math.max(0, slopeRest) };
}

/** Σ wᵢ Heₙ(zᵢ)/√n! by degree n. All nodes take one degree before the next, so that no division has to wait for another one. */
function hermiteSums(z: Float64Array, weighted: Float64Array): Float64Array {
  const sums = new Float64Array(hermiteDegrees);
  const before = new Float64Array(z.length);
  const hermite = new Float64Array(z.length).fill(1);
  for (let n = 0; n < hermiteDegrees; n++) {
    const [root, next] = [roots[n]!, roots[n + 1]!];
    let sum = 0;
    for (let i = 0; i < z.length; i++) {
      const present = hermite[i]!;
      sum += weighted[i]! * present;
      hermite[i] = (z[i]! * present - root * before[i]!) / next;
      before[i] = present;
    }
    sums[n] = sum;
  }
  return sums;
}

const roots = Float64Array.from({ length: hermiteDegrees + 1 }, (_, n) => Math.sqrt(n));

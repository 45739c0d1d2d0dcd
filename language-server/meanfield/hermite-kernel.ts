import type { Activation, PairMoments } from './activation.js';
import { isDiscontinuous } from './activation.js';
import { LruMap } from './lru-map.js';
import { gaussianNodes, reach } from './panels.js';

/** Degrees that are kept apart; smooth units at usual lengths have nothing beyond a dozen. */
const degrees = 32;

/** Share of E φ², or of E φ′², that higher degrees may have. */
const tolerance = 1e-5;

/**
 * c ↦ K and K′ of a Gaussian pair with equal variance q, by the expansion φ(√q z) = Σ aₙ Heₙ(z)/√n!: K = Σ aₙ² cⁿ, and K′ = dK/d(q c)
 * (Daniely et al. 2016, arXiv:1602.05897, section 4). One quadrature over the line serves all correlations.
 *
 * @returns relative error below 10⁻⁵; `null` where higher degrees matter: for kinks and jumps, and units that bend on less than √q
 */
export function hermiteKernel(phi: Activation, q: number): ((c: number) => PairMoments) | null {
  let known = cache.get(phi);
  if (!known) {
    known = new LruMap(4096);
    cache.set(phi, known);
  }
  const found = known.get(q);
  return found === undefined ? known.set(q, expand(phi, q)) : found;
}

const cache = new WeakMap<Activation, LruMap<number, ((c: number) => PairMoments) | null>>();

function expand(phi: Activation, q: number): ((c: number) => PairMoments) | null {
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
  const a = hermiteSums(nodes.z, weighted);
  const values = a.map((coefficient) => coefficient * coefficient);
  const slopes = values.map((square, n) => (n * square) / q);
  values[degrees] = Math.max(0, second - values.reduce((x, y) => x + y));
  slopes[degrees] = Math.max(0, slopeSecond - slopes.reduce((x, y) => x + y));
  if (values[degrees]! > tolerance * second || slopes[degrees]! > tolerance * slopeSecond) return null;
  return (c) => {
    let value = values[degrees]!;
    let slope = slopes[degrees]!;
    for (let n = degrees - 1; n >= 0; n--) {
      value = value * c + values[n]!;
      if (n > 0) slope = slope * c + slopes[n]!;
    }
    return { value, slope };
  };
}

/**
 * Σ wᵢ Heₙ(zᵢ)/√n! by degree n. The last entry is the next degree, which stands for all that follow. All nodes take one degree before the next,
 * so that no division has to wait for another one.
 */
function hermiteSums(z: Float64Array, weighted: Float64Array): Float64Array {
  const sums = new Float64Array(degrees + 1);
  const before = new Float64Array(z.length);
  const hermite = new Float64Array(z.length).fill(1);
  for (let n = 0; n < degrees; n++) {
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

const roots = Float64Array.from({ length: degrees + 1 }, (_, n) => Math.sqrt(n));

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
  // The last entry is the next degree, which stands for all that follow.
  const a = new Float64Array(degrees + 1);
  let second = 0;
  let slopeSecond = 0;
  for (let i = 0; i < nodes.count; i++) {
    const z = nodes.z[i]!;
    const value = phi.phi(root * z);
    const weighted = nodes.weight[i]! * value;
    second += weighted * value;
    slopeSecond += nodes.weight[i]! * phi.dphi(root * z) ** 2;
    let before = 0;
    let hermite = 1;
    for (let n = 0; n < degrees; n++) {
      a[n]! += weighted * hermite;
      const next = (z * hermite - roots[n]! * before) / roots[n + 1]!;
      before = hermite;
      hermite = next;
    }
  }
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

const roots = Float64Array.from({ length: degrees + 1 }, (_, n) => Math.sqrt(n));

import { gaussLegendre } from './gauss-legendre.js';
import { normalCdf, normalDensity } from './special-functions.js';

/**
 * Distribution of one unit of a stream of rectified sums x ← relu(x + b), in units in which E x² = 1: point masses above 0, what is left is at 0.
 * Such a unit is a random walk that cannot pass 0, and no Gaussian.
 */
export interface RectifiedStream {
  readonly values: Float64Array;
  readonly masses: Float64Array;
  /** Where a squared perturbation of the stream's first value is by now; sums to 1. */
  readonly energies: Float64Array;
}

/** What relu(x + b) is, in units of E x² = 1. */
export interface Rectified {
  readonly mean: number;
  readonly second: number;
  /** P(x + b > 0) */
  readonly on: number;
  /** Factor on squared gradients: units that perturbations live on were on, and are likelier to stay on. */
  readonly passed: number;
  readonly stream: RectifiedStream;
}

/** relu of a Gaussian of this mean and variance. */
export function rectifiedGaussian(mean: number, variance: number): RectifiedStream {
  if (!(variance > 0)) throw new RangeError(`variance must be positive, not ${variance}`);
  const root = Math.sqrt(variance);
  const { values, weights } = nodesUpTo(Math.max(0, mean) + reach * root);
  const masses = values.map((t, i) => (weights[i]! * normalDensity((t - mean) / root)) / root);
  return normalized(values, masses, masses);
}

/**
 * relu(x + b) with b ~ N(0, v) independent of x: g′(t) = P₀ n_v(t) + ∫ g(s) n_v(t − s) ds, and squared perturbations
 * e′(t) = ∫ e(s) n_v(t − s) ds + χ E g′(t). See `postActivationDensity`, which this is one step of.
 *
 * @param branch v > 0 in units of E x²
 * @param chi squared gain χ ≥ 0 of the branch relative to that of the skip connection
 * @throws RangeError for other arguments
 */
export function rectifiedSum(stream: RectifiedStream, branch: number, chi: number): Rectified {
  if (!(branch > 0 && Number.isFinite(branch))) throw new RangeError(`branch must be a positive number, not ${branch}`);
  if (!(chi >= 0)) throw new RangeError(`chi must be ≥ 0, not ${chi}`);
  const { values, masses, energies } = stream;
  const off = Math.max(0, 1 - sum(masses));
  const root = Math.sqrt(branch);
  let [mean, second, on] = [off * root * normalDensity(0), (off * branch) / 2, off / 2];
  for (let i = 0; i < values.length; i++) {
    const [s, mass] = [values[i]!, masses[i]!];
    const [density, above] = [normalDensity(s / root), normalCdf(s / root)];
    on += mass * above;
    mean += mass * (s * above + root * density);
    second += mass * ((s * s + branch) * above + s * root * density);
  }
  const next = spread(stream, off, root, on);
  const kept = next.energies.map((energy, i) => energy + chi * next.masses[i]!);
  const passed = sum(kept) / (sum(energies) * (1 + chi));
  const unit = 1 / Math.sqrt(second);
  return {
    mean,
    second,
    on,
    passed,
    stream: { values: next.values.map((t) => t * unit), masses: next.masses, energies: scaledTo(kept, 1) },
  };
}

/** Standard deviations beyond which nothing is left. */
const reach = 6.5;
const nodeCount = 72;

function spread({ values, masses, energies }: RectifiedStream, off: number, root: number, on: number) {
  const end = values.at(-1)!;
  const last = Math.min(end, 9) + reach * root;
  if (root < last / nodeCount) return nearlyUnmoved(values, masses, energies, off, root);
  const { values: next, weights } = nodesUpTo(last);
  const fresh = next.map((t, k) => weights[k]! * off * (normalDensity(t / root) / root));
  const moved = new Float64Array(next.length);
  let first = 0;
  for (let i = 0; i < values.length; i++) {
    const [low, high] = [values[i]! - reach * root, values[i]! + reach * root];
    while (next[first]! < low) first++;
    for (let k = first; k < next.length && next[k]! <= high; k++) {
      const share = (weights[k]! * normalDensity((next[k]! - values[i]!) / root)) / root;
      fresh[k]! += masses[i]! * share;
      moved[k]! += energies[i]! * share;
    }
  }
  return { values: next, masses: scaledTo(fresh, on), energies: moved };
}

/** A branch too small for the nodes to see moves only the units that are at 0, half of them upwards. */
function nearlyUnmoved(values: Float64Array, masses: Float64Array, energies: Float64Array, off: number, root: number) {
  const woken = masses.slice();
  const nearest = values.reduce((best, value, i) => (Math.abs(value - root) < Math.abs(values[best]! - root) ? i : best), 0);
  woken[nearest]! += off / 2;
  return { values, masses: woken, energies };
}

const rule = gaussLegendre(nodeCount);

function nodesUpTo(end: number) {
  return {
    values: Float64Array.from(rule.nodes, (x) => (end * (1 + x)) / 2),
    weights: Float64Array.from(rule.weights, (weight) => (end * weight) / 2),
  };
}

function normalized(values: Float64Array, masses: Float64Array, energies: Float64Array): RectifiedStream {
  const unit = 1 / Math.sqrt(values.reduce((total, t, i) => total + t * t * masses[i]!, 0));
  return { values: values.map((t) => t * unit), masses, energies: scaledTo(energies, 1) };
}

function scaledTo(values: Float64Array, total: number): Float64Array {
  const factor = total / sum(values);
  return values.map((value) => value * factor);
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

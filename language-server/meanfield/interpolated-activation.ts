import { type Activation, isDiscontinuous, type LengthMaps, type Moments } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { completed, type HermiteExpansion, hermiteDegrees, hermiteExpansion } from './hermite-kernel.js';
import { type SlopeMoments, slopeMoments } from './slope-moments.js';

/**
 * The same function, whose integrals over N(0, q) are Chebyshev interpolants in ln q: for deep networks, where each layer asks for a q of its own.
 * They are analytic in q for |arg q| < π, because √q z meets no singularity of φ on the real line, so that on panels of a factor of 4 errors
 * fall like 9⁻ⁿ (Trefethen 2013, "Approximation Theory and Approximation Practice", theorem 8.2).
 *
 * A panel is checked against the quadratures between its nodes when it is first asked for; where one of its functions errs by more than 10⁻¹¹
 * of its size, and for q outside [4⁻¹⁴, 4⁸], the quadratures answer as ever. Returns φ itself where closed forms leave nothing to gain.
 */
export function interpolated(phi: Activation): Activation {
  let known = cache.get(phi);
  if (!known) {
    known = phi.homogeneous || isDiscontinuous(phi) ? phi : { ...phi, maps: new Panels(phi) };
    cache.set(phi, known);
  }
  return known;
}

const cache = new WeakMap<Activation, Activation>();

/** Numbers of the outermost panels: ⌊log₄ q⌋. */
const [lowest, highest] = [-14, 7];

/** Largest error of what is interpolated, relative to its size. */
const tolerance = 1e-11;

/** Share of a function's size below which its coefficients are rounding. */
const negligible = 1e-15;

/** Panels, made when they are first asked for. */
class Panels implements LengthMaps {
  readonly #panels: (Panel | null | undefined)[] = Array(highest - lowest + 1);
  readonly #phi: Activation;

  constructor(phi: Activation) {
    this.#phi = phi;
  }

  moments(q: number): Moments | null {
    return this.#at(q)?.moments(q) ?? null;
  }

  slopes(q: number): SlopeMoments | null {
    return this.#at(q)?.slopes(q) ?? null;
  }

  expansion(q: number): HermiteExpansion | null {
    return this.#at(q)?.expansion(q) ?? null;
  }

  #at(q: number): Panel | null {
    const index = Math.floor(Math.log2(q) / 2);
    if (!(index >= lowest && index <= highest)) return null;
    let panel = this.#panels[index - lowest];
    if (panel === undefined) {
      panel = checked(this.#phi, new Panel(this.#phi, index));
      this.#panels[index - lowest] = panel;
    }
    return panel;
  }
}

/** Nodes of a panel: 9⁻¹⁴ is below rounding. */
const nodeCount = 14;
const nodes = Float64Array.from({ length: nodeCount }, (_, j) => Math.cos((Math.PI * (j + 0.5)) / nodeCount));
/** Between the nodes, off the middle and near both ends, where errors are largest. */
const checks = [-0.93, 0.11, 0.97];

/** Places of the functions in a panel; the squares of the Hermite coefficients follow. */
const places = {
  mean: 0,
  second: 1,
  slopeMean: 2,
  slopeSecond: 3,
  curvatureSecond: 4,
  secondSlope: 5,
  mu2: 6,
  squares: 7,
} as const;

/** Chebyshev coefficients of all functions on q ∈ [4^index, 4^(index+1)]. */
class Panel {
  /** Function by function. */
  readonly #coefficients: Float64Array;
  /** For each function how many of them matter; 0 for Hermite coefficients that parity forbids. */
  readonly #ends: Int32Array;
  readonly #middle: number;
  /** Degrees with anything in them; 0 where the expansion is not complete. */
  readonly #degrees: number;
  readonly #infiniteCurvature: boolean;
  readonly #powers = new Float64Array(nodeCount);
  readonly #squares: Float64Array;

  constructor(phi: Activation, index: number) {
    this.#middle = (index + 0.5) * 2;
    const samples = Array.from(nodes, (x) => sampled(phi, this.length(x)));
    this.#infiniteCurvature = samples.some(({ values }) => !Number.isFinite(values[places.curvatureSecond]!));
    this.#degrees = samples.every(({ complete }) => complete) ? degreesOf(samples) : 0;
    const count = places.squares + this.#degrees;
    this.#squares = new Float64Array(this.#degrees);
    this.#coefficients = new Float64Array(count * nodeCount);
    this.#ends = new Int32Array(count);
    const { second } = places;
    for (let f = 0; f < count; f++) {
      const size = samples.reduce((most, { values }) => Math.max(most, Math.abs(values[f >= places.squares ? second : f]!)), 0);
      for (let k = 0; k < nodeCount; k++) {
        let sum = 0;
        for (let j = 0; j < nodeCount; j++) sum += samples[j]!.values[f]! * Math.cos((Math.PI * k * (j + 0.5)) / nodeCount);
        const coefficient = ((k === 0 ? 1 : 2) * sum) / nodeCount;
        this.#coefficients[f * nodeCount + k] = coefficient;
        if (Math.abs(coefficient) > negligible * size) this.#ends[f] = k + 1;
      }
    }
  }

  /** q at a place x ∈ [−1, 1]. */
  length(x: number): number {
    return 2 ** (this.#middle + x);
  }

  moments(q: number): Moments {
    this.#turn(q);
    return {
      mean: this.#value(places.mean),
      second: this.#value(places.second),
      slopeMean: this.#value(places.slopeMean),
      slopeSecond: this.#value(places.slopeSecond),
      curvatureSecond: this.#infiniteCurvature ? Number.POSITIVE_INFINITY : this.#value(places.curvatureSecond),
      secondSlope: this.#value(places.secondSlope),
    };
  }

  slopes(q: number): SlopeMoments {
    this.#turn(q);
    return { mu1: this.#value(places.slopeSecond), mu2: this.#value(places.mu2) };
  }

  /** Good until the next question. */
  expansion(q: number): HermiteExpansion | null {
    if (this.#degrees === 0) return null;
    this.#turn(q);
    for (let n = 0; n < this.#degrees; n++) this.#squares[n] = this.#value(places.squares + n);
    return completed(q, this.#squares, this.#value(places.second), this.#value(places.slopeSecond));
  }

  /** Chebyshev polynomials at q. */
  #turn(q: number): void {
    const x = Math.log2(q) - this.#middle;
    const powers = this.#powers;
    if (powers[1] === x && powers[0] === 1) return;
    powers[0] = 1;
    powers[1] = x;
    for (let k = 2; k < nodeCount; k++) powers[k] = 2 * x * powers[k - 1]! - powers[k - 2]!;
  }

  #value(f: number): number {
    const [start, end] = [f * nodeCount, this.#ends[f]!];
    let sum = 0;
    for (let k = 0; k < end; k++) sum += this.#coefficients[start + k]! * this.#powers[k]!;
    return sum;
  }
}

interface Sample {
  readonly values: Float64Array;
  /** The expansion in Hermite polynomials is good enough for kernels. */
  readonly complete: boolean;
}

function sampled(phi: Activation, q: number): Sample {
  const { mean, second, slopeMean, slopeSecond, curvatureSecond, secondSlope } = gaussianMoments(phi, q);
  const { mu2 } = slopeMoments(phi, q);
  const expansion = phi.kernel ? null : hermiteExpansion(phi, q);
  const values = new Float64Array(places.squares + hermiteDegrees);
  values.set([mean, second, slopeMean ?? Number.NaN, slopeSecond, curvatureSecond, secondSlope, mu2]);
  if (expansion) values.set(expansion.squares, places.squares);
  return { values, complete: expansion !== null };
}

/** Degrees up to the last one that any sample could see. */
function degreesOf(samples: readonly Sample[]): number {
  let degrees = 1;
  for (const { values } of samples)
    for (let n = degrees; n < hermiteDegrees; n++)
      if (n * values[places.squares + n]! > 1e-17 * values[places.second]!) degrees = n + 1;
  return degrees;
}

/** The panel, unless it errs between its nodes. */
function checked(phi: Activation, panel: Panel): Panel | null {
  return checks.every((x) => isRight(phi, panel, panel.length(x))) ? panel : null;
}

function isRight(phi: Activation, panel: Panel, q: number): boolean {
  const [exact, near] = [gaussianMoments(phi, q), panel.moments(q)];
  const [slopes, nearSlopes] = [slopeMoments(phi, q), panel.slopes(q)];
  const near_ = (a: number, b: number, size: number) => a === b || Math.abs(a - b) <= tolerance * size;
  const { second, slopeSecond } = exact;
  if (!near_(near.mean, exact.mean, Math.sqrt(second))) return false;
  if (!near_(near.slopeMean!, exact.slopeMean ?? Number.NaN, Math.sqrt(slopeSecond))) return false;
  if (!near_(near.second, second, second) || !near_(near.slopeSecond, slopeSecond, slopeSecond)) return false;
  if (!near_(near.curvatureSecond, exact.curvatureSecond, exact.curvatureSecond)) return false;
  if (!near_(near.secondSlope, exact.secondSlope, Math.abs(exact.secondSlope))) return false;
  if (!near_(nearSlopes.mu2, slopes.mu2, slopes.mu2)) return false;
  const expansion = panel.expansion(q);
  const squares = expansion && hermiteExpansion(phi, q)?.squares;
  const seen = Math.min(second, q * slopeSecond);
  return !expansion || (!!squares && expansion.squares.every((square, n) => near_(n * square, n * squares[n]!, seen)));
}

import { gaussLegendre } from './gauss-legendre.js';
import { type SpectralAtom, spectralAtoms } from './spectral-atoms.js';
import { logEdgeBelowAtom, logUpperEdge } from './spectral-edge.js';
import { type SkipBlocks, type SpectralEquation, type SpectralLayer, spectralEquation } from './spectral-equation.js';
import { SpectralRoot } from './spectral-root.js';

/**
 * The spectrum of JJᵀ, J = ∏ D_l W_l, for wide layers. Everything is relative to the mean m₁ = e^{logMean}, which overflows in deep
 * networks, and normalised on the N_L outputs: JᵀJ shares the eigenvalues other than 0, but has N_0 of them.
 */
export interface JacobianSpectrum {
  /** ln m₁ */
  readonly logMean: number;
  /** ln(λ_max/m₁); `Infinity` where slopes are unbounded. */
  readonly logMax: number;
  /** Upper end of the continuous part, below `logMax` where an atom is on top; `null` where the spectrum is atoms alone. */
  readonly logBulkEdge: number | null;
  readonly atoms: readonly SpectralAtom[];
  readonly equation: SpectralEquation;
}

/**
 * Edges and atoms: cheap enough for every report.
 *
 * @throws RangeError for no layers, widths below 1, or a layer through which nothing passes
 */
export function jacobianSpectrum(layers: readonly SpectralLayer[], blocks: SkipBlocks | null = null): JacobianSpectrum {
  const equation = spectralEquation(layers, blocks);
  const atoms = spectralAtoms(layers, equation, blocks);
  const logMax = atoms.some(isEverything) ? Math.max(...atoms.map(({ logLambda }) => logLambda)) : logUpperEdge(equation);
  return { logMean: equation.logMean, logMax, logBulkEdge: bulkEdge(equation, atoms, logMax), atoms, equation };
}

const isEverything = ({ mass }: SpectralAtom): boolean => mass >= 1 - 1e-12;

function bulkEdge(equation: SpectralEquation, atoms: readonly SpectralAtom[], logMax: number): number | null {
  if (massOf(atoms) >= 1 - 1e-12) return null;
  return atoms.some(({ logLambda }) => logLambda >= logMax - 1e-9) ? logEdgeBelowAtom(equation) : logMax;
}

const massOf = (atoms: readonly SpectralAtom[]): number => atoms.reduce((sum, { mass }) => sum + mass, 0);

/**
 * Density ρ_s of the continuous part at singular values s relative to √m₁: ρ_s(s) ds = ρ(λ) dλ, hence 2/s times the density in ln λ.
 * Rising or falling lists are fastest, because each point starts from its neighbour.
 *
 * @throws RangeError for s that is not positive
 */
export function singularValueDensity(
  spectrum: Pick<JacobianSpectrum, 'equation' | 'logBulkEdge'>,
  s: readonly number[],
): number[] {
  const root = new SpectralRoot(spectrum.equation);
  return s.map((value) => {
    if (!(value > 0)) throw new RangeError(`s must be positive, not ${value}`);
    const logLambda = 2 * Math.log(value);
    return isOutside(spectrum, logLambda) ? 0 : (2 / value) * root.densityOfLog(logLambda);
  });
}

const isOutside = ({ logBulkEdge }: Pick<JacobianSpectrum, 'logBulkEdge'>, logLambda: number): boolean =>
  logBulkEdge === null || logLambda >= logBulkEdge;

export interface SingularValueCurve {
  /** s/√m₁, rising. */
  readonly s: readonly number[];
  /** Density of the continuous part in s, per singular value of N_L. */
  readonly density: readonly number[];
  /** Share of the N_L singular values below each s, atoms at 0 included. */
  readonly cumulative: readonly number[];
}

/**
 * The density of singular values for drawing, from the upper edge down to where all but a thousandth of the mass is covered, or
 * λ/m₁ = e^{−1300}.
 *
 * Points lie at ln λ = edge − e^t, t in equal steps where nothing abrupt happens: dense at the edge, and the trapezoid rule in t sums the
 * square root there and the long logarithmic tail of deep networks with high accuracy.
 */
export function singularValueCurve(spectrum: JacobianSpectrum): SingularValueCurve {
  const steps = singularValueSteps(spectrum);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same, point by point, for those who have other things to do between. */
export function* singularValueSteps(spectrum: JacobianSpectrum): Generator<void, SingularValueCurve> {
  const { equation, logBulkEdge, atoms, logMax } = spectrum;
  const total = 1 - massOf(atoms);
  if (logBulkEdge === null || total <= 1e-12 || logMax === Number.POSITIVE_INFINITY)
    return { s: [], density: [], cumulative: [] };
  const points = (yield* descend(equation, logBulkEdge, total)).reverse();
  const atZero = massOf(atoms.filter(({ logLambda }) => logLambda === Number.NEGATIVE_INFINITY));
  return {
    s: points.map(({ logLambda }) => Math.exp(logLambda / 2)),
    density: points.map(({ logLambda, density }) => 2 * density * Math.exp(-logLambda / 2)),
    cumulative: points.map(({ above }) => atZero + total - above),
  };
}

interface CurvePoint {
  readonly logLambda: number;
  /** In ln λ. */
  readonly density: number;
  /** Mass of the continuous part above. */
  readonly above: number;
}

/** Widest step in t = ln(edge − ln λ). */
const widestStep = 0.05;
/** Narrow bands, as those of leaky ReLU, are stepped into until the trapezoid's corners miss no more than this share of the mass. */
const missedMass = 1e-3;
/** ln λ below which singular values and their density leave the range of doubles. */
const lowestLog = -1300;
/** Steps without density after which a gap is taken for the end, once most of the mass is found and before. */
const gapSteps = (share: number): number => (share > 0.9 ? 8 : 40);

function* descend(equation: SpectralEquation, edge: number, total: number): Generator<void, CurvePoint[]> {
  const root = new SpectralRoot(equation);
  const massPer = (t: number) => root.densityOfLog(edge - Math.exp(t)) * Math.exp(t);
  const points: CurvePoint[] = [];
  const start = Math.log(1e-3 * widthScale(equation));
  let before = massPer(start);
  let above = massBeyond(before, massPer(start + widestStep));
  let step = widestStep;
  let empty = 0;
  for (let t = start; edge - Math.exp(t) > lowestLog && empty < gapSteps(above / total); ) {
    yield;
    const next = massPer(t + step);
    if (Math.abs(next - before) * step > missedMass * total && step > 1e-3) {
      step /= 2;
      continue;
    }
    t += step;
    above += (step * (before + next)) / 2;
    points.push({ logLambda: edge - Math.exp(t), density: next / Math.exp(t), above });
    if (above > 0.999 * total) break;
    empty = next === 0 ? empty + 1 : 0;
    before = next;
    step = Math.min(widestStep, 1.3 * step);
  }
  return points;
}

/** Mass between the edge and the first point: there the density is a power of the distance, 1/2 as a rule and −1/2 for two projections. */
function massBeyond(first: number, second: number): number {
  if (!(first > 0 && second > 0)) return 0;
  const power = Math.log(second / first) / widestStep;
  return first / Math.min(3, Math.max(0.3, power));
}

/** Root of σ²_rel, at most 1: how wide the spectrum is in ln λ near its mean. */
function widthScale({ logs, implicit, linear, saturating }: SpectralEquation): number {
  // S′(0)/S(0) = −σ²_rel, from the terms other than log(1 + M) − log M.
  let variance = linear + saturating - 1;
  for (const { coefficient, shift, ratio } of logs) if (shift !== 0) variance += (coefficient * ratio) / shift;
  for (const { law, ratio, count } of implicit) variance += count * ratio * (law.mu2 / (law.mu1 * law.mu1));
  return Math.min(1, Math.sqrt(Math.max(1e-16, variance)));
}

/**
 * Share of singular values with |s/√m₁ − center| < ε · center, atoms included: how isometric the network is. The integral runs over the
 * angle of a half circle, in which square-root edges are as smooth as the rest.
 *
 * @param epsilon in (0, 1)
 * @param logCenter ln of the center; −½ ln m₁ asks for s itself near 1
 * @throws RangeError for ε outside (0, 1)
 */
export function fractionNearOne(
  { equation, logBulkEdge, atoms }: Omit<JacobianSpectrum, 'logMax'>,
  epsilon = 0.1,
  logCenter = 0,
): number {
  if (!(epsilon > 0 && epsilon < 1)) throw new RangeError(`epsilon must lie in (0, 1), not ${epsilon}`);
  const low = 2 * (logCenter + Math.log1p(-epsilon));
  const high = 2 * (logCenter + Math.log1p(epsilon));
  const inAtoms = massOf(atoms.filter(({ logLambda }) => logLambda > low && logLambda < high));
  return inAtoms + (logBulkEdge === null ? 0 : massBetween(equation, low, Math.min(high, logBulkEdge)));
}

const angleRule = gaussLegendre(40);

function massBetween(equation: SpectralEquation, low: number, high: number): number {
  if (high <= low) return 0;
  const root = new SpectralRoot(equation);
  return angleRule.nodes.reduce((sum, node, i) => {
    const angle = (Math.PI / 2) * (node + 1);
    const logLambda = (low + high) / 2 - ((high - low) / 2) * Math.cos(angle);
    return sum + angleRule.weights[i]! * (Math.PI / 2) * ((high - low) / 2) * Math.sin(angle) * root.densityOfLog(logLambda);
  }, 0);
}

/**
 * s_{0.95}/s_{0.05}: the spread of the singular values where s_max/s_min says nothing, because slopes that vanish take s_min to 0.
 * `Infinity` where more than 5 % of the singular values are 0.
 */
export function quantileRatio(spectrum: JacobianSpectrum): number {
  const low = quantile(spectrum, 0.05);
  const high = quantile(spectrum, 0.95);
  return low === 0 ? Number.POSITIVE_INFINITY : high / low;
}

function quantile(spectrum: JacobianSpectrum, share: number): number {
  const steps = [
    ...spectrum.atoms.map(({ logLambda, mass }) => ({ s: Math.exp(logLambda / 2), mass })),
    ...bins(singularValueCurve(spectrum)),
  ].sort((a, b) => a.s - b.s);
  const target = share * steps.reduce((sum, { mass }) => sum + mass, 0);
  let below = 0;
  for (const { s, mass } of steps) {
    below += mass;
    if (below >= target) return s;
  }
  return steps[steps.length - 1]?.s ?? 0;
}

function bins({ s, cumulative }: SingularValueCurve): { s: number; mass: number }[] {
  return s.slice(1).map((value, i) => ({ s: Math.sqrt(value * s[i]!), mass: cumulative[i + 1]! - cumulative[i]! }));
}

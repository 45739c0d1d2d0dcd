import { inParallel, inSeries, type JacobianPiece, pieceOf, skipPiece } from '../meanfield/jacobian-pieces.js';
import { jacobianSpectrum } from '../meanfield/jacobian-spectrum.js';
import { slopeMoments } from '../meanfield/slope-moments.js';
import type { Network } from '../network/graph.js';
import { numberOf, type Quantity } from '../network/quantity.js';
import type { Summary } from '../protocol.js';
import { ratioOf } from './affine-transfer.js';
import type { Gradient } from './backward.js';
import type { CirclePath } from './circle.js';
import type { Dominators } from './dominators.js';
import { extentOfShape } from './extent.js';
import { type JacobianPath, jacobianPath, type Step, type WeightStep } from './jacobian-path.js';
import { logSecondMoment } from './signal.js';
import { type SizedStep, type SpectralStack, spectralStack } from './spectral-stack.js';
import type { NodeState } from './transfer.js';

/** What is said of the singular values of the network's Jacobian. */
export interface Isometry {
  readonly figures: Summary['isometry'];
  /** What the figures rest on, or why there are none. */
  readonly notes: readonly string[];
  readonly jacobian: JacobianSource;
}

/** What is computed on demand, or why it cannot be. */
export interface JacobianSource {
  readonly spectrum: SpectralStack | NoSpectrum;
  readonly circle: (CirclePath & { readonly kind: 'circle' }) | NoSpectrum;
}

export interface NoSpectrum {
  readonly kind: 'none';
  readonly reason: string;
}

/**
 * Mean, spread and largest of the squared singular values of the Jacobian of the very network, from the input of the first weight layer to the
 * features that the last one reads. Pennington, Schoenholz, Ganguli 2017, arXiv:1711.04735, and 2018, arXiv:1802.09979; residual blocks by
 * Tarnowski et al. 2018, arXiv:1809.08848. Each activation has the q that the forward sweep found there.
 */
export function isometry(
  network: Network,
  dominators: Dominators,
  states: readonly NodeState[],
  gradients: readonly Gradient[],
  training: boolean,
): Isometry {
  const path = jacobianPath(network, dominators, states, training);
  if (path.kind === 'none') return silent(path.reason);
  const start = firstInputs(path.steps);
  const widths = start && relativeWidths(path.steps, start);
  const circle = circleOf(path, states);
  if (!start || !widths) return meanOnly(path, circle);
  if (widths.mismatch) return silent('entries are selected or repeated between two layers of weights');
  if ([...widths.of.keys()].some((width) => (numberOf(width) ?? fewest) < fewest))
    return silent(`a layer has fewer than ${fewest} units, too few for a spectrum`);
  return measured(path, widths.of, start, { network, states, gradients, circle });
}

/** Fewer entries have hardly a spectrum, and none that the theory of wide layers could know. */
const fewest = 8;

const silent = (reason: string): Isometry => ({
  figures: null,
  notes: [`No statement on isometry: ${reason}.`],
  jacobian: { spectrum: { kind: 'none', reason }, circle: { kind: 'none', reason } },
});

type Widths = ReadonlyMap<Quantity, number>;

interface Sweep {
  readonly network: Network;
  readonly states: readonly NodeState[];
  readonly gradients: readonly Gradient[];
  readonly circle: JacobianSource['circle'];
}

/** Inputs of the first weights, on a circle around 0. */
function circleOf({ steps, from }: JacobianPath, states: readonly NodeState[]): JacobianSource['circle'] {
  const { signal } = states[from]!;
  const q = signal ? Math.exp(logSecondMoment(signal)) : Number.NaN;
  if (!(q > 0 && Number.isFinite(q)))
    return { kind: 'none', reason: 'the size of the signal before the first layer is not known' };
  return { kind: 'circle', steps, q };
}

function measured(path: JacobianPath, widths: Widths, start: Quantity, sweep: Sweep): Isometry {
  const { network, states, gradients, circle } = sweep;
  const steps = sized(path.steps, widths, widths.get(start)!);
  const whole = seriesOf(steps);
  if (!Number.isFinite(whole.logMean)) return silent('nothing passes: some weights or slopes are all 0');
  // J has as many singular values as the narrower of its ends; a wider output holds zeros of JJᵀ that are none of J.
  const values = Math.min(whole.inputs, whole.outputs);
  const spreadOf = (relativeVariance: number) => Math.max(0, ((1 + relativeVariance) * values) / whole.outputs - 1);
  const logMean = logMeanOf(path, whole, gradients) + Math.log(whole.outputs / values);
  const relativeVariance = spreadOf(whole.relativeVariance);
  const stack = spectralStack(steps);
  const max = stack.kind === 'stack' ? largest(stack) : null;
  return {
    figures: {
      mean: logMean / path.layerCount,
      variance: relativeVariance,
      max,
      score: 1 / (1 + relativeVariance),
      orthogonal: areOrthogonal(path.steps)
        ? null
        : spreadOf(seriesOf(sized(path.steps, widths, widths.get(start)!, true)).relativeVariance),
      depth: path.layerCount,
      singularValues: typeof start === 'number' && isSized(network, states[path.from]!) ? Math.round(values) : null,
      readout: path.readout?.path ?? null,
    },
    notes: [...path.notes, ...(stack.kind === 'none' ? [`No largest singular value: ${stack.reason}.`] : [])],
    jacobian: { spectrum: stack, circle },
  };
}

const seriesOf = (steps: readonly SizedStep[]): JacobianPiece => inSeries(steps.map(({ piece }) => piece));

const areOrthogonal = (steps: readonly Step[]): boolean =>
  steps.every((step) => {
    if (step.kind === 'weights') return step.sigmaW2 === 0 || (step.family === 'orthogonal' && step.taps === 1);
    return step.kind !== 'branches' || step.branches.every(areOrthogonal);
  });

/** False where the size of feature maps is assumed: ratios of widths do not depend on it, their numbers do. */
function isSized({ nodes }: Network, { extent }: NodeState): boolean {
  if (extent.length === 0) return true;
  const inputs = nodes.filter(({ kind }) => kind === 'input');
  return inputs.every((node) => extentOfShape(node, extent.length) !== null);
}

/** s_max/√m₁ over the singular values of J. */
function largest({ layers, blocks, share }: SpectralStack): number | null {
  const { logMax } = jacobianSpectrum(layers, blocks);
  // Relative to a mean over fewer values, which is larger by 1/share.
  const max = Math.exp((logMax + Math.log(share)) / 2);
  return Number.isFinite(max) ? max : null;
}

const unknownRatios = 'ratios of widths that are not known';

/** Without widths the spread is not known, but σ_w² and slopes alone give the mean. */
function meanOnly(path: JacobianPath, circle: JacobianSource['circle']): Isometry {
  const logMean = logMeanAlong(path.steps);
  if (logMean === null || !Number.isFinite(logMean)) return silent('the widths of its layers are not known');
  return {
    figures: {
      mean: logMean / path.layerCount,
      variance: null,
      max: null,
      score: null,
      orthogonal: null,
      depth: path.layerCount,
      singularValues: null,
      readout: path.readout?.path ?? null,
    },
    notes: [...path.notes, `The spread of singular values depends on ${unknownRatios}.`],
    jacobian: { spectrum: { kind: 'none', reason: `it depends on ${unknownRatios}` }, circle },
  };
}

function logMeanAlong(steps: readonly Step[]): number | null {
  let sum = 0;
  for (const step of steps) {
    if (step.kind === 'branches') return null;
    if (step.kind === 'weights') sum += Math.log(step.sigmaW2);
    else if (step.kind === 'factor') sum += step.logSquare;
    else sum += Math.log(momentsOf(step).mu1);
  }
  return sum;
}

/**
 * ln m₁. In chains the reverse sweep knows better what zero padding takes, because it follows where the gradient is.
 */
function logMeanOf({ steps, from, to, notes }: JacobianPath, { logMean }: JacobianPiece, gradients: readonly Gradient[]): number {
  if (notes.length === 0 || steps.some(({ kind }) => kind === 'branches')) return logMean;
  const [low, high] = [gradients[from]?.logNorm ?? null, gradients[to]?.logNorm ?? null];
  return low !== null && high !== null && Number.isFinite(low - high) ? low - high : logMean;
}

type Slopes = Extract<Step, { kind: 'slopes' }>;

/** μ₁ and μ₂ of the slopes with their dropout masks: E m² = 1/ρ, E m⁴ = 1/ρ³. */
function momentsOf({ phi, variance, keep }: Slopes): { mu1: number; mu2: number } {
  const moments = phi ? slopeMoments(phi, variance) : straight;
  return keep === 1 ? moments : { mu1: moments.mu1 / keep, mu2: moments.mu2 / keep ** 3 };
}

const straight = { mu1: 1, mu2: 1 };

/** @param orthogonal with orthogonal weights instead, in convolutions of the middle tap alone */
function sized(steps: readonly Step[], widths: Widths, start: number, orthogonal = false): SizedStep[] {
  let width = start;
  // Layers of one shape follow each other in deep networks, and so do their pieces.
  let before: { readonly step: WeightStep; readonly piece: JacobianPiece } | null = null;
  return steps.map((step): SizedStep => {
    if (step.kind === 'branches') {
      const branches = step.branches.map((branch) => ({
        piece: inSeries([skipPiece(width, 0), ...sized(branch, widths, width, orthogonal).map(({ piece }) => piece)]),
        skip: branch.every(({ kind }) => kind === 'factor'),
      }));
      const piece = inParallel(branches.map((branch) => branch.piece));
      width = piece.outputs;
      return { step, piece, branches };
    }
    if (step.kind === 'factor') return { step, piece: skipPiece(width, step.logSquare) };
    const inputs = width;
    if (step.kind === 'slopes') return { step, piece: slopesPiece(step, width) };
    width = widths.get(step.outputs)!;
    const piece = before && isAlike(before.step, step) ? before.piece : weightsPiece(step, inputs, width, orthogonal);
    before = { step, piece };
    return { step, piece };
  });
}

const isAlike = (a: WeightStep, b: WeightStep): boolean =>
  a.inputs === b.inputs && a.outputs === b.outputs && a.sigmaW2 === b.sigmaW2 && a.family === b.family && a.taps === b.taps;

const slopesPiece = (step: Slopes, width: number): JacobianPiece =>
  pieceOf({ family: 'orthogonal', sigmaW2: 1, inputs: width, outputs: width, slopes: momentsOf(step) });

const weightsPiece = (step: WeightStep, inputs: number, outputs: number, orthogonal: boolean): JacobianPiece =>
  orthogonal
    ? pieceOf({ family: 'orthogonal', sigmaW2: step.sigmaW2, taps: 1, inputs, outputs, slopes: straight })
    : pieceOf({ family: step.family, sigmaW2: step.sigmaW2, taps: step.taps, inputs, outputs, slopes: straight });

function firstInputs(steps: readonly Step[]): Quantity | null {
  for (const step of steps) {
    if (step.kind === 'weights') return step.inputs;
    if (step.kind !== 'branches') continue;
    for (const branch of step.branches) {
      const inside = firstInputs(branch);
      if (inside !== null) return inside;
    }
  }
  return null;
}

/**
 * All widths as numbers: of entries where they are known, else relative to the first one.
 *
 * @returns `null` where a ratio is not known
 */
function relativeWidths(steps: readonly Step[], start: Quantity): { of: Map<Quantity, number>; mismatch: boolean } | null {
  const of = new Map<Quantity, number>();
  const unit = typeof start === 'number' ? start : 1;
  const put = (width: Quantity): boolean => {
    const ratio = ratioOf(width, start);
    if (ratio !== null) of.set(width, ratio * unit);
    return ratio !== null;
  };
  let mismatch = false;
  const visit = (some: readonly Step[], before: Quantity): Quantity | null => {
    let width = before;
    for (const step of some) {
      if (step.kind === 'weights') {
        if (!put(step.inputs) || !put(step.outputs)) return null;
        if (Math.abs(of.get(step.inputs)! / of.get(width)! - 1) > 1e-9) mismatch = true;
        width = step.outputs;
      }
      if (step.kind !== 'branches') continue;
      const ends = step.branches.map((branch) => visit(branch, width));
      if (ends.some((end) => end === null)) return null;
      if (ends.some((end) => Math.abs(of.get(end!)! / of.get(ends[0]!)! - 1) > 1e-9)) mismatch = true;
      width = ends[0]!;
    }
    return width;
  };
  put(start);
  return visit(steps, start) === null ? null : { of, mismatch };
}

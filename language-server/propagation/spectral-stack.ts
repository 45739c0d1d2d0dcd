import type { Activation } from '../meanfield/activation.js';
import { activation } from '../meanfield/activations.js';
import { droppedSlopes } from '../meanfield/dropped-slopes.js';
import type { JacobianPiece } from '../meanfield/jacobian-pieces.js';
import { type SlopeLaw, slopeLaw } from '../meanfield/slope-law.js';
import type { SkipBlocks, SpectralLayer } from '../meanfield/spectral-equation.js';
import type { Step } from './jacobian-path.js';

/** A step with its width as a number, and with the two moments of what it does. */
export interface SizedStep {
  readonly step: Step;
  readonly piece: JacobianPiece;
  /** Of branches: each with its moments, and whether it is a skip connection. */
  readonly branches?: readonly { readonly piece: JacobianPiece; readonly skip: boolean }[];
}

/** All that the spectrum of a network's Jacobian depends on. */
export interface SpectralStack {
  readonly kind: 'stack';
  readonly layers: readonly SpectralLayer[];
  readonly blocks: SkipBlocks | null;
  /** Number of singular values of J per eigenvalue of JJᵀ, at most 1. */
  readonly share: number;
}

/** Largest gain of a branch, relative to its skip connection, for which edges are right within 10 %. */
const smallBranch = 0.2;

/** Brings the steps into the form of the spectral equation, where the theory has one for them. */
export function spectralStack(steps: readonly SizedStep[]): SpectralStack | { readonly kind: 'none'; readonly reason: string } {
  const { outputs } = steps.at(-1)!.piece;
  const { inputs } = steps[0]!.piece;
  const laws = slopeLaws(steps);
  const layers: SpectralLayer[] = [];
  let blocks: SkipBlocks | null = null;
  const equal = new EqualLayers();
  for (const { step, piece, branches = [] } of steps) {
    const { inputs: from, outputs: to } = piece;
    if (step.kind === 'weights') layers.push(equal.layer(step.family, step.sigmaW2, step.taps, from, to, laws.straight));
    else if (step.kind === 'slopes') layers.push(equal.layer('orthogonal', 1, 1, from, to, laws.of(step)));
    else {
      if (step.kind === 'branches' && !areSmall(branches)) return none;
      const before: SkipBlocks = blocks ?? { outputs, logMean: 0, relativeVariance: 0 };
      const spread = piece.relativeVariance * (outputs / piece.outputs);
      blocks = { outputs, logMean: before.logMean + piece.logMean, relativeVariance: before.relativeVariance + spread };
    }
  }
  return { kind: 'stack', layers, blocks, share: Math.min(1, inputs / outputs) };
}

/** One object for layers that are alike, which deep networks have many of. */
class EqualLayers {
  readonly #byLaw = new Map<SlopeLaw, SpectralLayer[]>();

  layer(
    family: SpectralLayer['family'],
    sigmaW2: number,
    taps: number,
    inputs: number,
    outputs: number,
    slopes: SlopeLaw,
  ): SpectralLayer {
    let made = this.#byLaw.get(slopes);
    if (!made) {
      made = [];
      this.#byLaw.set(slopes, made);
    }
    const before = made.at(-1);
    if (
      before?.family === family &&
      before.sigmaW2 === sigmaW2 &&
      before.taps === taps &&
      before.inputs === inputs &&
      before.outputs === outputs
    )
      return before;
    const layer = { family, sigmaW2, taps, inputs, outputs, slopes };
    made.push(layer);
    return layer;
  }
}

const none = { kind: 'none', reason: 'beside skip connections it is known for branches of gain below 0.2 alone' } as const;

function areSmall(branches: NonNullable<SizedStep['branches']>): boolean {
  const skip = branches.find((branch) => branch.skip);
  if (!skip) return false;
  return branches.every((branch) => branch.skip || Math.exp(branch.piece.logMean - skip.piece.logMean) <= smallBranch);
}

type Slopes = Extract<Step, { kind: 'slopes' }>;

/**
 * The laws of the slopes. Lengths of one activation are gathered in a few classes, because each law costs thousands of nodes: σ²_rel is
 * computed without them, and edges do not see the difference.
 */
function slopeLaws(steps: readonly SizedStep[]): { straight: SlopeLaw; of(step: Slopes): SlopeLaw } {
  const straight = slopeLaw(activation('linear')!, 1);
  const all = new Map<Activation, Classes>();
  for (const { step } of steps) {
    if (step.kind !== 'slopes' || !step.phi) continue;
    const known = all.get(step.phi);
    if (known) known.reach(step.variance);
    else all.set(step.phi, new Classes(step.variance));
  }
  for (const { step } of steps) if (step.kind === 'slopes' && step.phi) all.get(step.phi)!.count(step.variance);
  return {
    straight,
    of: ({ phi, variance, keep }) => droppedSlopes(phi ? all.get(phi)!.law(phi, variance) : straight, keep),
  };
}

const classCount = 6;

/** Lengths of one activation, in classes of equal ratio. */
class Classes {
  #low: number;
  #high: number;
  readonly #sums = new Float64Array(classCount);
  readonly #counts = new Float64Array(classCount);
  readonly #laws: (SlopeLaw | undefined)[] = [];

  constructor(variance: number) {
    this.#low = variance;
    this.#high = variance;
  }

  reach(variance: number): void {
    if (variance < this.#low) this.#low = variance;
    if (variance > this.#high) this.#high = variance;
  }

  count(variance: number): void {
    const index = this.#of(variance);
    this.#sums[index]! += variance;
    this.#counts[index]! += 1;
  }

  /** The excess of μ₂/μ₁² over 1 is proportional to q where q is small, so that the mean of a class keeps the sum. */
  law(phi: Activation, variance: number): SlopeLaw {
    const index = this.#of(variance);
    this.#laws[index] ??= slopeLaw(phi, this.#sums[index]! / this.#counts[index]!);
    return this.#laws[index];
  }

  #of(variance: number): number {
    const [low, high] = [this.#low, this.#high];
    return low > 0 && high > low * 1.001
      ? Math.min(classCount - 1, Math.floor((classCount * Math.log(variance / low)) / Math.log(high / low)))
      : 0;
  }
}

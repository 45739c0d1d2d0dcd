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
  for (const { step, piece, branches = [] } of steps) {
    const width = { inputs: piece.inputs, outputs: piece.outputs };
    if (step.kind === 'weights') {
      const { family, sigmaW2, taps } = step;
      layers.push({ family, sigmaW2, taps, ...width, slopes: laws.straight });
    } else if (step.kind === 'slopes') layers.push({ family: 'orthogonal', sigmaW2: 1, ...width, slopes: laws.of(step) });
    else {
      if (step.kind === 'branches' && !areSmall(branches)) return none;
      const before: SkipBlocks = blocks ?? { outputs, logMean: 0, relativeVariance: 0 };
      const spread = piece.relativeVariance * (outputs / piece.outputs);
      blocks = { outputs, logMean: before.logMean + piece.logMean, relativeVariance: before.relativeVariance + spread };
    }
  }
  return { kind: 'stack', layers, blocks, share: Math.min(1, inputs / outputs) };
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
  const classes = new Map<Activation, { low: number; high: number; sums: number[]; counts: number[] }>();
  const all = steps.flatMap(({ step }) => (step.kind === 'slopes' ? [step] : []));
  for (const { phi, variance } of all) {
    if (!phi) continue;
    const known = classes.get(phi);
    const [low, high] = [Math.min(known?.low ?? variance, variance), Math.max(known?.high ?? variance, variance)];
    classes.set(phi, { low, high, sums: Array(classCount).fill(0), counts: Array(classCount).fill(0) });
  }
  const classOf = (variance: number, { low, high }: { low: number; high: number }): number =>
    low > 0 && high > low * 1.001
      ? Math.min(classCount - 1, Math.floor((classCount * Math.log(variance / low)) / Math.log(high / low)))
      : 0;
  for (const { phi, variance } of all) {
    const found = phi && classes.get(phi);
    if (!found) continue;
    const index = classOf(variance, found);
    found.sums[index]! += variance;
    found.counts[index]! += 1;
  }
  return {
    straight,
    of({ phi, variance, keep }) {
      const found = phi && classes.get(phi);
      if (!phi || !found) return droppedSlopes(straight, keep);
      const index = classOf(variance, found);
      // The excess of μ₂/μ₁² over 1 is proportional to q where q is small, so that the mean keeps the sum.
      return droppedSlopes(slopeLaw(phi, found.sums[index]! / found.counts[index]!), keep);
    },
  };
}

const classCount = 6;

import { type Curve, circle, crossings, scaledCurve, summedCurves, throughActivation } from '../meanfield/circle-geometry.js';
import type { CirclePoint } from '../protocol.js';
import type { Step } from './jacobian-path.js';

/** What a circle of inputs passes on its way through a network. */
export interface CirclePath {
  readonly steps: readonly Step[];
  /** Second moment of the inputs of the first weight layer. */
  readonly q: number;
}

/**
 * A circle of inputs behind each layer of the main path; layers inside of branches are seen where their branch is added.
 * Poole, Lahiri, Raghu, Sohl-Dickstein, Ganguli 2016, arXiv:1606.05340, with each layer's own weights and signal.
 *
 * @returns `null` under dropout, whose masks are drawn anew for every input and leave no curve
 */
export function circleThrough({ steps, q }: CirclePath): CirclePoint[] | null {
  const start = circle(q);
  const points: { path: string; curve: Curve; corners: number | null }[] = [];
  let curve = start;
  for (const step of steps) {
    const next = after(curve, step);
    if (!next) return null;
    const last = points.at(-1);
    if (step.kind === 'slopes' && last) last.corners = cornersOf(curve, step);
    curve = next;
    const path = step.kind === 'weights' ? step.path : step.kind === 'branches' ? lastPath(step) : null;
    if (path !== null) points.push({ path, curve, corners: null });
  }
  return points.map(({ path, curve: { logMetric, turning }, corners }) => ({
    path,
    logLength: (logMetric - start.logMetric) / 2,
    turning: Number.isFinite(turning) ? Math.sqrt(turning) : 'infinity',
    corners,
  }));
}

function after(curve: Curve, step: Step): Curve | null {
  switch (step.kind) {
    case 'weights':
      return scaledCurve(curve, Math.log(step.sigmaW2));
    case 'factor':
      return scaledCurve(curve, step.logSquare);
    case 'slopes':
      if (step.keep !== 1) return null;
      return step.phi ? throughActivation(curve, step.phi, step.variance) : curve;
    case 'branches': {
      const ends = step.branches.map((branch) => branch.reduce<Curve | null>((at, inner) => at && after(at, inner), curve));
      return ends.every((end) => end !== null) ? summedCurves(ends) : null;
    }
  }
}

/** Corners of one unit on the way round: how often it crosses a kink at which φ′ jumps. */
function cornersOf(curve: Curve, { phi, variance, logVariance }: Extract<Step, { kind: 'slopes' }>): number | null {
  const jumps = phi?.kinks.filter(({ jump }) => jump !== 0) ?? [];
  if (jumps.length === 0) return null;
  const total = jumps.reduce((sum, { at }) => sum + crossings(curve, logVariance, at / Math.sqrt(variance)), 0);
  return Number.isFinite(total) ? total : null;
}

function lastPath({ branches }: Extract<Step, { kind: 'branches' }>): string | null {
  const paths = branches.flatMap((branch) => {
    const last = branch.findLast(({ kind }) => kind === 'weights' || kind === 'branches');
    return last?.kind === 'weights' ? [last.path] : last?.kind === 'branches' ? [lastPath(last)] : [];
  });
  return paths.at(-1) ?? null;
}

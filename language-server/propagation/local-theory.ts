import type { Activation } from '../meanfield/activation.js';
import { criticalAtBias, criticalAtLength } from '../meanfield/critical-line.js';
import { repeatedLayer } from '../meanfield/layer-theory.js';
import type { CriticalPoint, DepthScale, LocalTheory } from '../protocol.js';

/** The layer with its activation, repeated for ever, reached from the length that its own input gives it. */
export function localTheory(phi: Activation, sigmaW2: number, sigmaB2: number, keep: number, q0: number): LocalTheory {
  const start = Number.isFinite(q0) && q0 > 0 ? Math.min(q0, 1e6) : 1;
  const { length, chi1, correlation, xiQ, xiC, xiGrad, phase } = repeatedLayer(phi, { sigmaW2, sigmaB2, keep }, start);
  // n·(2/n) is 2 up to rounding: what rounding leaves of ln χ₁ is no depth scale.
  const critical = Math.abs(chi1 - 1) < rounding;
  return {
    qStar: length.kind === 'diverges' ? 'infinity' : length.kind === 'undecided' ? null : length.value,
    chi1: finite(chi1),
    cStar: correlation ? finite(correlation.cStar) : null,
    xiQ: depthScale(xiQ),
    xiC: xiC === null ? null : critical && keep === 1 ? 'infinity' : depthScale(xiC),
    xiGrad: critical ? 'infinity' : depthScale(xiGrad),
    phase: Number.isFinite(chi1) ? phase : null,
    critical: criticalPoint(phi),
  };
}

const rounding = 1e-9;

const points = new WeakMap<Activation, { point: CriticalPoint | null }>();

/**
 * Where to go: the attracting critical point without biases if there is one at a finite length (rectifiers), else the one at q* = 1, which
 * repels for GELU, SiLU and Mish. Roberts, Yaida, Hanin 2021, arXiv:2106.10165, §5.3.
 */
function criticalPoint(phi: Activation): CriticalPoint | null {
  const known = points.get(phi);
  if (known) return known.point;
  const bare = phi.homogeneous ? criticalAtBias(phi, 0) : null;
  const point = bare ?? criticalAtLength(phi, 1);
  const { sigmaW2, sigmaB2, qStar, attracting, admissible } = point;
  const usable = admissible && Number.isFinite(sigmaW2) ? { sigmaW2, sigmaB2, qStar, attracting } : null;
  points.set(phi, { point: usable });
  return usable;
}

export function depthScale(xi: number): DepthScale {
  return xi === Number.POSITIVE_INFINITY ? 'infinity' : finite(xi);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

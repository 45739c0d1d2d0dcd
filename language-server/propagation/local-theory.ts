import type { Activation } from '../meanfield/activation.js';
import { criticalAtBias, criticalAtLength } from '../meanfield/critical-line.js';
import { depthScale } from '../meanfield/depth-scale.js';
import { gaussianMoments } from '../meanfield/gaussian-moments.js';
import { type RepeatedLayer, repeatedLayer } from '../meanfield/layer-theory.js';
import { phaseOf } from '../meanfield/phase.js';
import type { CriticalPoint, DepthScale, LocalTheory } from '../protocol.js';
import { type Activations, exactly } from './activations.js';
import type { Surroundings } from './layer-surroundings.js';
import { parameterSecondMoment, type WeightMoments } from './weight-moments.js';

/** This layer with its activation and dropout, repeated for ever, as reached from the length q₀ that it really has. */
export function localTheory(
  { node, activation, gated, normalization, factor, keep }: Surroundings,
  { sigmaW2, sigmaB2, problem }: WeightMoments,
  q0: number,
  training: boolean,
  activations: Activations,
): LocalTheory | null {
  // What is multiplied with another signal on its way is no longer Gaussian, and its length no longer σ_w² q + σ_b².
  if (gated || node.kind === 'opaque') return null;
  if (factor === null || factor === 0) return null;
  if (!activation || sigmaW2 === null || sigmaB2 === null || problem !== null) return null;
  const phi = exactly(activation);
  const quick = activations.of(activation);
  if (!phi || !quick || !(keep > 0)) return null;
  if (normalization && (training || normalization.variant !== 'batch')) return normalized(phi, normalization, factor ** 2);
  const kept = training ? keep : 1;
  // φ(g·h) with variances of h is φ with g² times these.
  const gain = factor ** 2;
  const layer = repeatedLayer(phi, { sigmaW2: sigmaW2 * gain, sigmaB2: sigmaB2 * gain, keep: kept }, q0 * gain, quick);
  return inOwnUnits(presented(layer, phi, kept), gain);
}

/** Layers that reach the same point are presented once. */
function presented(layer: RepeatedLayer, phi: Activation, keep: number): LocalTheory {
  const known = shown.get(layer) ?? present(layer, critical(phi, keep));
  shown.set(layer, known);
  return known;
}

const shown = new WeakMap<RepeatedLayer, LocalTheory>();

function present(layer: RepeatedLayer, point: CriticalPoint | null): LocalTheory {
  const { length, correlation } = layer;
  // n·(2/n) is 2 up to rounding: what rounding leaves of ln χ₁ is no depth scale.
  const marginal = Math.abs(layer.chi1 - 1) < 1e-9;
  return {
    qStar: length.kind === 'diverges' ? 'infinity' : length.kind === 'undecided' ? null : length.value,
    chi1: Number.isFinite(layer.chi1) ? layer.chi1 : null,
    cStar: correlation?.cStar ?? null,
    xiQ: scale(layer.xiQ),
    xiC: marginal && correlation?.cStar === 1 ? 'infinity' : scale(layer.xiC),
    xiGrad: marginal ? 'infinity' : scale(layer.xiGrad),
    phase: layer.phase,
    critical: point,
  };
}

/** Lengths and variances at the layer's output, where the activation gets √gain times as much. */
function inOwnUnits(theory: LocalTheory, gain: number): LocalTheory {
  if (gain === 1) return theory;
  const { qStar, critical: point } = theory;
  return {
    ...theory,
    qStar: typeof qStar === 'number' ? qStar / gain : qStar,
    critical: point && {
      ...point,
      sigmaW2: point.sigmaW2 / gain,
      sigmaB2: point.sigmaB2 / gain,
      qStar: point.qStar / gain,
    },
  };
}

/**
 * Between weights and activation stands a normalization: the length is γ² + β² whatever σ_w is, and squared gradients change by
 * χ = γ²E φ′²/Var φ with batch statistics, E φ² instead of Var φ otherwise. Yang et al. 2019, arXiv:1902.08129.
 */
function normalized(
  phi: Activation,
  normalization: NonNullable<Surroundings['normalization']>,
  gain: number,
): LocalTheory | null {
  const scale2 = normalization.weight ? parameterSecondMoment(normalization.weight) : 1;
  const shift2 = normalization.bias ? parameterSecondMoment(normalization.bias) : 0;
  if (scale2 === null || shift2 === null || normalization.variant === 'local-response') return null;
  const [gamma2, beta2] = [scale2 * gain, shift2 * gain];
  const q = gamma2 + beta2;
  const { mean, second, slopeSecond } = gaussianMoments(phi, q);
  const spread = normalization.variant === 'batch' ? second - mean * mean : second;
  const chi1 = (gamma2 * slopeSecond) / spread;
  if (!Number.isFinite(chi1)) return null;
  return {
    qStar: q,
    chi1,
    cStar: null,
    xiQ: null,
    xiC: null,
    xiGrad: scale(depthScale(chi1)),
    phase: phaseOf(chi1),
    critical: null,
  };
}

/**
 * Where to go: the attracting critical point without biases if there is one at a finite length (rectifiers), else the one at q* = 1, which
 * repels for GELU, SiLU and Mish. Roberts, Yaida, Hanin 2021, arXiv:2106.10165, section 5.3. With dropout nothing is critical.
 */
function critical(phi: Activation, keep: number): CriticalPoint | null {
  if (keep < 1) return null;
  const point = phi.homogeneous ? criticalAtBias(phi, 0)! : criticalAtLength(phi, 1);
  const { sigmaW2, sigmaB2, qStar, attracting, admissible } = point;
  return admissible && Number.isFinite(sigmaW2) ? { sigmaW2, sigmaB2, qStar, attracting } : null;
}

export function scale(xi: number | null): DepthScale {
  if (xi === null || Number.isNaN(xi)) return null;
  return xi === Number.POSITIVE_INFINITY ? 'infinity' : xi;
}

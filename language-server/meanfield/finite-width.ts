import type { Activation } from './activation.js';
import type { WeightFamily } from './jacobian-moments.js';
import { gaussianNodes, reach } from './panels.js';

/** One layer h = W x + b, x′ = φ(h) of a chain of finite widths. */
export interface FiniteLayer {
  readonly activation: Activation;
  /** Units of x′ over which the next layer averages. */
  readonly width: number;
  readonly family: WeightFamily;
  readonly sigmaW2: number;
  readonly sigmaB2: number;
}

/** How much one draw of the weights differs from the theory of infinite width, to first order in 1/width. */
export interface FiniteWidth {
  /** Σ ln χ₁(K_l): log squared gain ‖Ju‖² at infinite width. */
  readonly logGain: number;
  /** Variance of log ‖Ju‖² between draws. √ of it is one standard deviation; half of that for the norm itself. */
  readonly logGainVariance: number;
  /** Shift of the typical log gain below `logGain`, −½ of the variance. */
  readonly logGainShift: number;
  /** K of the last layer at infinite width: second moment of its pre-activations. */
  readonly q: number;
  /** Standard deviation of K between draws, relative to K. First order needs it below about a half. */
  readonly relativeDeviation: number;
  /** Σ 1/width: narrow layers dominate. */
  readonly inverseWidth: number;
}

/**
 * Fluctuations of the squared gain along a chain of finite layers: the covariance C of (δK, log gain) follows C ← A C Aᵀ + Q/n with
 * A = [[χ_K, 0], [d ln μ₁/dK, 1]]. Gaussian weights: Hanin & Nica 2018, arXiv:1812.05994, and Roberts, Yaida, Hanin 2021, arXiv:2106.10165;
 * orthogonal ones by taking the common part with z² out of every noise.
 *
 * K₁ of a given input is exact. Normalized networks are not covered. GELU away from a stable fixed point is off by up to a factor of two.
 *
 * @param q1 second moment of the first pre-activations
 * @throws RangeError for q1 ≤ 0, widths below 1 or negative variances
 */
export function finiteWidth(layers: readonly FiniteLayer[], q1: number): FiniteWidth {
  if (!(q1 > 0 && Number.isFinite(q1))) throw new RangeError(`q1 must be a finite number > 0, not ${q1}`);
  let q = q1;
  let logGain = 0;
  let inverseWidth = 0;
  // C₁₁, C₁₂, C₂₂ of δK and the log gain.
  let [length, mixed, gain] = [0, 0, 0];
  for (const layer of layers) {
    check(layer);
    const { activation, width, sigmaW2, sigmaB2, family } = layer;
    const law = layerNoise(activation, q, family);
    const slope = sigmaW2 * law.secondSlope;
    const tilt = law.logSlopeSlope;
    const share = 1 / width;
    gain += 2 * tilt * mixed + tilt * tilt * length + share * law.gainNoise;
    mixed = slope * (mixed + tilt * length) + share * sigmaW2 * law.jointNoise;
    length = slope * slope * length + share * sigmaW2 * sigmaW2 * law.lengthNoise;
    logGain += Math.log(sigmaW2 * law.mu1);
    inverseWidth += share;
    q = sigmaW2 * law.second + sigmaB2;
  }
  const relativeDeviation = Math.sqrt(Math.max(0, length)) / q;
  return { logGain, logGainVariance: gain, logGainShift: -gain / 2, q, relativeDeviation, inverseWidth };
}

function check({ width, sigmaW2, sigmaB2 }: FiniteLayer): void {
  if (!(width >= 1)) throw new RangeError(`width must be at least 1, not ${width}`);
  if (!(sigmaW2 >= 0 && Number.isFinite(sigmaW2))) throw new RangeError(`sigmaW2 must be a finite number ≥ 0, not ${sigmaW2}`);
  if (!(sigmaB2 >= 0 && Number.isFinite(sigmaB2))) throw new RangeError(`sigmaB2 must be a finite number ≥ 0, not ${sigmaB2}`);
}

/** Noise that one unit of a layer adds, before σ_w² and 1/width. */
interface LayerNoise {
  readonly mu1: number;
  /** V = E φ² */
  readonly second: number;
  /** dV/dK, by ½E[φ²(z² − 1)]/K, which needs no second derivative. */
  readonly secondSlope: number;
  /** d ln μ₁/dK */
  readonly logSlopeSlope: number;
  readonly lengthNoise: number;
  readonly jointNoise: number;
  readonly gainNoise: number;
}

function layerNoise(phi: Activation, q: number, family: WeightFamily): LayerNoise {
  const m = joint(phi, q);
  const { mu1, second } = m;
  // Cov(·, z²), which orthogonal weights take out because they keep the norm of what they turn.
  const square = m.secondZ2 - second;
  const slope = m.slopeZ2 - mu1;
  const common = { mu1, second, secondSlope: square / (2 * q), logSlopeSlope: mu1 === 0 ? 0 : slope / (2 * q * mu1) };
  const lengthVariance = m.fourth - second * second;
  if (family === 'iid')
    return {
      ...common,
      lengthNoise: lengthVariance,
      jointNoise: m.product / mu1 - second,
      gainNoise: (3 * m.mu2) / (mu1 * mu1) - 1,
    };
  return {
    ...common,
    lengthNoise: lengthVariance - (square * square) / 2,
    jointNoise: (m.product - second * mu1 - (square * slope) / 2) / mu1,
    gainNoise: (3 * (m.mu2 - mu1 * mu1) - (slope * slope) / 2) / (mu1 * mu1),
  };
}

/** Moments of φ², φ′² and z² over x = √q z. */
function joint(phi: Activation, q: number) {
  const root = Math.sqrt(q);
  const breaks = [...phi.kinks.map(({ at }) => at), ...(phi.bends ?? []).flatMap((x) => [x, -x])].map((x) => x / root);
  const nodes = gaussianNodes(-reach, reach, breaks, [{ at: 0, scale: phi.scale / root, extent: phi.settled / root }]);
  const sum = { mu1: 0, mu2: 0, second: 0, fourth: 0, product: 0, secondZ2: 0, slopeZ2: 0 };
  for (let i = 0; i < nodes.count; i++) {
    const z2 = nodes.z[i]! ** 2;
    const weight = nodes.weight[i]!;
    const square = phi.phi(root * nodes.z[i]!) ** 2;
    const slope = phi.dphi(root * nodes.z[i]!) ** 2;
    sum.mu1 += weight * slope;
    sum.mu2 += weight * slope * slope;
    sum.second += weight * square;
    sum.fourth += weight * square * square;
    sum.product += weight * square * slope;
    sum.secondZ2 += weight * square * z2;
    sum.slopeZ2 += weight * slope * z2;
  }
  return sum;
}

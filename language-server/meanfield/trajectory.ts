import type { Activation } from './activation.js';
import { gaussianMoments } from './gaussian-moments.js';
import { pairDifference } from './pair-moments.js';

/** One layer of a chain: h = W x + b, x′ = φ(h). */
export interface ChainLayer {
  /** Weights summed into one unit. */
  readonly summands: number;
  readonly width: number;
  /** E[W²] of a single weight. */
  readonly weightSecondMoment: number;
  /** E[b²]. */
  readonly biasSecondMoment: number;
  /** `null`: the layer's output is read as it is. */
  readonly activation: Activation | null;
}

export interface ChainPoint {
  /** E h². */
  readonly q: number;
  /** Correlation of h for two inputs. */
  readonly c: number;
  readonly gap: number;
  /** E x′². */
  readonly qPost: number;
  /** D = E φ′(h)². */
  readonly slopeSecond: number;
  /** ln E (∂/∂h)², relative to the last layer. */
  readonly logGradient: number;
}

/**
 * Lengths, correlations and squared gradients through a chain of unequal layers, each at its own q_l. Schoenholz et al. 2017,
 * arXiv:1611.01232, eqs. 2–6; widths and weights of its own in each layer: Yang & Schoenholz 2018, "Deep mean field theory".
 *
 * Backwards q̃_l = N_{l+1} E[W_{l+1}²] D(q_l) q̃_{l+1}, with fan-out as a weight matrix has it; sums of logarithms neither under- nor overflow.
 *
 * @param inputSecondMoment m⁰ = E x², equal for both inputs
 * @param inputCosine cosine between the two inputs
 * @throws RangeError for a negative input second moment or a cosine outside [−1, 1]
 */
export function chain(layers: readonly ChainLayer[], inputSecondMoment: number, inputCosine: number): ChainPoint[] {
  if (!(inputSecondMoment >= 0)) throw new RangeError(`inputSecondMoment must be ≥ 0, not ${inputSecondMoment}`);
  if (!(Math.abs(inputCosine) <= 1)) throw new RangeError(`inputCosine must lie in [−1, 1], not ${inputCosine}`);
  return backward(layers, forward(layers, inputSecondMoment, inputCosine));
}

type Forward = Omit<ChainPoint, 'logGradient'>;

function forward(layers: readonly ChainLayer[], inputSecondMoment: number, inputCosine: number): Forward[] {
  let qPost = inputSecondMoment;
  // Half the mean squared difference between both inputs, which keeps 1 − c exact where c is close to 1.
  let difference = inputSecondMoment * (1 - inputCosine);
  return layers.map(({ summands, weightSecondMoment, biasSecondMoment, activation }) => {
    const sigmaW2 = summands * weightSecondMoment;
    const q = sigmaW2 * qPost + biasSecondMoment;
    const gap = q > 0 ? Math.min(2, (sigmaW2 * difference) / q) : 0;
    const moments = activation && gaussianMoments(activation, q);
    qPost = moments ? moments.second : q;
    difference = activation ? pairDifference(activation, q, gap) : q * gap;
    return { q, c: 1 - gap, gap, qPost, slopeSecond: moments ? moments.slopeSecond : 1 };
  });
}

function backward(layers: readonly ChainLayer[], points: readonly Forward[]): ChainPoint[] {
  let logGradient = 0;
  return points
    .map((point, l) => ({ point, next: layers[l + 1] }))
    .reverse()
    .map(({ point, next }) => {
      if (next) logGradient += Math.log(next.width * next.weightSecondMoment * point.slopeSecond);
      return { ...point, logGradient };
    })
    .reverse();
}

import type { Distribution } from '../network/distribution.js';
import type { Layer, Parameter } from '../network/graph.js';
import { add, multiply, numberOf, type Quantity } from '../network/quantity.js';

/** Second moments of a layer's parameters, as far as they are known. */
export interface WeightMoments {
  /** σ_w² = summands · E[W²]; known also for symbolic widths where the initializer is scaled by the fan. */
  readonly sigmaW2: number | null;
  /** σ_b² = E[b²]; 0 without bias. */
  readonly sigmaB2: number | null;
  readonly biasMean: number;
  /** Weights are drawn from a normal distribution, not from one with thin tails. */
  readonly normal: boolean;
  /** Why σ_w² cannot be used. */
  readonly problem: string | null;
  /** Something shrinks with a width that is not known and was taken as 0. */
  readonly wideLimit: boolean;
}

export function weightMoments(layer: Layer): WeightMoments {
  const weight = lastWrite(layer.weight);
  const second = weight && secondMoment(weight);
  const square = second !== null && layer.summands !== null ? multiply(layer.summands, second) : null;
  const exact = numberOf(square);
  // 1 − 1/num_embeddings, the mean square of a table with a row of zeros, is a number but for what shrinks.
  const limit = exact === null && square !== null ? wideLimitOf(square) : null;
  const sigmaW2 = exact ?? (limit === 0 ? null : limit);
  const { sigmaB2, biasMean, wideLimit } = biasMoments(layer.bias);
  return {
    sigmaW2,
    sigmaB2,
    biasMean,
    wideLimit: wideLimit || (exact === null && sigmaW2 !== null),
    problem: problemOf(layer, weight, sigmaW2),
    normal: weight?.family !== 'uniform',
  };
}

/** The last write rules, as when the program runs. */
export const lastWrite = (parameter: Parameter | null): Distribution | null =>
  parameter?.writes[parameter.writes.length - 1] ?? null;

/** E[w²] = variance + mean². */
export function secondMoment({ mean, variance }: Distribution): Quantity | null {
  return mean === null || variance === null ? null : add(variance, multiply(mean, mean));
}

/** E[p²] of a parameter, `null` where it is not a known number. */
export function parameterSecondMoment(parameter: Parameter | null): number | null {
  const write = lastWrite(parameter);
  return write ? numberOf(secondMoment(write)) : null;
}

function problemOf(layer: Layer, weight: Distribution | null, sigmaW2: number | null): string | null {
  if (!layer.weight) return 'The layer has no weight that the analysis knows.';
  if (!weight || weight.family === 'undefined')
    return `${layer.path}.weight is allocated but never initialized: its contents are undefined.`;
  const mean = numberOf(weight.mean);
  if (isRandom(weight) && mean !== null && mean !== 0)
    return `Weights with mean ${round(mean)} instead of 0 are outside the theory: their common part grows with the square of the fan-in.`;
  if (!isRandom(weight) && weight.family !== 'identity' && weight.family !== 'dirac' && mean !== 0 && mean !== null)
    return `All weights start at ${round(mean)}: units stay copies of each other, which the theory of random weights does not cover.`;
  if (sigmaW2 !== null) return null;
  return weight.variance === null
    ? 'The variance of the weights is not known.'
    : 'The variance of the weights does not scale with a width that is not known, so σ_w² is not known either.';
}

const isRandom = ({ family }: Distribution): boolean =>
  family !== 'zeros' && family !== 'ones' && family !== 'constant' && family !== 'identity' && family !== 'dirac';

function biasMoments(bias: Parameter | null): Pick<WeightMoments, 'sigmaB2' | 'biasMean' | 'wideLimit'> {
  if (!bias) return { sigmaB2: 0, biasMean: 0, wideLimit: false };
  const write = lastWrite(bias);
  const second = write && secondMoment(write);
  if (second === null || second === undefined) return { sigmaB2: null, biasMean: 0, wideLimit: false };
  const known = numberOf(second);
  // A bias variance of 1/(3·fan_in) vanishes in the limit of wide layers, which is the one that symbols stand for.
  if (known === null) {
    const vanishes = wideLimitOf(second) === 0;
    return { sigmaB2: vanishes ? 0 : null, biasMean: 0, wideLimit: vanishes };
  }
  return { sigmaB2: known, biasMean: numberOf(write!.mean) ?? 0, wideLimit: false };
}

/** What is left of a quantity where all widths that are not known are large; `null`: it grows with them, or depends on their ratios. */
function wideLimitOf(quantity: Quantity): number | null {
  if (typeof quantity === 'number') return quantity;
  const staying = quantity.terms.filter(({ powers }) => powers.reduce((sum, [, power]) => sum + power, 0) >= 0);
  return staying.every(({ powers }) => powers.length === 0)
    ? staying.reduce((sum, { coefficient }) => sum + coefficient, 0)
    : null;
}

const round = (value: number): string => String(Number(value.toPrecision(3)));

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
  /** σ_b² shrinks with a width that is not known and was taken as 0. */
  readonly wideLimit: boolean;
}

export function weightMoments(layer: Layer): WeightMoments {
  const weight = lastWrite(layer.weight);
  const sigmaW2 = weight && layer.summands !== null ? product(layer.summands, secondMoment(weight)) : null;
  const { sigmaB2, biasMean, wideLimit } = biasMoments(layer.bias);
  return {
    sigmaW2,
    sigmaB2,
    biasMean,
    wideLimit,
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

function product(summands: Quantity, second: Quantity | null): number | null {
  return second === null ? null : numberOf(multiply(summands, second));
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
  if (known === null) return { sigmaB2: shrinksWithWidth(second) ? 0 : null, biasMean: 0, wideLimit: shrinksWithWidth(second) };
  return { sigmaB2: known, biasMean: numberOf(write!.mean) ?? 0, wideLimit: false };
}

function shrinksWithWidth(quantity: Quantity): boolean {
  return (
    typeof quantity !== 'number' && quantity.terms.every(({ powers }) => powers.reduce((sum, [, power]) => sum + power, 0) < 0)
  );
}

const round = (value: number): string => String(Number(value.toPrecision(3)));

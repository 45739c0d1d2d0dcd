import type { Distribution } from '../network/distribution.js';
import { add, multiply, numberOf, subtract } from '../network/quantity.js';
import type { Call, ParameterValue, Value } from './values.js';

/** Entries that are a function of a tensor that was drawn: `x.sign() * x.abs().sqrt()`. */
export interface FunctionOfNoise {
  /** The write that drew it: two functions of one draw depend on each other. */
  readonly of: Distribution;
  readonly at: (x: number) => number;
}

const functions: Readonly<Record<string, (x: number) => number>> = {
  sign: Math.sign,
  abs: Math.abs,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  neg: (x) => -x,
};

/** A method of a tensor of random numbers that is no part of the model; `undefined`: none that is followed. */
export function methodOfNoise(value: ParameterValue, name: string): ((call: Call) => Value | null) | undefined {
  const plain = name.replace(/_$/, '');
  if (value.trainable || value.from || !isRandom(value) || (plain !== name && !value.noise)) return undefined;
  const unary = functions[plain];
  if (unary) return () => composed(value, unary);
  if (plain === 'mul') return ({ positional: [other] }) => (other?.kind === 'parameter' ? productOfNoise(value, other) : null);
  if (plain === 'ger' || plain === 'outer')
    return ({ positional: [other] }) => (other?.kind === 'parameter' ? outerProduct(value, other) : null);
  return undefined;
}

/** `a * b` of two tensors of random numbers; `null`: not followed. */
export function productOfNoise(a: ParameterValue, b: ParameterValue): ParameterValue | null {
  if (a.trainable || b.trainable || !isRandom(a) || !isRandom(b)) return null;
  const [left, right] = [noiseOf(a), noiseOf(b)];
  if (left.of === right.of) return made(a, { of: left.of, at: (x) => left.at(x) * right.at(x) });
  return independent(a, b, a.parameter.shape);
}

/** aᵢ bⱼ. */
export function outerProduct(a: ParameterValue, b: ParameterValue): ParameterValue | null {
  const [rows, columns] = [a.parameter.shape?.[0], b.parameter.shape?.[0]];
  if (!isRandom(a) || !isRandom(b) || noiseOf(a).of === noiseOf(b).of) return null;
  return independent(a, b, rows !== undefined && columns !== undefined ? [rows, columns] : null);
}

const isRandom = ({ parameter, noise }: ParameterValue): boolean => {
  const last = parameter.writes.at(-1);
  return noise !== undefined || ((last?.family === 'normal' || last?.family === 'uniform') && numberOf(last.variance) !== null);
};

const noiseOf = ({ parameter, noise }: ParameterValue): FunctionOfNoise =>
  noise ?? { of: parameter.writes.at(-1)!, at: (x) => x };

function composed(value: ParameterValue, outer: (x: number) => number): ParameterValue {
  const inner = noiseOf(value);
  return made(value, { of: inner.of, at: (x) => outer(inner.at(x)) });
}

function made(value: ParameterValue, noise: FunctionOfNoise): ParameterValue {
  const second = expectation({ ...noise, at: (x) => noise.at(x) ** 2 });
  const first = expectation(noise);
  // Odd functions have none, up to rounding.
  const mean = Math.abs(first) < 1e-9 * Math.sqrt(second) ? 0 : first;
  const write: Distribution = {
    family: 'unknown',
    mean,
    variance: Math.max(0, second - mean * mean),
    formula: null,
    source: noise.of.source,
  };
  return { kind: 'parameter', parameter: { name: '', shape: value.parameter.shape, writes: [write] }, trainable: false, noise };
}

function independent(a: ParameterValue, b: ParameterValue, shape: ParameterValue['parameter']['shape']): ParameterValue | null {
  const [x, y] = [a.parameter.writes.at(-1)!, b.parameter.writes.at(-1)!];
  if (x.mean === null || y.mean === null || x.variance === null || y.variance === null) return null;
  const second = ({ mean, variance }: Distribution) => add(variance!, multiply(mean!, mean!));
  const mean = multiply(x.mean, y.mean);
  const variance = subtract(multiply(second(x), second(y)), multiply(mean, mean));
  const write: Distribution = { family: 'unknown', mean, variance, formula: null, source: x.source };
  return { kind: 'parameter', parameter: { name: '', shape, writes: [write] }, trainable: false };
}

const steps = 20_000;

/** E f(x) by the midpoint rule over ±9 standard deviations, or over the interval of a uniform draw; error below 10⁻⁵ for the functions here. */
function expectation({ of: { family, mean, variance }, at }: FunctionOfNoise): number {
  const [centre, spread] = [numberOf(mean) ?? 0, Math.sqrt(numberOf(variance)!)];
  const half = family === 'uniform' ? Math.sqrt(3) : 9;
  let [sum, weight] = [0, 0];
  for (let i = 0; i < steps; i++) {
    const z = half * ((2 * (i + 0.5)) / steps - 1);
    const density = family === 'uniform' ? 1 : Math.exp((-z * z) / 2);
    sum += density * at(centre + spread * z);
    weight += density;
  }
  return sum / weight;
}

import type { Distribution } from '../network/distribution.js';
import type { Parameter } from '../network/graph.js';
import type { Quantity } from '../network/quantity.js';
import { orthogonal } from './orthogonal.js';
import type { Random } from './random.js';
import { sizeOf } from './tensor.js';

/** What the simulation cannot do, in words for the report. */
export class NotSimulated extends Error {}

/** A layer that takes another number of features than arrive: the size of the input was not the one that the model is for. */
export class Mismatch extends NotSimulated {}

/** The law of a tensor at the size in which it is simulated. */
export interface Drawn {
  /** Rows (outputs) first, as the framework lays it out. */
  readonly shape: readonly number[];
  /** E[w²] − mean². */
  readonly variance: number;
  readonly groups?: number;
}

/** The tensors of one draw: tied tensors are drawn once, copies that nobody wrote since are equal. */
export class Weights {
  private readonly drawn = new Map<Parameter, Float32Array>();

  constructor(
    private readonly random: Random,
    readonly numberOf: (quantity: Quantity) => number,
  ) {}

  /** @param at the law at the simulated size; absent: that of the parameter itself, entry by entry */
  of(parameter: Parameter, at: Drawn): Float32Array {
    const source = originalOf(parameter);
    const known = this.drawn.get(source);
    if (known) return known;
    const write = source.writes.at(-1);
    if (!write) throw new NotSimulated(`${source.name} is never initialized.`);
    const values = draw(this.random, write, at, this.mean(write, source));
    this.drawn.set(source, values);
    return values;
  }

  /** Variance of the last write. */
  variance(parameter: Parameter): number {
    const variance = originalOf(parameter).writes.at(-1)?.variance ?? null;
    if (variance === null) throw new NotSimulated(`The variance of ${parameter.name} is not known.`);
    return this.numberOf(variance);
  }

  private mean({ mean }: Distribution, { name }: Parameter): number {
    if (mean === null) throw new NotSimulated(`The mean of ${name} is not known.`);
    return this.numberOf(mean);
  }
}

/** A copy shares the very write that drew its original, until something writes one of them anew. */
function originalOf(parameter: Parameter): Parameter {
  const original = parameter.copyOf;
  return original && original.writes.at(-1) === parameter.writes.at(-1) ? original : parameter;
}

function draw(random: Random, { family }: Distribution, { shape, variance, groups = 1 }: Drawn, mean: number): Float32Array {
  const count = sizeOf(shape);
  const spread = Math.sqrt(variance);
  const fill = (one: () => number) => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = mean + spread * one();
    return values;
  };
  switch (family) {
    case 'zeros':
    case 'ones':
    case 'constant':
      return new Float32Array(count).fill(mean);
    case 'uniform':
      return fill(() => Math.sqrt(12) * (random.uniform() - 0.5));
    case 'truncated-normal':
      return fill(() => truncated(random));
    case 'orthogonal': {
      const [rows, columns] = [shape[0] ?? 1, sizeOf(shape.slice(1))];
      const scale = spread * Math.sqrt(Math.max(rows, columns));
      return orthogonal(random, rows, columns).map((x) => scale * x);
    }
    case 'delta-orthogonal':
      return deltaOrthogonal(random, shape, spread);
    case 'identity':
    case 'dirac':
      return identity(shape, groups, spread);
    case 'normal':
    // Where which entries are zero is not known, their variance is spread over all of them.
    case 'sparse':
      return fill(() => random.normal());
    default:
      throw new NotSimulated(family === 'undefined' ? 'A weight is never initialized.' : 'The law of a weight is not known.');
  }
}

/** Cut at two standard deviations, as initializers cut, and scaled to variance 1. */
function truncated(random: Random): number {
  for (;;) {
    const z = random.normal();
    if (Math.abs(z) < 2) return z / truncatedDeviation;
  }
}

/** √(1 − 4n(2)/(2Φ(2) − 1)): standard deviation of N(0, 1) cut to [−2, 2]. */
const truncatedDeviation = 0.8796256610342398;

/** An orthogonal matrix at the centre of the kernel, zero elsewhere. Xiao et al. 2018, arXiv:1806.05393, algorithm 1. */
function deltaOrthogonal(random: Random, shape: readonly number[], spread: number): Float32Array {
  const [rows = 1, columns = 1, ...kernel] = shape;
  const taps = sizeOf(kernel);
  const values = new Float32Array(rows * columns * taps);
  const scale = spread * Math.sqrt(taps * Math.max(rows, columns));
  const centre = centreOf(kernel);
  orthogonal(random, rows, columns).forEach((x, i) => {
    values[i * taps + centre] = scale * x;
  });
  return values;
}

/** Ones on the diagonal (at the centre of a kernel, for each group anew), scaled to the variance that they have as a whole. */
function identity(shape: readonly number[], groups: number, spread: number): Float32Array {
  const [rows = 1, columns = 1, ...kernel] = shape;
  const taps = sizeOf(kernel);
  const values = new Float32Array(rows * columns * taps);
  const part = Math.max(1, Math.floor(rows / groups));
  const ones: number[] = [];
  for (let i = 0; i < rows; i++) if (i % part < columns) ones.push((i * columns + (i % part)) * taps + centreOf(kernel));
  for (const at of ones) values[at] = spread * Math.sqrt(values.length / ones.length);
  return values;
}

const centreOf = (kernel: readonly number[]): number => kernel.reduce((index, size) => index * size + (size >> 1), 0);

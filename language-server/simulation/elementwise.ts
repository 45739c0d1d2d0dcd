import { activation } from '../meanfield/activations.js';
import type { Parameter } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { softmaxRows, throughSoftmax } from './attention.js';
import { NotSimulated } from './draw.js';
import type { Operate, World } from './operation.js';
import { broadcastIndex, broadcastShape, mapped, sizeOf, type Tensor } from './tensor.js';

export const operateActivation: Operate<'activation'> = (node, [input]) => {
  const phi = activation(node.activation, node.parameters);
  if (!phi) throw new NotSimulated(`The activation ${node.activation} is not known.`);
  const { data } = input!;
  return {
    output: mapped(input!, (x) => phi.phi(x)),
    backward: (gradient) => [gradient.map((g, i) => (g === 0 ? 0 : g * phi.dphi(data[i]!)))],
  };
};

/** Sums and products, with the smaller tensor repeated along the dimensions that it lacks. */
function combined(inputs: readonly Tensor[], shape: number[]) {
  const count = sizeOf(shape);
  const indices = inputs.map((input) => broadcastIndex(input.shape, shape));
  const at = (k: number, i: number) => inputs[k]!.data[indices[k] ? indices[k][i]! : i]!;
  const collect = (k: number, gradient: (i: number) => number) => {
    const result = new Float64Array(inputs[k]!.data.length);
    const index = indices[k];
    for (let i = 0; i < count; i++) result[index ? index[i]! : i]! += gradient(i);
    return result;
  };
  return { count, at, collect };
}

function shapeOf(inputs: readonly Tensor[]): number[] {
  const shape = inputs.reduce<number[] | null>((common, { shape: one }) => common && broadcastShape(common, one), []);
  if (!shape)
    throw new NotSimulated(`Shapes that do not fit meet: ${inputs.map(({ shape: one }) => one.join(' × ')).join(' and ')}.`);
  return shape;
}

export const operateAdd: Operate<'add'> = ({ coefficients }, inputs) => {
  const shape = shapeOf(inputs);
  const { count, at, collect } = combined(inputs, shape);
  const factors = inputs.map((_, k) => coefficients[k] ?? 1);
  const data = new Float64Array(count);
  for (let i = 0; i < count; i++) for (let k = 0; k < inputs.length; k++) data[i]! += factors[k]! * at(k, i);
  return {
    output: { shape, data },
    backward: (gradient) => inputs.map((_, k) => collect(k, (i) => factors[k]! * gradient[i]!)),
  };
};

export const operateMultiply: Operate<'multiply'> = (_, inputs) => {
  if (inputs.length !== 2) throw new NotSimulated('Products of other than two tensors are not simulated.');
  const shape = shapeOf(inputs);
  const { count, at, collect } = combined(inputs, shape);
  const data = new Float64Array(count);
  for (let i = 0; i < count; i++) data[i] = at(0, i) * at(1, i);
  return {
    output: { shape, data },
    backward: (gradient) => [collect(0, (i) => at(1, i) * gradient[i]!), collect(1, (i) => at(0, i) * gradient[i]!)],
  };
};

export const operateScale: Operate<'scale'> = ({ factor, parameter }, [input], world) => {
  const factors = parameter ? alongside(parameter, input!, world) : constant(factor, 'factor');
  return {
    output: { shape: input!.shape, data: input!.data.map((x, i) => factors(i) * x) },
    backward: (gradient) => [gradient.map((g, i) => factors(i) * g)],
  };
};

export const operateShift: Operate<'shift'> = ({ offset, parameter }, [input], world) => {
  const offsets = parameter ? alongside(parameter, input!, world) : constant(offset, 'offset');
  return {
    output: { shape: input!.shape, data: input!.data.map((x, i) => x + offsets(i)) },
    backward: (gradient) => [gradient],
  };
};

function constant(value: number | null, name: string): () => number {
  if (value === null) throw new NotSimulated(`A ${name} is not known.`);
  return () => value;
}

/** Entry of a parameter that meets entry i of a tensor. Its own sizes follow those of the tensor. */
function alongside(parameter: Parameter, { shape }: Tensor, { weights }: World): (i: number) => number {
  const own = (parameter.shape ?? []).map((size, k, all) =>
    numberOf(size) === 1 ? 1 : (shape[k - all.length + shape.length] ?? 1),
  );
  const values = weights.of(parameter, { shape: own, variance: weights.variance(parameter) });
  const index = broadcastIndex(own, shape);
  return (i) => values[index ? index[i]! : i]!;
}

/** A mask times 1/keep: per entry, per channel, or per sample (stochastic depth). */
export const operateDropout: Operate<'dropout'> = ({ variant, rate }, [input], { training, random, size }) => {
  const { shape, data } = input!;
  if (!training) return { output: input!, backward: (gradient) => [gradient] };
  const keep = 1 - size(rate);
  if (!(keep > 0)) throw new NotSimulated('A dropout rate of 1 sets everything to 0.');
  const block = variant === 'channel' ? sizeOf(shape.slice(2)) : variant === 'path' ? sizeOf(shape.slice(1)) : 1;
  const kept = Uint8Array.from({ length: data.length / block }, () => (random.uniform() < keep ? 1 : 0));
  const on = (i: number) => kept[Math.floor(i / block)] === 1;
  const gain = variant === 'alpha' ? Math.sqrt(1 / (keep + alphaPrime ** 2 * keep * (1 - keep))) : 1 / keep;
  const off = variant === 'alpha' ? alphaPrime : 0;
  const offset = -gain * (1 - keep) * off;
  return {
    output: { shape, data: data.map((x, i) => gain * (on(i) ? x : off) + offset) },
    backward: (gradient) => [gradient.map((g, i) => (on(i) ? gain * g : 0))],
  };
};

/** Value to which alpha dropout sets dropped units. Klambauer et al. 2017, arXiv:1706.02515, section 3. */
const alphaPrime = -1.7580993408473766;

/** Over the last dimension, which is the one of classes and of keys, where no other one is known. */
export const operateSoftmax: Operate<'softmax'> = ({ axis }, [input]) => {
  const { shape, data } = input!;
  const at = axis ?? shape.length - 1;
  const size = shape[at] ?? 1;
  const step = sizeOf(shape.slice(at + 1));
  const output = softmaxRows(data, size, step);
  return { output: { shape, data: output }, backward: (gradient) => [throughSoftmax(output, gradient, size, step)] };
};

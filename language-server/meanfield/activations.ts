import type { Activation } from './activation.js';
import { cosine, erf, exponential, gelu, sine } from './closed-form-units.js';
import { celu, elu, selu } from './exponential-units.js';
import { LruMap } from './lru-map.js';
import {
  boundedRelu,
  clampAbove,
  clampBelow,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  relu6,
  softshrink,
  sparsePlus,
  threshold,
} from './piecewise-units.js';
import { absolute, leakyRelu, linear, relu, squaredRelu } from './rectifiers.js';
import { geluTanh, logsigmoid, mish, sigmoid, silu, softplus, softsign, squareplus, tanh, tanhshrink } from './smooth-units.js';

type Parameters = Readonly<Record<string, number>>;
/** Reads a parameter by name, with the default that PyTorch has. */
type Read = (name: string, fallback: number) => number;

/** Every activation function that the theory knows, by name. */
const rows: Readonly<Record<string, (read: Read) => Activation>> = {
  abs: absolute,
  bounded_relu: (read) =>
    boundedRelu(read('negative_slope', 0), read('max_value', Number.POSITIVE_INFINITY), read('threshold', 0)),
  celu: (read) => celu(read('alpha', 1)),
  clamp_max: (read) => clampAbove(read('max', 1)),
  clamp_min: (read) => clampBelow(read('min', -1)),
  cos: cosine,
  elu: (read) => elu(read('alpha', 1)),
  erf,
  exponential,
  gelu,
  gelu_tanh: geluTanh,
  hardshrink: (read) => hardshrink(read('lambd', 0.5)),
  hardsigmoid: () => hardsigmoid('hardsigmoid', 1 / 6),
  hardsigmoid_keras2: () => hardsigmoid('hardsigmoid_keras2', 0.2),
  hardswish,
  hardtanh: (read) => hardtanh(read('min_val', -1), read('max_val', 1)),
  leaky_relu: (read) => leakyRelu('leaky_relu', read('negative_slope', 0.01)),
  linear,
  logsigmoid,
  mish,
  prelu: (read) => leakyRelu('prelu', read('negative_slope', 0.25)),
  relu,
  relu6,
  /** In training the slope is drawn anew for every entry; its mean stands for it here. */
  rrelu: (read) => leakyRelu('rrelu', (read('lower', 1 / 8) + read('upper', 1 / 3)) / 2),
  selu,
  sigmoid,
  silu: (read) => silu(read('beta', 1)),
  sin: (read) => sine(read('w', 1)),
  softplus: (read) => softplus(read('beta', 1)),
  softshrink: (read) => softshrink(read('lambd', 0.5)),
  softsign,
  sparse_plus: sparsePlus,
  squared_relu: squaredRelu,
  squareplus: (read) => squareplus(read('b', 4)),
  tanh,
  tanhshrink,
  threshold: (read) => threshold(read('threshold', 1), read('value', 0)),
};

export const activationNames: readonly string[] = Object.keys(rows);

const built = new LruMap<string, Activation>(256);

/**
 * The activation of that name, the same object for the same parameters, so that results can be remembered by it.
 *
 * @returns `null` for a name that the theory does not know
 */
export function activation(name: string, parameters: Parameters = {}): Activation | null {
  const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
  if (!row) return null;
  const given = Object.entries(parameters);
  const key = given.length === 0 ? name : `${name} ${JSON.stringify(given.sort())}`;
  return (
    built.get(key) ??
    built.set(
      key,
      row((parameter, fallback) => parameters[parameter] ?? fallback),
    )
  );
}

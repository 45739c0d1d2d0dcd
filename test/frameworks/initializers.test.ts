import { describe, expect, test } from 'vitest';
import type { Argument, Arguments } from '../../language-server/frameworks/framework.js';
import { initialize, instantiate, resolve } from '../../language-server/frameworks/index.js';
import { pytorch } from '../../language-server/frameworks/pytorch/index.js';
import type { Distribution, Location, Source } from '../../language-server/network/distribution.js';
import type { Parameter, Shape } from '../../language-server/network/graph.js';
import { multiply, numberOf, symbol } from '../../language-server/network/quantity.js';
import { truncatedNormalMoments } from '../../language-server/network/truncated-normal.js';
import { expectClose, golden } from '../golden.js';
import { bind, parametersOf } from './bind.js';

const location: Location = { file: 'model.py', range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } };
const source: Source = { kind: 'call', text: 'test', location };
const rows = golden('01-initializers');
type Row = (typeof rows)[number];
const of = (framework: string | undefined, kind: string | undefined) =>
  rows.filter(({ inputs }) => inputs.framework === framework && inputs.kind === kind);

function draw(name: string, given: Arguments, shape: Shape): Distribution {
  const resolved = resolve(pytorch, `torch.nn.init.${name}`);
  if (resolved?.kind !== 'initializer') throw new Error(`${name} is no initializer`);
  return initialize(pytorch, resolved.name, resolved.row, bind(resolved.row.signature, given), shape, source);
}

function rowOf(name: string) {
  const resolved = resolve(pytorch, `torch.nn.${name}`);
  if (resolved?.kind !== 'module') throw new Error(`${name} is no module with a row`);
  return resolved;
}

function make(name: string, given: Arguments) {
  const resolved = rowOf(name);
  return instantiate(pytorch, resolved.name, resolved.row, bind(resolved.row.signature, given), { path: 'layer', location });
}

const last = (parameter: Parameter | null | undefined): Distribution => parameter!.writes.at(-1)!;
const variance = (parameter: Parameter | null | undefined) => numberOf(last(parameter).variance);
const secondMoment = ({ mean, variance: spread }: Distribution) => numberOf(spread)! + numberOf(mean)! ** 2;

/** The families under the names of the table. */
const families: Readonly<Record<string, string>> = {
  'truncated-normal': 'truncated_normal',
  sparse: 'sparse_normal',
  zeros: 'constant',
  ones: 'constant',
  dirac: 'identity',
};

describe('torch.nn.init', () => {
  test.each(of('pytorch', 'initializer').map((row) => [row.id, row] as const))('%s', (_, { inputs, expected, tolerance }) => {
    const shape = inputs.shape as number[];
    const made = draw(inputs.name as string, inputs.args as Arguments, shape);
    expect(families[made.family] ?? made.family).toBe(expected.family);
    const summands = shape.slice(1).reduce((a, b) => a * b);
    if ('true_fan_in' in expected) expect(summands).toBe(expected.true_fan_in);
    if ('weight_var' in expected) expectClose(numberOf(made.variance)!, expected.weight_var, tolerance);
    if ('weight_mean' in expected) expectClose(numberOf(made.mean)!, expected.weight_mean, tolerance);
    expectClose(summands * secondMoment(made), expected.sigma_w2, tolerance);
  });

  test.each(of('pytorch', 'gain').map((row) => [row.id, row] as const))('%s', (_, { inputs, expected, tolerance }) => {
    const resolved = resolve(pytorch, 'torch.nn.init.calculate_gain');
    if (resolved?.kind !== 'value') throw new Error('calculate_gain has no row');
    const gain = resolved.row.value({ nonlinearity: inputs.nonlinearity as string, param: inputs.param as Argument });
    expectClose(gain as number, expected.gain, tolerance);
  });

  test('what PyTorch refuses is refused', () => {
    expect(() => draw('kaiming_normal_', { nonlinearity: 'gelu' }, [8, 8])).toThrow(RangeError);
    expect(() => draw('kaiming_normal_', { mode: 'fan' }, [8, 8])).toThrow(RangeError);
    expect(() => draw('kaiming_uniform_', {}, [8])).toThrow(RangeError);
    expect(() => draw('xavier_normal_', {}, [8])).toThrow(RangeError);
    expect(() => draw('orthogonal_', {}, [8])).toThrow(RangeError);
    expect(() => draw('eye_', {}, [8, 8, 3])).toThrow(RangeError);
    expect(() => draw('sparse_', { sparsity: 0.1 }, [8, 8, 3, 3])).toThrow(RangeError);
    expect(() => draw('dirac_', {}, [8, 8])).toThrow(RangeError);
    expect(() => draw('dirac_', { groups: 3 }, [8, 8, 3, 3])).toThrow(RangeError);
  });

  test('an unknown argument leaves the variance open instead of taking the default', () => {
    expect(draw('normal_', { std: undefined }, [8, 8]).variance).toBeNull();
    expect(draw('kaiming_normal_', { nonlinearity: undefined }, [8, 8]).variance).toBeNull();
    expect(draw('kaiming_normal_', { mode: undefined }, [8, 4]).variance).toBeNull();
    expect(draw('kaiming_normal_', {}, null).variance).toBeNull();
  });

  test.each([
    'uniform',
    'normal',
    'constant',
    'eye',
    'dirac',
    'xavier_uniform',
    'xavier_normal',
    'kaiming_uniform',
    'kaiming_normal',
    'orthogonal',
    'sparse',
  ])('the old name %s means the same as with its underscore', (name) => {
    const [old, current] = [name, `${name}_`].map((one) => resolve(pytorch, `torch.nn.init.${one}`));
    expect(old?.kind === 'initializer' && current?.kind === 'initializer' && old.row === current.row).toBe(true);
  });

  test('the variance is shown as a formula in the fans', () => {
    expect(draw('kaiming_normal_', {}, [8, 4]).formula).toBe('2/fan_in');
    expect(draw('kaiming_normal_', { mode: 'fan_out' }, [8, 4]).formula).toBe('2/fan_out');
    expect(draw('kaiming_uniform_', { a: Math.sqrt(5) }, [8, 4]).formula).toBe('1/(3·fan_in)');
    expect(draw('xavier_normal_', {}, [8, 4]).formula).toBe('2/(fan_in + fan_out)');
    expect(draw('orthogonal_', {}, [8, 4]).formula).toBe('1/max(columns, rows)');
    expect(draw('normal_', { std: 0.02 }, [8, 4]).formula).toBeNull();
    expect(last(make('Linear', { in_features: 3, out_features: 4 }).parameters.get('weight')).formula).toBe('1/(3·fan_in)');
    expect(last(make('LSTM', { input_size: 3, hidden_size: 4 }).parameters.get('weight_hh_l0')).formula).toBe(
      '1/(3·hidden_size)',
    );
    expect(last(make('Embedding', { num_embeddings: 3, embedding_dim: 4 }).parameters.get('weight')).formula).toBeNull();
  });
});

describe('default weights and biases', () => {
  function bilinear({ inputs, expected, tolerance }: Row): void {
    const { layer, parameters } = make('Bilinear', argumentsOf(inputs));
    expectClose(variance(parameters.get('weight'))!, expected.weight_var, tolerance);
    expectClose(variance(parameters.get('bias'))!, expected.bias_var, tolerance);
    expectClose(numberOf(multiply(layer!.summands!, last(layer!.weight).variance!))!, expected.second_moment_factor, tolerance);
  }

  function embedding({ inputs, expected, tolerance }: Row): void {
    const { parameters } = make('Embedding', argumentsOf(inputs));
    expectClose(variance(parameters.get('weight'))!, expected.weight_var, tolerance);
    expect(last(parameters.get('weight')).family).toBe(expected.family);
  }

  function recurrent({ inputs, expected, tolerance }: Row): void {
    const { layer, parameters } = make(inputs.name as string, argumentsOf(inputs));
    const of_ = (name: string) => variance(parameters.get(name))!;
    expectClose(of_('weight_ih_l0'), expected.weight_ih_var, tolerance);
    expectClose(of_('weight_hh_l0'), expected.weight_hh_var, tolerance);
    expectClose(of_('bias_ih_l0'), expected.bias_var_each, tolerance);
    expectClose(of_('bias_ih_l0') + of_('bias_hh_l0'), expected.bias_total_var, tolerance);
    expectClose(numberOf(layer!.summands)! * of_('weight_ih_l0'), expected.sigma_w2_input, tolerance);
    expectClose((inputs.hidden_size as number) * of_('weight_hh_l0'), expected.sigma_w2_recurrent, tolerance);
    expect(layer!.weight!.name).toBe('weight_ih_l0');
  }

  function weightAndBias({ inputs, expected, tolerance }: Row): void {
    const { layer } = make(inputs.name as string, argumentsOf(inputs));
    const weight = last(layer!.weight);
    expect(weight.family).toBe(expected.family);
    expectClose(numberOf(weight.variance)!, expected.weight_var, tolerance);
    expectClose(numberOf(weight.mean)!, expected.weight_mean, tolerance);
    expectClose(numberOf(layer!.summands)!, expected.true_fan_in, tolerance);
    expectClose(numberOf(multiply(layer!.summands!, weight.variance!))!, expected.sigma_w2, tolerance);
    if ('torch_fan_in' in expected) expectClose(numberOf(layer!.fanIn)!, expected.torch_fan_in, tolerance);
    expectClose(variance(layer!.bias)!, expected.bias_var, tolerance);
    expectClose(secondMoment(last(layer!.bias)), expected.sigma_b2, tolerance);
  }

  const checks: Readonly<Record<string, (row: Row) => void>> = {
    Bilinear: bilinear,
    Embedding: embedding,
    RNN: recurrent,
    LSTM: recurrent,
    GRU: recurrent,
  };

  function argumentsOf({ framework: _, kind: __, name: ___, ...given }: Row['inputs']): Arguments {
    return given as Arguments;
  }

  // Attention is written in the library, and so checked where the library is evaluated.
  const layerRows = of('pytorch', 'layer').filter(({ inputs }) => inputs.name !== 'MultiheadAttention');

  test.each(layerRows.map((row) => [row.id, row] as const))('%s', (_, row) =>
    (checks[row.inputs.name as string] ?? weightAndBias)(row),
  );

  test('σ_w² of a layer of unknown width is known', () => {
    const { layer } = make('Linear', { in_features: symbol('hidden'), out_features: symbol('hidden') });
    expect(numberOf(multiply(layer!.summands!, last(layer!.weight).variance!))).toBeCloseTo(1 / 3, 15);
  });

  test('a width that is not known at all becomes a symbol', () => {
    const { layer } = make('Conv2d', { in_channels: undefined, out_channels: 8, kernel_size: 3 });
    expect(numberOf(multiply(layer!.summands!, last(layer!.weight).variance!))).toBeCloseTo(1 / 3, 15);
    expect(numberOf(layer!.fanIn)).toBeNull();
  });

  test('an LSTM owns the tensors of all layers and directions', () => {
    const { parameters } = make('LSTM', { input_size: 8, hidden_size: 16, num_layers: 2, bidirectional: true, proj_size: 4 });
    const names = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh', 'weight_hr'];
    expect([...parameters.keys()]).toEqual(
      ['l0', 'l0_reverse', 'l1', 'l1_reverse'].flatMap((end) => names.map((name) => `${name}_${end}`)),
    );
    expect(parameters.get('weight_ih_l1_reverse')?.shape).toEqual([64, 8]);
    expect(parameters.get('weight_hh_l0')?.shape).toEqual([64, 4]);
  });

  test('a lazy layer learns its width from the first input', () => {
    const made = make('LazyLinear', { out_features: 8 });
    expect(numberOf(made.layer!.fanIn)).toBeNull();
    const ran = rowOf('LazyLinear').row.operation({ arguments: { out_features: 8 }, inputs: [[2, 32]], layer: made.layer });
    expect(typeof ran === 'string' ? ran : ran.shape).toEqual([2, 8]);
    expect(made.layer!.fanIn).toBe(32);
    expect(made.layer!.weight!.shape).toEqual([8, 32]);
    expect(variance(made.layer!.weight)).toBeCloseTo(1 / 96, 15);
  });

  test('groups that do not divide the channels are reported', () => {
    expect(make('Conv2d', { in_channels: 6, out_channels: 8, kernel_size: 3, groups: 4 }).problems).toHaveLength(1);
    expect(make('Conv2d', { in_channels: 8, out_channels: 8, kernel_size: 3, groups: 4 }).problems).toEqual([]);
  });

  const nonsense: readonly Argument[] = [0, -1, 2.5, 'a', null, undefined, true, [], [1, 2, 3], symbol('n')];
  const names = Object.keys(pytorch.modules);

  test.each(names)('%s takes nonsense for its arguments without throwing', (name) => {
    const row = pytorch.modules[name]!;
    for (const value of nonsense) {
      const given = Object.fromEntries([...parametersOf(row.signature).keys()].map((key) => [key, value]));
      const made = instantiate(pytorch, name, row, given, { path: '', location });
      for (const shape of [null, [], [4], [2, 3, 8, 8]])
        row.operation({ arguments: { ...given, ...made.attributes }, inputs: [shape], layer: made.layer });
    }
  });
});

describe('truncated normal', () => {
  test.each(of(undefined, undefined).map((row) => [row.id, row] as const))('%s', (_, { inputs, expected, tolerance }) => {
    const { mean, std, a, b } = inputs as Record<'mean' | 'std' | 'a' | 'b', number>;
    const made = truncatedNormalMoments(mean, std, a, b);
    expectClose(made.mean, expected.mean, tolerance);
    expectClose(made.variance, expected.var, tolerance);
  });

  // By mpmath's quadrature with 60 digits: mean and variance of N(0, 1) on [a, b].
  test.each([
    [8, 9, 8.1211889929798, 0.014148542782748111],
    [30, 31, 30.033259667433622, 0.001103771511835282],
    [100, 200, 100.00999800099926, 9.99400499482635e-5],
    [-1000, -999, -999.001000998995, 1.0019969799951863e-6],
    [0, 1e-3, 0.000499999958333335, 8.333333055555455e-8],
    [5, 5.001, 5.0004995832918544, 8.333322636822351e-8],
  ])('N(0, 1) on [%d, %d] keeps its digits', (a, b, mean, spread) => {
    const made = truncatedNormalMoments(0, 1, a, b);
    expect(Math.abs(made.mean / mean - 1)).toBeLessThan(1e-11);
    // The ends of a short interval are themselves rounded: 5.001 − 5 keeps 13 digits.
    expect(Math.abs(made.variance / spread - 1)).toBeLessThan(1e-11);
  });
});

test('a truncation that is symmetric, or too far out to matter, leaves the mean exactly 0', () => {
  for (const [std, a, b] of [
    [0.02, -2, 2],
    [1, -2, 2],
    [0.02, -2, 3],
    [1, -50, 40],
  ] as const)
    expect(truncatedNormalMoments(0, std, a, b).mean).toBe(0);
  expect(draw('trunc_normal_', { std: 0.02 }, [8, 4]).mean).toBe(0);
});

test('rows of other frameworks wait for their tables', () => {
  const skipped = rows.filter(({ inputs }) => inputs.framework !== 'pytorch' && inputs.framework !== undefined);
  const count = (framework: string) => skipped.filter(({ inputs }) => inputs.framework === framework).length;
  expect({ keras: count('keras'), tfjs: count('tfjs'), all: skipped.length }).toEqual({ keras: 40, tfjs: 39, all: 79 });
});

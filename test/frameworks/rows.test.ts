import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileExpression, splitList } from '../../language-server/frameworks/expression.js';
import type { Argument, Arguments, FunctionRow, InitializerRow, ModuleRow } from '../../language-server/frameworks/framework.js';
import { initialize, instantiate, resolve } from '../../language-server/frameworks/index.js';
import { pytorch } from '../../language-server/frameworks/pytorch/index.js';
import type { Layer, Shape } from '../../language-server/network/graph.js';
import { symbol } from '../../language-server/network/quantity.js';
import { bind, parametersOf } from './bind.js';

const place = { path: '', location: { file: '', range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } } };

/** Every name that a formula mentions is an argument, or something that the row or the tensor's shape brings along. */
function expectNames(formula: string, known: ReadonlySet<string>): void {
  const unknown = [...compileExpression(formula).names].filter((name) => !known.has(name));
  expect(unknown, formula).toEqual([]);
}

const sample = {
  hidden_size: 4,
  bidirectional: false,
  proj_size: 0,
  normalized_shape: 4,
  kernel_size: 3,
  stride: 1,
  padding: 0,
  dilation: 1,
};

describe('every module row', () => {
  test.each(Object.entries(pytorch.modules))('%s is sound', (_, row: ModuleRow) => {
    const own = new Set(parametersOf(row.signature).keys());
    const extra = [...Object.keys(row.prepare?.(sample) ?? {}), ...(row.lazy ? [row.lazy] : [])];
    const names = new Set([...own, ...extra]);
    for (const tensor of row.tensors) {
      const here = new Set([...names, ...(tensor.each ?? []).map(([variable]) => variable)]);
      for (const part of splitList(tensor.shape)) expectNames(part.replace(/^\*/, ''), here);
      for (const [, count] of tensor.each ?? []) expectNames(count, names);
      if (tensor.when) expectNames(tensor.when, here);
      const withFans = new Set([...here, 'fanIn', 'fanOut']);
      expectNames(tensor.initial.variance, withFans);
      if (tensor.initial.mean) expectNames(tensor.initial.mean, withFans);
    }
    if (row.summands) expectNames(row.summands, new Set([...names, 'fanIn', 'fanOut']));
    for (const [condition] of row.requires ?? []) expectNames(condition, names);
    for (const formula of Object.values(row.attributes ?? {})) expectNames(formula, names);
    for (const base of row.bases ?? []) expect(resolve(pytorch, base), base).not.toBeNull();
    if (row.tensors.length > 0) expect(row.role).toBeDefined();
  });
});

const functionRows: [string, FunctionRow][] = [...Object.entries(pytorch.functions), ...Object.entries(pytorch.methods)];

test.each(functionRows)('the tensors of %s are arguments of it', (_, row) => {
  const names = parametersOf(row.signature);
  expect(row.tensors.length).toBeGreaterThan(0);
  for (const tensor of row.tensors) expect([...names.keys()]).toContain(tensor);
});

test.each(functionRows)('%s answers for unknown arguments and shapes', (_, row) => {
  const given = Object.fromEntries([...parametersOf(row.signature).keys()].map((name) => [name, undefined]));
  for (const shape of [null, [], [4], [2, 3, 8, 8], [symbol('batch'), 3, symbol('height'), symbol('width')]] as Shape[])
    for (const inputs of [[], [shape], [shape, shape]]) row.operation({ arguments: given, inputs, layer: null });
});

const nonsense: readonly Argument[] = [0, -1, 2.5, 1e9, 'a', null, undefined, true, [], [1, 2, 3], [[2, -1]], ['a'], symbol('n')];

test.each(functionRows)('%s takes nonsense for its arguments without throwing', (_, row) => {
  for (const value of nonsense) {
    const given = Object.fromEntries([...parametersOf(row.signature).keys()].map((name) => [name, value]));
    for (const shape of [null, [], [0], [4, 6], [2, 3, 8, 8], [symbol('n'), 3]] as Shape[])
      row.operation({ arguments: given, inputs: [shape, shape], layer: null });
  }
});

test.each(Object.entries(pytorch.initializers))('%s takes nonsense with no more than a RangeError', (name, row) => {
  for (const value of nonsense)
    for (const shape of [null, [], [0], [0, 0], [4, 6], [2, 3, 8, 8], [symbol('n'), 3]] as Shape[]) {
      const given = Object.fromEntries([...parametersOf(row.signature).keys()].map((key) => [key, value]));
      try {
        const made = initialize(pytorch, name, row, given, shape, { kind: 'call', text: name, location: null });
        expect(Number.isNaN(made.variance)).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
});

test.each(Object.entries(pytorch.values))('%s takes nonsense with no more than a RangeError', (_, row) => {
  for (const value of nonsense)
    try {
      row.value(Object.fromEntries([...parametersOf(row.signature).keys()].map((key) => [key, value])));
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
});

test('a layer whose bias is not certain says so', () => {
  const row = pytorch.modules['torch.nn.Linear']!;
  const made = instantiate(
    pytorch,
    'torch.nn.Linear',
    row,
    bind(row.signature, { in_features: 3, out_features: 4, bias: undefined }),
    place,
  );
  expect(made.parameters.get('bias')).not.toBeNull();
  expect(made.problems.join(' ')).toMatch(/bias/);
});

test.each(Object.entries(pytorch.initializers))('the formulas of %s use only what is there', (_, row: InitializerRow) => {
  const prepared = Object.keys(row.prepare?.({ nonlinearity: 'relu', a: 0, mode: 'fan_in' }) ?? {});
  const names = new Set([
    ...parametersOf(row.signature).keys(),
    ...prepared,
    'fanIn',
    'fanOut',
    'rows',
    'columns',
    'dimensions',
    'channels',
  ]);
  expectNames(row.variance, names);
  if (row.mean) expectNames(row.mean, names);
  for (const [condition] of row.requires ?? []) expectNames(condition, names);
});

test('every other name of a thing leads to it', () => {
  for (const [from, to] of Object.entries(pytorch.aliases))
    if (!from.endsWith('.')) expect(resolve(pytorch, from), `${from} → ${to}`).not.toBeNull();
  expect(resolve(pytorch, 'torch.nn.modules.pooling.MaxPool2d')?.name).toBe('torch.nn.MaxPool2d');
  expect(resolve(pytorch, 'torch.nn.modules.conv._ConvNd')?.kind).toBe('abstract');
  expect(resolve(pytorch, 'torch.nn.modules.linear.NonDynamicallyQuantizableLinear')?.kind).toBe('module');
  expect(resolve(pytorch, 'torch.nn.NoSuchThing')).toBeNull();
  expect(resolve(pytorch, 'torch.nn.constructor')).toBeNull();
});

/** What a row gives for an input of this shape: a shape, or one for each of several outputs. */
function outputOf(row: ModuleRow | FunctionRow, given: Arguments, inputs: readonly Shape[], layer: Layer | null): unknown {
  const made = row.operation({ arguments: given, inputs, layer });
  if (typeof made === 'string') return made;
  return made.operation.kind !== 'recurrent' && made.outputs
    ? made.outputs.map((output) => ('shape' in output ? output.shape : output))
    : made.shape;
}

function ofModule(name: string, given: Arguments, input: Shape): unknown {
  const row = pytorch.modules[`torch.nn.${name}`]!;
  const bound = bind(row.signature, given);
  const made = instantiate(pytorch, name, row, bound, place);
  return outputOf(row, { ...bound, ...made.attributes }, [input], made.layer);
}

/** Binds positional arguments as Python would, those after the last name to `*rest`. */
function ofMethod(name: string, given: readonly Argument[], input: Shape): unknown {
  const row = pytorch.methods[name]!;
  const [, ...parts] = splitList(row.signature);
  const rest = parts.findIndex((part) => /^\*\w/.test(part));
  const named = parts
    .slice(0, rest === -1 ? given.length : rest)
    .map((part, i) => [part.split('=')[0]!.trim(), given[i]] as const);
  const spread = rest === -1 ? {} : { [parts[rest]!.slice(1)]: given.slice(rest) };
  const other = name === 'matmul' ? [given[0] as Shape] : [];
  return outputOf(
    row,
    bind(row.signature, { ...Object.fromEntries(named.filter(([, value]) => value !== undefined)), ...spread }),
    [input, ...other],
    null,
  );
}

interface ShapeCase {
  readonly module?: string;
  readonly method?: string;
  readonly arguments: Arguments | readonly Argument[];
  readonly input: Shape;
  readonly output: unknown;
}

const shapeCases = JSON.parse(readFileSync(new URL('../golden/pytorch-shapes.json', import.meta.url), 'utf8')) as ShapeCase[];

test.each(shapeCases)('$module$method $arguments of $input has the shape $output', (one) => {
  const actual = one.module
    ? ofModule(one.module, one.arguments as Arguments, one.input)
    : ofMethod(one.method!, one.arguments as readonly Argument[], one.input);
  expect(actual).toEqual(one.output);
});

const [n, height] = [symbol('n'), symbol('height')];

test('unknown sizes pass through layers', () => {
  expect(ofModule('Conv2d', { in_channels: 3, out_channels: 8, kernel_size: 3, padding: 1 }, [n, 3, height, height])).toEqual([
    n,
    8,
    height,
    height,
  ]);
  expect(ofModule('AdaptiveAvgPool2d', { output_size: 1 }, [n, 2, height, height])).toEqual([n, 2, 1, 1]);
  expect(ofModule('Flatten', {}, [n, 8, 2, 2])).toEqual([n, 32]);
  expect(ofMethod('view', [[n, -1]], [n, 3, 4])).toEqual([n, 12]);
  expect(ofMethod('reshape', [[n, height, 3, 4, 2]], [n, height, 24])).toEqual([n, height, 3, 4, 2]);
  expect(ofMethod('squeeze', [-1], [n, 1])).toEqual([n]);
});

test('a shape that cannot be known is not guessed', () => {
  expect(ofMethod('squeeze', [], [n, 1])).toBeNull();
  expect(ofMethod('view', [-1, 5], [2, 3, 4])).toBeNull();
  expect(ofMethod('view', [undefined, -1], [2, 3, 4])).toBeNull();
  expect(ofMethod('flatten', [1], null)).toBeNull();
});

test('a layer tells the dimensions of an input that nobody declared', () => {
  expect(ofModule('Conv2d', { in_channels: 3, out_channels: 8, kernel_size: 3, padding: 1 }, null)).toEqual([
    symbol('batch'),
    8,
    symbol('height'),
    symbol('width'),
  ]);
  expect(ofModule('Linear', { in_features: 3, out_features: 8 }, null)).toBeNull();
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { resolve } from '../../language-server/frameworks/index.js';
import { pytorch } from '../../language-server/frameworks/pytorch/index.js';

// Public names of PyTorch; test/oracle/pytorch-names.py writes them.
const names = JSON.parse(readFileSync(new URL('../golden/pytorch-names.json', import.meta.url), 'utf8')) as Readonly<
  Record<'modules' | 'functions' | 'initializers', readonly string[]>
>;

const absent = (prefix: string, list: readonly string[]) => list.filter((name) => resolve(pytorch, `${prefix}${name}`) === null);

test('every module of torch.nn is known, but for one that is a loss and its own layers at once', () => {
  expect(absent('torch.nn.', names.modules)).toEqual(['AdaptiveLogSoftmaxWithLoss']);
});

test('every function of torch.nn.functional is known, but for those that are PyTorch’s own machinery', () => {
  expect(absent('torch.nn.functional.', names.functions)).toEqual([
    'assert_int_or_pair',
    'boolean_dispatch',
    'handle_torch_function',
    'has_torch_function',
    'has_torch_function_unary',
    'has_torch_function_variadic',
  ]);
});

test('every function of torch.nn.init is known', () => {
  expect(absent('torch.nn.init.', names.initializers)).toEqual([]);
});

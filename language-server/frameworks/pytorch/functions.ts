import type { Shape } from '../../network/graph.js';
import { add, divide, equals, numberOf } from '../../network/quantity.js';
import { isQuantity } from '../expression.js';
import type { Argument, Arguments, FunctionRow, OperationRow } from '../framework.js';
import {
  adaptivePooling,
  addition,
  chunks,
  concatenate,
  division,
  dropout,
  elementwise,
  flatten,
  matmul,
  mean,
  multiplication,
  normalization,
  notDescribed,
  pooling,
  reshape,
  sameShape,
} from './operations.js';
import { viewedShape, withDimension } from './shapes.js';

const row = (signature: string, operation: OperationRow, tensors: readonly string[] = ['input']): FunctionRow => ({
  signature,
  tensors,
  operation,
});

const numbers = (value: Argument): readonly Argument[] =>
  Array.isArray(value)
    ? value.flatMap((one: Argument) => (Array.isArray(one) ? one : [one]))
    : value === undefined || value === null
      ? []
      : [value];
const dimensionOf = (bound: Arguments): number => (typeof bound.dim === 'number' ? bound.dim : 0);

const permuted = (input: Shape, order: readonly Argument[]): Shape =>
  input && order.length === input.length && order.every((one) => typeof one === 'number')
    ? order.map((one) => input[(one as number) < 0 ? input.length + (one as number) : (one as number)] ?? 1)
    : null;

const transposed = (input: Shape, a: Argument, b: Argument): Shape => {
  if (!input || typeof a !== 'number' || typeof b !== 'number') return null;
  const [i, j] = [a < 0 ? input.length + a : a, b < 0 ? input.length + b : b];
  return input.map((size, k) => (k === i ? (input[j] ?? size) : k === j ? (input[i] ?? size) : size));
};

const chunk = chunks(
  ({ chunks: count }) => (typeof count === 'number' ? count : null),
  (bound, input) => {
    const size = input?.[dimensionOf(bound) < 0 && input ? input.length + dimensionOf(bound) : dimensionOf(bound)];
    return size !== undefined && typeof bound.chunks === 'number'
      ? withDimension(input, dimensionOf(bound), divide(size, bound.chunks))
      : null;
  },
);

const split = chunks(
  (bound, input) => {
    const sizes = bound.split_size_or_sections;
    if (Array.isArray(sizes)) return sizes.length;
    const size = input?.[dimensionOf(bound) < 0 && input ? input.length + dimensionOf(bound) : dimensionOf(bound)];
    const count = isQuantity(sizes) && size !== undefined ? numberOf(divide(size, sizes)) : null;
    return count === null ? null : Math.ceil(count);
  },
  (bound, input, i) => {
    const sizes = bound.split_size_or_sections;
    const size: Argument = Array.isArray(sizes) ? sizes[i] : sizes;
    return isQuantity(size) ? withDimension(input, dimensionOf(bound), size) : null;
  },
);

const unbind = chunks(
  (bound, input) => numberOf(input?.[dimensionOf(bound) < 0 && input ? input.length + dimensionOf(bound) : dimensionOf(bound)]),
  (bound, input) => input?.filter((_, i) => i !== dimensionOf(bound)) ?? null,
);

const stack: OperationRow = (context) => {
  const first = context.inputs[0];
  const axis = dimensionOf(context.arguments);
  return {
    operation: { kind: 'concatenate', axis },
    shape: first && axis >= 0 ? [...first.slice(0, axis), context.inputs.length, ...first.slice(axis)] : null,
  };
};

const functionalLinear: OperationRow = () => 'A linear map whose weight is computed or held outside of a layer is not followed.';
const comparison = notDescribed('A comparison', sameShape);

/** Methods and functions that rearrange, select or copy entries. */
const rearranging: Readonly<Record<string, FunctionRow>> = {
  flatten: row('input, start_dim=0, end_dim=-1', flatten),
  reshape: row(
    'input, *shape',
    reshape(({ arguments: bound, inputs }) => viewedShape(inputs[0] ?? null, numbers(bound.shape))),
  ),
  permute: row(
    'input, *dims',
    reshape(({ arguments: bound, inputs }) => permuted(inputs[0] ?? null, numbers(bound.dims))),
  ),
  transpose: row(
    'input, dim0, dim1',
    reshape(({ arguments: bound, inputs }) => transposed(inputs[0] ?? null, bound.dim0, bound.dim1)),
  ),
  swapaxes: row(
    'input, axis0, axis1',
    reshape(({ arguments: bound, inputs }) => transposed(inputs[0] ?? null, bound.axis0, bound.axis1)),
  ),
  movedim: row(
    'input, source, destination',
    reshape(() => null),
  ),
  t: row(
    'input',
    reshape(({ inputs }) => (inputs[0]?.length === 2 ? [inputs[0][1]!, inputs[0][0]!] : null)),
  ),
  squeeze: row(
    'input, dim=None',
    reshape(({ arguments: { dim }, inputs }) => {
      const input = inputs[0] ?? null;
      if (!input) return null;
      if (typeof dim !== 'number')
        return input.every((size) => numberOf(size) !== null) ? input.filter((size) => size !== 1) : null;
      const index = dim < 0 ? input.length + dim : dim;
      return equals(input[index] ?? 0, 1) === true ? input.filter((_, i) => i !== index) : input;
    }),
  ),
  unsqueeze: row(
    'input, dim',
    reshape(({ arguments: { dim }, inputs }) => {
      const input = inputs[0] ?? null;
      if (!input || typeof dim !== 'number') return null;
      const index = dim < 0 ? input.length + 1 + dim : dim;
      return [...input.slice(0, index), 1, ...input.slice(index)];
    }),
  ),
  unflatten: row(
    'input, dim, sizes',
    reshape(() => null),
  ),
  roll: row('input, shifts, dims=None', reshape()),
  flip: row('input, *dims', reshape()),
  rot90: row(
    'input, k=1, dims=(0, 1)',
    reshape(() => null),
  ),
  chunk: row('input, chunks, dim=0', chunk),
  split: row('input, split_size_or_sections, dim=0', split),
  tensor_split: row(
    'input, indices_or_sections, dim=0',
    reshape(() => null),
  ),
  unbind: row('input, dim=0', unbind),
  narrow: row(
    'input, dim, start, length',
    reshape(() => null),
  ),
  select: row(
    'input, dim, index',
    reshape(() => null),
  ),
  index_select: row(
    'input, dim, index',
    reshape(() => null),
  ),
  gather: row(
    'input, dim, index',
    reshape(() => null),
  ),
  masked_select: row(
    'input, mask',
    reshape(() => null),
  ),
  tile: row(
    'input, *dims',
    reshape(() => null),
  ),
  repeat_interleave: row(
    'input, repeats, dim=None',
    reshape(() => null),
  ),
  clone: row('input, *, memory_format=None', reshape()),
  detach: row('input', reshape()),
  broadcast_to: row(
    'input, size',
    reshape(() => null),
  ),
};

/** The same name as method only. */
const methodsOnly: Readonly<Record<string, FunctionRow>> = {
  view: row(
    'input, *shape',
    reshape(({ arguments: bound, inputs }) => viewedShape(inputs[0] ?? null, numbers(bound.shape))),
  ),
  view_as: row(
    'input, other',
    reshape(() => null),
  ),
  reshape_as: row(
    'input, other',
    reshape(() => null),
  ),
  expand: row(
    'input, *sizes',
    reshape(({ arguments: bound, inputs }) => {
      const input = inputs[0] ?? null;
      const sizes = numbers(bound.sizes);
      if (!input || sizes.length !== input.length) return null;
      const shape = sizes.map((size, i) => (numberOf(isQuantity(size) ? size : null) === -1 ? input[i]! : size));
      return shape.every(isQuantity) ? shape : null;
    }),
  ),
  expand_as: row(
    'input, other',
    reshape(() => null),
  ),
  repeat: row(
    'input, *repeats',
    reshape(() => null),
  ),
  contiguous: row('input, memory_format=None', reshape()),
  unfold: row(
    'input, dimension, size, step',
    reshape(() => null),
  ),
  to: row('input, *args, **kwargs', reshape()),
  type: row('input, *args, **kwargs', reshape()),
  type_as: row('input, other', reshape()),
  float: row('input', reshape()),
  double: row('input', reshape()),
  half: row('input', reshape()),
  bfloat16: row('input', reshape()),
  cuda: row('input, *args, **kwargs', reshape()),
  cpu: row('input', reshape()),
  requires_grad_: row('input, requires_grad=True', reshape()),
  masked_fill: row('input, mask, value', reshape()),
  masked_fill_: row('input, mask, value', reshape()),
};

/** Arithmetic and reductions, as `torch.add(a, b)` and `a.add(b)`. */
const arithmetic: Readonly<Record<string, FunctionRow>> = {
  add: row('input, other, *, alpha=1, out=None', addition(1), ['input', 'other']),
  add_: row('input, other, *, alpha=1', addition(1), ['input', 'other']),
  sub: row('input, other, *, alpha=1, out=None', addition(-1), ['input', 'other']),
  sub_: row('input, other, *, alpha=1', addition(-1), ['input', 'other']),
  mul: row('input, other, *, out=None', multiplication, ['input', 'other']),
  mul_: row('input, other', multiplication, ['input', 'other']),
  multiply: row('input, other, *, out=None', multiplication, ['input', 'other']),
  div: row('input, other, *, rounding_mode=None, out=None', division, ['input', 'other']),
  div_: row('input, other, *, rounding_mode=None', division, ['input', 'other']),
  neg: row('input', elementwise({ kind: 'scale', factor: -1, parameter: null })),
  matmul: row('input, other', matmul, ['input', 'other']),
  mm: row('input, other', matmul, ['input', 'other']),
  bmm: row('input, other', matmul, ['input', 'other']),
  mean: row('input, dim=None, keepdim=False, *, dtype=None', mean),
  sum: row('input, dim=None, keepdim=False, *, dtype=None', notDescribed('A sum over entries')),
  max: row('input, dim=None, keepdim=False', notDescribed('A maximum over entries')),
  min: row('input, dim=None, keepdim=False', notDescribed('A minimum over entries')),
  amax: row('input, dim=None, keepdim=False', notDescribed('A maximum over entries')),
  std: row('input, *args, **kwargs', notDescribed('A standard deviation of entries')),
  var: row('input, *args, **kwargs', notDescribed('A variance of entries')),
  norm: row('input, *args, **kwargs', notDescribed('A norm of entries')),
  pow: row('input, exponent', notDescribed('A power', sameShape)),
  square: row('input', notDescribed('A square', sameShape)),
  sqrt: row('input', notDescribed('A square root', sameShape)),
  rsqrt: row('input', notDescribed('A square root', sameShape)),
  log: row('input', notDescribed('A logarithm', sameShape)),
  clamp: row('input, min=None, max=None', ({ arguments: bound, inputs }) => {
    const [low, high] = [bound.min, bound.max];
    const shape = inputs[0] ?? null;
    if (low === 0 && (high === null || high === undefined))
      return { operation: { kind: 'activation', activation: 'relu', parameters: {} }, shape };
    if (typeof low === 'number' && typeof high === 'number')
      return { operation: { kind: 'activation', activation: 'hardtanh', parameters: { min_val: low, max_val: high } }, shape };
    return 'Clipping at one side is not described by the theory used here.';
  }),
  argmax: row('input, dim=None, keepdim=False', comparison),
  where: row('condition, input, other', notDescribed('A choice between entries', sameShape), ['input', 'other']),
  cumsum: row('input, dim', notDescribed('A cumulative sum', sameShape)),
};

const free = (rows: Readonly<Record<string, FunctionRow>>, prefix: string): Record<string, FunctionRow> =>
  Object.fromEntries(Object.entries(rows).map(([name, value]) => [`${prefix}.${name}`, value]));

const maxPool = 'input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False';
const averagePool = 'input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None';

/** Functions of `torch` and `torch.nn.functional` on tensors. */
export const functions: Readonly<Record<string, FunctionRow>> = {
  ...free(rearranging, 'torch'),
  ...free(arithmetic, 'torch'),
  'torch.cat': row('tensors, dim=0, *, out=None', concatenate, ['tensors']),
  'torch.concat': row('tensors, dim=0, *, out=None', concatenate, ['tensors']),
  'torch.concatenate': row('tensors, dim=0, *, out=None', concatenate, ['tensors']),
  'torch.stack': row('tensors, dim=0, *, out=None', stack, ['tensors']),
  'torch.hstack': row('tensors', (context) => concatenate({ ...context, arguments: { dim: 1 } }), ['tensors']),
  'torch.vstack': row('tensors', (context) => concatenate({ ...context, arguments: { dim: 0 } }), ['tensors']),
  'torch.einsum': row(
    'equation, *operands',
    ({ inputs }) =>
      inputs.length === 2
        ? { operation: { kind: 'matmul' }, shape: null }
        : 'A sum over index names is not described by the theory used here.',
    ['operands'],
  ),
  'torch.addmm': row('input, mat1, mat2, *, beta=1, alpha=1', functionalLinear, ['input', 'mat1', 'mat2']),
  'torch.baddbmm': row('input, batch1, batch2, *, beta=1, alpha=1', functionalLinear, ['input', 'batch1', 'batch2']),
  'torch.nn.functional.linear': row('input, weight, bias=None', functionalLinear),
  'torch.nn.functional.bilinear': row('input1, input2, weight, bias=None', functionalLinear, ['input1', 'input2']),
  ...Object.fromEntries(
    ['conv1d', 'conv2d', 'conv3d', 'conv_transpose1d', 'conv_transpose2d', 'conv_transpose3d'].map((name) => [
      `torch.nn.functional.${name}`,
      row('input, weight, bias=None, *args, **kwargs', functionalLinear),
    ]),
  ),
  'torch.nn.functional.embedding': row('input, weight, *args, **kwargs', functionalLinear),
  'torch.nn.functional.scaled_dot_product_attention': row(
    'query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False',
    ({ inputs }) => ({ operation: { kind: 'attention', heads: null }, shape: inputs[0] ?? null }),
    ['query', 'key', 'value'],
  ),
  'torch.nn.functional.dropout': row('input, p=0.5, training=True, inplace=False', dropout('element')),
  'torch.nn.functional.dropout1d': row('input, p=0.5, training=True, inplace=False', dropout('channel')),
  'torch.nn.functional.dropout2d': row('input, p=0.5, training=True, inplace=False', dropout('channel')),
  'torch.nn.functional.dropout3d': row('input, p=0.5, training=True, inplace=False', dropout('channel')),
  'torch.nn.functional.alpha_dropout': row('input, p=0.5, training=False, inplace=False', dropout('alpha')),
  'torch.nn.functional.feature_alpha_dropout': row('input, p=0.5, training=False, inplace=False', dropout('alpha')),
  'torch.dropout': row('input, p, train', dropout('element')),
  'torchvision.ops.stochastic_depth': row('input, p, mode, training=True', dropout('path')),
  ...Object.fromEntries(
    [1, 2, 3].flatMap((dimensions): [string, FunctionRow][] => [
      [`torch.nn.functional.max_pool${dimensions}d`, row(maxPool, pooling('max', dimensions))],
      [`torch.max_pool${dimensions}d`, row(maxPool, pooling('max', dimensions))],
      [`torch.nn.functional.avg_pool${dimensions}d`, row(averagePool, pooling('average', dimensions))],
      [`torch.nn.functional.adaptive_avg_pool${dimensions}d`, row('input, output_size', adaptivePooling('average', dimensions))],
      [
        `torch.nn.functional.adaptive_max_pool${dimensions}d`,
        row('input, output_size, return_indices=False', adaptivePooling('max', dimensions)),
      ],
    ]),
  ),
  'torch.nn.functional.batch_norm': row(
    'input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05',
    normalization('batch'),
  ),
  'torch.nn.functional.layer_norm': row('input, normalized_shape, weight=None, bias=None, eps=1e-05', normalization('layer')),
  'torch.nn.functional.rms_norm': row('input, normalized_shape, weight=None, eps=None', normalization('rms')),
  'torch.nn.functional.group_norm': row(
    'input, num_groups, weight=None, bias=None, eps=1e-05',
    normalization('group', ({ num_groups }) => num_groups),
  ),
  'torch.nn.functional.instance_norm': row(
    'input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-05',
    normalization('instance'),
  ),
  'torch.nn.functional.local_response_norm': row('input, size, alpha=0.0001, beta=0.75, k=1.0', normalization('local-response')),
  'torch.nn.functional.normalize': row(
    'input, p=2.0, dim=1, eps=1e-12, out=None',
    notDescribed('Scaling to unit norm', sameShape),
  ),
  'torch.nn.functional.pad': row(
    "input, pad, mode='constant', value=None",
    reshape(({ arguments: { pad }, inputs }) => {
      const input = inputs[0] ?? null;
      if (!input || !Array.isArray(pad) || !pad.every(isQuantity) || pad.length > 2 * input.length) return null;
      return input.map((size, i) => {
        const j = 2 * (input.length - 1 - i);
        return j < pad.length ? add(size, add(pad[j]!, pad[j + 1] ?? 0)) : size;
      });
    }),
  ),
  'torch.nn.functional.interpolate': row(
    "input, size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None, antialias=False",
    ({ arguments: { mode } }) =>
      mode === 'nearest'
        ? { operation: { kind: 'reshape' }, shape: null }
        : 'Interpolation between positions is not described by the theory used here.',
  ),
  'torch.nn.functional.upsample': row(
    "input, size=None, scale_factor=None, mode='nearest', align_corners=None",
    reshape(() => null),
  ),
  'torch.nn.functional.unfold': row(
    'input, kernel_size, dilation=1, padding=0, stride=1',
    reshape(() => null),
  ),
  'torch.nn.functional.fold': row(
    'input, output_size, kernel_size, dilation=1, padding=0, stride=1',
    notDescribed('Folding of overlapping patches'),
  ),
  'torch.nn.functional.pixel_shuffle': row(
    'input, upscale_factor',
    reshape(() => null),
  ),
  'torch.nn.functional.pixel_unshuffle': row(
    'input, downscale_factor',
    reshape(() => null),
  ),
  'torch.nn.functional.one_hot': row('input, num_classes=-1', notDescribed('A one-hot encoding')),
};

/** Methods of a tensor; the tensor itself is the parameter `input`. */
export const methods: Readonly<Record<string, FunctionRow>> = { ...rearranging, ...methodsOnly, ...arithmetic };

import type { Pooling, Shape } from '../../network/graph.js';
import { ceil, divide, equals, type Quantity } from '../../network/quantity.js';
import type { Argument, Arguments, FunctionRow, ModuleRow, Operated, OperationRow } from '../framework.js';
import { axisOf, isList, number, quantity, sizes, variadic } from './arguments.js';
import { plain, type Tables, unary } from './rows.js';
import { doesNotFit, doesNotSlide, slidingShape, spatialOf, withSpatial } from './shapes.js';

/** The twin of a pooling that always gives its indices as well. */
function withIndices(operation: OperationRow): OperationRow {
  return (context) => operation({ ...context, arguments: { ...context.arguments, return_indices: true } });
}

function pooled(operation: Pooling, shape: Shape, bound: Arguments): Operated {
  return bound.return_indices === true ? { operation, shape, outputs: [{ shape }, { shape }] } : { operation, shape };
}

/** Average or maximum over a window; over one as large as the map, `F.max_pool1d(x, x.shape[2])`, it is a global pooling. */
export function sliding(n: number, variant: 'average' | 'max'): OperationRow {
  return ({ arguments: bound, inputs }) => {
    const kernel = sizes(bound.kernel_size, n);
    const stride = bound.stride === null || (isList(bound.stride) && bound.stride.length === 0) ? kernel : sizes(bound.stride, n);
    const padding = sizes(bound.padding, n);
    const dilation = sizes(bound.dilation ?? 1, n);
    if (!kernel || !stride || !padding || !dilation) return 'The window of this pooling is not known.';
    const refused = doesNotSlide({ kernel, stride, padding, dilation });
    if (refused) return refused;
    const input = inputs[0] ?? null;
    const before = spatialOf(input, n);
    const isWhole = before?.map((size, i) => equals(size, kernel[i]!) === true && padding[i] === 0) ?? [];
    const whole = before && !isWhole.includes(false) ? before.map(() => 1) : null;
    // `F.avg_pool2d(x, (x.shape[1], 1))` of tokens: a mean along some of the dimensions.
    const isLine = isWhole.includes(true) && isWhole.every((all, i) => all || equals(kernel[i]!, 1) === true);
    if (input && before && !whole && isLine) {
      const over = isWhole.flatMap((all, i) => (all ? [input.length - n + i] : []));
      return overDimensions(variant, false)({ arguments: { dim: over, keepdim: true }, inputs: [input], layer: null });
    }
    const spatial = whole ?? slidingShape(input, { kernel, stride, padding, dilation }, bound.ceil_mode === true);
    const problem = doesNotFit(spatial);
    if (problem) return problem;
    const named = whole ? (`global-${variant}` as const) : variant;
    return pooled({ kind: 'pooling', variant: named, kernel, stride, padding }, withSpatial(input, spatial), bound);
  };
}

/** Pools to a given size by windows of about ⌈in/out⌉; down to one entry it is a global pooling. */
function adaptive(n: number, variant: 'average' | 'max'): OperationRow {
  return ({ arguments: bound, inputs }) => {
    const input = inputs[0] ?? null;
    const before = spatialOf(input, n);
    const wanted = isList(bound.output_size) ? bound.output_size : Array.from({ length: n }, () => bound.output_size);
    const after = wanted.map((size, i) => (size === null ? (before?.[i] ?? null) : quantity(size)));
    const isGlobal = after.every((size) => size !== null && equals(size, 1) === true);
    const spatial = after.includes(null) || after.length !== n ? null : (after as Quantity[]);
    const kernel = before && spatial ? before.map((size, i) => (spatial[i] === 0 ? size : ceil(divide(size, spatial[i]!)))) : [];
    const operation: Pooling = {
      kind: 'pooling',
      variant: `${isGlobal ? 'global' : 'adaptive'}-${variant}`,
      kernel,
      stride: kernel,
      padding: kernel.map(() => 0),
      ...(spatial ? { target: spatial } : {}),
    };
    return pooled(operation, withSpatial(input, spatial), bound);
  };
}

/** Mean or maximum over some dimensions of a tensor. */
export function overDimensions(variant: 'average' | 'max', withIndices: boolean): OperationRow {
  return ({ arguments: bound, inputs }) => {
    if (inputs.length > 1) return 'The larger of two tensors is not described by the theory used here.';
    const input = inputs[0] ?? null;
    const dim = bound.dim ?? bound.axis ?? null;
    const reduced = reducedAxes(dim, input);
    const kernel = reduced && input ? reduced.map((axis) => input[axis]!) : [];
    const operation: Pooling = {
      kind: 'pooling',
      variant: `global-${variant}`,
      kernel,
      stride: kernel,
      padding: kernel.map(() => 0),
      over: dimensionsOf(dim, input),
    };
    const keep = bound.keepdim === true;
    const shape = reduced && input ? input.flatMap((size, i) => (!reduced.includes(i) ? [size] : keep ? [1] : [])) : null;
    return withIndices && dim !== null ? { operation, shape, outputs: [{ shape }, { shape }] } : { operation, shape };
  };
}

/** Dimensions of a reduction, counted from the front where their number is known; `null`: all of them, or not known. */
export function dimensionsOf(dim: Argument, input: Shape): number[] | null {
  if (dim === null) return null;
  const axes = variadic(dim).map((one) => (input ? axisOf(one, input.length) : number(one)));
  return axes.includes(null) ? null : (axes as number[]);
}

export function reducedAxes(dim: Argument, input: Shape): number[] | null {
  if (!input) return null;
  if (dim === null) return input.map((_, i) => i);
  const axes = variadic(dim).map((one) => axisOf(one, input.length));
  return axes.includes(null) ? null : (axes as number[]);
}

const averageSignatures = [
  'kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True',
  'kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None',
] as const;
const maxSignature = 'kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False';
// The function has the last two in the other order.
const maxFunctionSignature = 'kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False';

const dimensions = [1, 2, 3] as const;

const unsupported =
  (what: string): OperationRow =>
  () =>
    `${what} is not described by the theory used here.`;

function modules(n: 1 | 2 | 3): [string, ModuleRow][] {
  return [
    [`torch.nn.AvgPool${n}d`, plain(averageSignatures[n === 1 ? 0 : 1], sliding(n, 'average'))],
    [`torch.nn.MaxPool${n}d`, plain(maxSignature, sliding(n, 'max'))],
    [`torch.nn.AdaptiveAvgPool${n}d`, plain('output_size', adaptive(n, 'average'))],
    [`torch.nn.AdaptiveMaxPool${n}d`, plain('output_size, return_indices=False', adaptive(n, 'max'))],
    [`torch.nn.LPPool${n}d`, plain('norm_type, kernel_size, stride=None, ceil_mode=False', unsupported('Power-average pooling'))],
    [`torch.nn.MaxUnpool${n}d`, plain('kernel_size, stride=None, padding=0', unsupported('Max unpooling'))],
  ];
}

function functions(n: 1 | 2 | 3): [string, FunctionRow][] {
  const f = 'torch.nn.functional';
  return [
    [`${f}.avg_pool${n}d`, unary(averageSignatures[n === 1 ? 0 : 1], sliding(n, 'average'))],
    [`${f}.max_pool${n}d`, unary(maxFunctionSignature, sliding(n, 'max'))],
    [`${f}.max_pool${n}d_with_indices`, unary(maxFunctionSignature, withIndices(sliding(n, 'max')))],
    [`${f}.adaptive_max_pool${n}d_with_indices`, unary('output_size, return_indices=True', withIndices(adaptive(n, 'max')))],
    [`torch.max_pool${n}d`, unary('kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False', sliding(n, 'max'))],
    [`${f}.adaptive_avg_pool${n}d`, unary('output_size', adaptive(n, 'average'))],
    [`${f}.adaptive_max_pool${n}d`, unary('output_size, return_indices=False', adaptive(n, 'max'))],
    [`${f}.lp_pool${n}d`, unary('norm_type, kernel_size, stride=None, ceil_mode=False', unsupported('Power-average pooling'))],
    [
      `${f}.max_unpool${n}d`,
      unary('indices, kernel_size, stride=None, padding=0, output_size=None', unsupported('Max unpooling')),
    ],
  ];
}

const fractional = 'kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None';

const reductions: readonly [names: readonly string[], row: (tensor: string) => FunctionRow][] = [
  [['mean'], (tensor) => unary('dim=None, keepdim=False, dtype=None, *, axis=None', overDimensions('average', false), tensor)],
  [['amax', 'amin'], (tensor) => unary('dim=None, keepdim=False', overDimensions('max', false), tensor)],
  [
    ['max', 'min'],
    (tensor) => ({ ...unary('dim=None, keepdim=False', overDimensions('max', true), tensor), tensors: [tensor, 'dim'] }),
  ],
];

export const poolingTables: Tables = {
  modules: {
    ...Object.fromEntries(dimensions.flatMap(modules)),
    'torch.nn.FractionalMaxPool2d': plain(fractional, unsupported('Fractional pooling')),
    'torch.nn.FractionalMaxPool3d': plain(fractional, unsupported('Fractional pooling')),
  },
  functions: {
    ...Object.fromEntries(dimensions.flatMap(functions)),
    'torch.nn.functional.fractional_max_pool2d_with_indices': unary(fractional, unsupported('Fractional pooling')),
    'torch.nn.functional.fractional_max_pool3d_with_indices': unary(fractional, unsupported('Fractional pooling')),
    'torch.adaptive_avg_pool1d': unary('output_size', adaptive(1, 'average')),
    'torch.nn.functional.fractional_max_pool2d': unary(fractional, unsupported('Fractional pooling')),
    'torch.nn.functional.fractional_max_pool3d': unary(fractional, unsupported('Fractional pooling')),
    ...Object.fromEntries(reductions.flatMap(([names, row]) => names.map((name) => [`torch.${name}`, row('input')]))),
  },
  methods: Object.fromEntries(reductions.flatMap(([names, row]) => names.map((name) => [name, row('self')]))),
};

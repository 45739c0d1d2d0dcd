import type { Affine, Layer, Shape } from '../../network/graph.js';
import { divide, multiply, type Quantity, symbol } from '../../network/quantity.js';
import type { Argument, Arguments, FunctionRow, ModuleRow, Operated, OperationContext } from '../framework.js';
import { quantity, sizes, spread } from './arguments.js';
import { settle } from './lazy.js';
import { biasOfWeight, functionalLayer, kaimingWithRootFive } from './linear.js';
import type { Tables } from './rows.js';
import {
  channelsFirst,
  doesNotFit,
  doesNotSlide,
  entriesOf,
  slidingShape,
  transposedShape,
  type Window,
  withSpatial,
} from './shapes.js';

const paddingModes = ['zeros', 'reflect', 'replicate', 'circular'] as const;

const attributes = Object.fromEntries(
  ['kernel_size', 'stride', 'padding', 'dilation', 'output_padding'].map((name) => [name, name]),
);
const { output_padding: _, ...attributesWithoutOutputPadding } = attributes;

const requires = [
  ['in_channels % groups == 0', 'in_channels must be divisible by groups.'],
  ['out_channels % groups == 0', 'out_channels must be divisible by groups.'],
] as const;

function convolution(n: number): ModuleRow {
  return {
    signature:
      "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None, dtype=None",
    tensors: [
      { name: 'weight', shape: 'out_channels, in_channels/groups, *kernel_size', initial: kaimingWithRootFive },
      { name: 'bias', shape: 'out_channels', when: 'bias', initial: biasOfWeight },
    ],
    role: 'linear',
    prepare: spread(['kernel_size', 'stride', 'padding', 'dilation'], n),
    requires,
    attributes: attributesWithoutOutputPadding,
    bases: ['torch.nn.modules.conv._ConvNd'],
    operation: (context) => convolve(n, context, 'convolution'),
    source: 'torch.nn.modules.conv._ConvNd.reset_parameters: kaiming_uniform_(a=√5), hence σ_w² = 1/3 for every number of groups',
  };
}

/** The weight is stored as (in, out/groups, …), so that PyTorch's fan-in is the one of the output side. */
function transposed(n: number): ModuleRow {
  return {
    signature:
      "in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, padding_mode='zeros', device=None, dtype=None",
    tensors: [
      { name: 'weight', shape: 'in_channels, out_channels/groups, *kernel_size', initial: kaimingWithRootFive },
      { name: 'bias', shape: 'out_channels', when: 'bias', initial: biasOfWeight },
    ],
    role: 'linear',
    // Each output entry is met by every s-th tap in each direction: k^d/s^d of them on average.
    summands: 'in_channels/groups*prod(kernel_size)/prod(stride)',
    prepare: spread(['kernel_size', 'stride', 'padding', 'dilation', 'output_padding'], n),
    requires,
    attributes,
    bases: ['torch.nn.modules.conv._ConvTransposeNd'],
    operation: (context) => convolve(n, context, 'transposed'),
    source: 'torch.nn.modules.conv._ConvTransposeNd: kaiming_uniform_(a=√5) on a weight whose size(1) is the output side',
  };
}

/** The number of input channels is read off the first input. */
function lazy(row: ModuleRow, base: string): ModuleRow {
  return { ...row, signature: row.signature.replace('in_channels, ', ''), lazy: 'in_channels', requires: [], bases: [base] };
}

function convolve(n: number, context: OperationContext, variant: 'convolution' | 'transposed'): Operated | string {
  const { arguments: bound, inputs, layer } = context;
  if (!layer) return 'The weight of this convolution is not known.';
  const input = inputs[0] ?? null;
  settle(layer, 'in_channels', input && input.length > n ? input.at(-n - 1) : undefined);
  const inChannels = quantity(bound.in_channels) ?? inChannelsOf(layer, variant);
  return affine(layer, variant, n, bound, inChannels, quantity(bound.out_channels), input);
}

function inChannelsOf(layer: Layer, variant: 'convolution' | 'transposed'): Quantity | null {
  return layer.weight?.shape?.[variant === 'transposed' ? 0 : 1] ?? null;
}

function affine(
  layer: Layer,
  variant: 'convolution' | 'transposed',
  n: number,
  bound: Arguments,
  inChannels: Quantity | null,
  outChannels: Quantity | null,
  input: Shape,
): Operated | string {
  const kernel = sizes(bound.kernel_size, n);
  const stride = sizes(bound.stride, n);
  const dilation = sizes(bound.dilation, n);
  const padding = paddingOf(bound.padding, n);
  if (!kernel || !stride || !dilation || !padding) return 'The geometry of this convolution is not known.';
  const problem = doesNotSlide({ kernel, stride, dilation, padding: typeof padding === 'string' ? [] : padding });
  if (problem) return problem;
  const operation: Affine = {
    kind: 'affine',
    variant,
    layer,
    inChannels,
    outChannels,
    kernel,
    stride,
    padding,
    paddingMode: paddingModes.find((mode) => mode === bound.padding_mode) ?? 'zeros',
    dilation,
    groups: quantity(bound.groups) ?? symbol('groups'),
  };
  const full = channelsFirst(input, inChannels, n);
  const spatial = spatialOutput(full, operation, bound);
  return doesNotFit(spatial) ?? { operation, shape: withSpatial(full, spatial, outChannels) };
}

function paddingOf(padding: Argument, n: number): Affine['padding'] | null {
  return padding === 'same' || padding === 'valid' ? padding : sizes(padding, n);
}

function spatialOutput(input: Shape, operation: Affine, bound: Arguments): readonly Quantity[] | null {
  const { kernel, stride, padding, dilation, variant } = operation;
  const n = kernel.length;
  if (padding === 'same') return input && input.length > n ? input.slice(-n) : null;
  const window: Window = { kernel, stride, dilation, padding: padding === 'valid' ? kernel.map(() => 0) : padding };
  if (variant === 'convolution') return slidingShape(input, window);
  const outputPadding = sizes(bound.output_padding ?? 0, n);
  return outputPadding && transposedShape(input, window, outputPadding);
}

/** `F.conv2d(x, weight, …)` with a parameter of the module that calls it. */
function functional(n: number, variant: 'convolution' | 'transposed'): FunctionRow {
  const isTransposed = variant === 'transposed';
  return {
    signature: isTransposed
      ? 'input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1'
      : 'input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1',
    tensors: ['input'],
    operation: (context) => {
      const weight = context.parameters?.weight;
      const shape = weight?.shape;
      const groups = quantity(context.arguments.groups) ?? 1;
      if (!weight || !shape || shape.length !== n + 2)
        return 'The weight of this convolution is calculated, and so its distribution is not known.';
      const [first, second, ...kernel] = shape as readonly [Quantity, Quantity, ...Quantity[]];
      const stride = sizes(context.arguments.stride, n) ?? kernel.map(() => 1);
      const taps = divide(entriesOf(kernel), entriesOf(stride));
      const layer = functionalLayer(context, `conv${isTransposed ? '_transpose' : ''}${n}d`, weight, (fanIn) =>
        isTransposed ? multiply(divide(first, groups), taps) : fanIn,
      );
      if (!layer) return 'The weight of this convolution is not known.';
      const bound = { ...context.arguments, kernel_size: kernel };
      const [inChannels, outChannels] = isTransposed ? [first, multiply(second, groups)] : [multiply(second, groups), first];
      return affine(layer, variant, n, bound, inChannels, outChannels, context.inputs[0] ?? null);
    },
  };
}

const dimensions = [1, 2, 3] as const;

export const convolutionTables: Tables = {
  modules: Object.fromEntries(
    dimensions.flatMap((n): [string, ModuleRow][] => [
      [`torch.nn.Conv${n}d`, convolution(n)],
      [`torch.nn.ConvTranspose${n}d`, transposed(n)],
      [`torch.nn.LazyConv${n}d`, lazy(convolution(n), `torch.nn.Conv${n}d`)],
      [`torch.nn.LazyConvTranspose${n}d`, lazy(transposed(n), `torch.nn.ConvTranspose${n}d`)],
    ]),
  ),
  functions: Object.fromEntries(
    dimensions.flatMap((n): [string, FunctionRow][] => [
      [`torch.nn.functional.conv${n}d`, functional(n, 'convolution')],
      [`torch.nn.functional.conv_transpose${n}d`, functional(n, 'transposed')],
    ]),
  ),
};

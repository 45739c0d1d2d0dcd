import type { Affine, Operation, Shape } from '../../network/graph.js';
import { add, equals, numberOf, type Quantity, symbol } from '../../network/quantity.js';
import { isQuantity } from '../expression.js';
import type { Argument, Arguments, OperationContext, OperationRow } from '../framework.js';
import { channelsFirst, convolvedSize, flattenedShape, spread, transposedSize, withDimension } from './shapes.js';

/** An operation that acts on each entry by itself. */
export const elementwise =
  (operation: Operation): OperationRow =>
  ({ inputs }) => ({ operation, shape: inputs[0] ?? null });

/** An activation; `parameters` maps its theory parameters to the names of the arguments. */
export const activation =
  (name: string, parameters: Readonly<Record<string, string | number>> = {}): OperationRow =>
  ({ arguments: bound, inputs }) => {
    const values: Record<string, number> = {};
    for (const [key, argument] of Object.entries(parameters)) {
      const value = typeof argument === 'number' ? argument : bound[argument];
      if (typeof value !== 'number') return `The argument '${argument}' of ${name} is not known.`;
      values[key] = value;
    }
    return { operation: { kind: 'activation', activation: name, parameters: values }, shape: inputs[0] ?? null };
  };

export const reshape =
  (shapeOf: (context: OperationContext) => Shape = ({ inputs }) => inputs[0] ?? null): OperationRow =>
  (context) => ({ operation: { kind: 'reshape' }, shape: shapeOf(context) });

/** What the theory used here has no formula for: signals stop, and the report says why. */
export const notDescribed =
  (what: string, shapeOf: (context: OperationContext) => Shape = () => null): OperationRow =>
  (context) => ({
    operation: { kind: 'opaque', reason: `${what} is not described by the theory used here.` },
    shape: shapeOf(context),
  });

export const sameShape = ({ inputs }: OperationContext): Shape => inputs[0] ?? null;

export const dense: OperationRow = ({ arguments: bound, inputs, layer }) => {
  if (!layer) return 'The weights of this layer are not known.';
  const { in_features: inFeatures, out_features: outFeatures } = bound;
  return {
    operation: {
      kind: 'affine',
      variant: 'dense',
      layer,
      inChannels: isQuantity(inFeatures) ? inFeatures : layer.fanIn,
      outChannels: isQuantity(outFeatures) ? outFeatures : null,
      kernel: [],
      stride: [],
      padding: 'valid',
      paddingMode: 'zeros',
      dilation: [],
      groups: 1,
    },
    shape: isQuantity(outFeatures) ? (inputs[0] ? withDimension(inputs[0], -1, outFeatures) : null) : null,
  };
};

export const convolution =
  (dimensions: number): OperationRow =>
  ({ arguments: bound, inputs, layer }) => {
    const geometry = geometryOf(bound, dimensions);
    if (!layer || !geometry) return 'The geometry of this convolution is not known.';
    const { inChannels, outChannels, kernel, stride, dilation } = geometry;
    const input = channelsFirst(inputs[0], inChannels, dimensions);
    const spatial = input && input.length >= dimensions + 1 ? input.slice(-dimensions) : null;
    const padding = geometry.padding;
    const sizes = spatial?.map((size, i) =>
      padding === 'same'
        ? size
        : convolvedSize(size, kernel[i]!, stride[i]!, padding === 'valid' ? 0 : padding[i]!, dilation[i]!),
    );
    return {
      operation: { kind: 'affine', variant: 'convolution', layer, ...geometry },
      shape: sizes && outChannels !== null ? [...input!.slice(0, -dimensions - 1), outChannels, ...sizes] : null,
    };
  };

export const transposedConvolution =
  (dimensions: number): OperationRow =>
  ({ arguments: bound, inputs, layer }) => {
    const geometry = geometryOf(bound, dimensions);
    if (!layer || !geometry || typeof geometry.padding === 'string') return 'The geometry of this convolution is not known.';
    const { inChannels, outChannels, kernel, stride, dilation } = geometry;
    const padding = geometry.padding as readonly Quantity[];
    const outputPadding = spread(bound.output_padding, dimensions) ?? spread(0, dimensions)!;
    const input = channelsFirst(inputs[0], inChannels, dimensions);
    const spatial = input && input.length >= dimensions + 1 ? input.slice(-dimensions) : null;
    const sizes = spatial?.map((size, i) =>
      transposedSize(size, kernel[i]!, stride[i]!, padding[i]!, dilation[i]!, outputPadding[i]!),
    );
    return {
      operation: { kind: 'affine', variant: 'transposed', layer, ...geometry },
      shape: sizes && outChannels !== null ? [...input!.slice(0, -dimensions - 1), outChannels, ...sizes] : null,
    };
  };

type Geometry = Omit<Affine, 'kind' | 'variant' | 'layer'>;

function geometryOf(bound: Arguments, dimensions: number): Geometry | null {
  const kernel = spread(bound.kernel_size, dimensions);
  const stride = spread(bound.stride, dimensions);
  const dilation = spread(bound.dilation, dimensions);
  const padding = bound.padding === 'same' || bound.padding === 'valid' ? bound.padding : spread(bound.padding, dimensions);
  if (!kernel || !stride || !dilation || !padding) return null;
  const mode = bound.padding_mode;
  return {
    inChannels: isQuantity(bound.in_channels) ? bound.in_channels : null,
    outChannels: isQuantity(bound.out_channels) ? bound.out_channels : null,
    kernel,
    stride,
    padding,
    paddingMode: mode === 'reflect' || mode === 'replicate' || mode === 'circular' ? mode : 'zeros',
    dilation,
    groups: isQuantity(bound.groups) ? bound.groups : 1,
  };
}

export const embedding: OperationRow = ({ arguments: bound, inputs, layer }) => {
  const width = bound.embedding_dim;
  if (!layer || !isQuantity(width)) return 'The width of this embedding is not known.';
  return {
    operation: {
      kind: 'affine',
      variant: 'embedding',
      layer,
      inChannels: null,
      outChannels: width,
      kernel: [],
      stride: [],
      padding: 'valid',
      paddingMode: 'zeros',
      dilation: [],
      groups: 1,
    },
    shape: inputs[0] ? [...inputs[0], width] : [symbol('batch'), symbol('length'), width],
  };
};

export const bilinear: OperationRow = ({ arguments: bound, inputs, layer }) => {
  const width = bound.out_features;
  if (!layer || !isQuantity(width)) return 'The width of this layer is not known.';
  return {
    operation: {
      kind: 'affine',
      variant: 'bilinear',
      layer,
      inChannels: isQuantity(bound.in1_features) ? bound.in1_features : null,
      outChannels: width,
      kernel: [],
      stride: [],
      padding: 'valid',
      paddingMode: 'zeros',
      dilation: [],
      groups: 1,
    },
    shape: withDimension(inputs[0] ?? null, -1, width),
  };
};

type NormalizationVariant = Extract<Operation, { kind: 'normalization' }>['variant'];

export const normalization =
  (variant: NormalizationVariant, groups: (bound: Arguments) => Argument = () => null): OperationRow =>
  ({ arguments: bound, inputs, layer }) => {
    const count = groups(bound);
    // RMSNorm's `eps=None` is the machine epsilon of the type that it computes in.
    const epsilon = typeof bound.eps === 'number' ? bound.eps : 1.1920929e-7;
    return {
      operation: {
        kind: 'normalization',
        variant,
        weight: layer?.weight ?? null,
        bias: layer?.bias ?? null,
        epsilon,
        groups: isQuantity(count) ? count : null,
      },
      shape: inputs[0] ?? null,
    };
  };

export const dropout =
  (variant: 'element' | 'channel' | 'alpha' | 'path', rate = 'p'): OperationRow =>
  ({ arguments: bound, inputs }) => {
    const value = bound[rate];
    // A functional dropout that is told not to train leaves its input alone.
    if (bound.training === false) return { operation: { kind: 'reshape' }, shape: inputs[0] ?? null };
    return { operation: { kind: 'dropout', variant, rate: isQuantity(value) ? value : null }, shape: inputs[0] ?? null };
  };

export const pooling =
  (variant: 'average' | 'max', dimensions: number): OperationRow =>
  ({ arguments: bound, inputs }) => {
    const kernel = spread(bound.kernel_size, dimensions);
    const stride = bound.stride === null || bound.stride === undefined ? kernel : spread(bound.stride, dimensions);
    const padding = spread(bound.padding, dimensions);
    const dilation = spread(bound.dilation ?? 1, dimensions);
    if (!kernel || !stride || !padding || !dilation) return 'The geometry of this pooling is not known.';
    const input = inputs[0] ?? null;
    const spatial = input && input.length > dimensions ? input.slice(-dimensions) : null;
    const sizes = spatial?.map((size, i) =>
      convolvedSize(size, kernel[i]!, stride[i]!, padding[i]!, dilation[i]!, bound.ceil_mode === true),
    );
    return {
      operation: { kind: 'pooling', variant, kernel, stride, padding },
      shape: sizes ? [...input!.slice(0, -dimensions), ...sizes] : null,
    };
  };

export const adaptivePooling =
  (variant: 'average' | 'max', dimensions: number): OperationRow =>
  ({ arguments: bound, inputs }) => {
    const target = bound.output_size;
    const given = Array.isArray(target)
      ? (target as readonly Argument[])
      : Array.from({ length: dimensions }, () => target as Argument);
    const input = inputs[0] ?? null;
    const spatial = input && input.length > dimensions ? input.slice(-dimensions) : null;
    const sizes = given.map((size, i) => (isQuantity(size) ? size : (spatial?.[i] ?? null)));
    const isGlobal = sizes.every((size) => size !== null && equals(size, 1) === true);
    const kernel = spatial ? sizes.map((size, i) => (size === null ? 1 : divideUp(spatial[i]!, size))) : [];
    return {
      operation: {
        kind: 'pooling',
        variant: isGlobal
          ? variant === 'max'
            ? 'global-max'
            : 'global-average'
          : variant === 'max'
            ? 'adaptive-max'
            : 'adaptive-average',
        kernel,
        stride: kernel,
        padding: [],
        ...(sizes.every((size): size is Quantity => size !== null) ? { target: sizes } : {}),
      },
      shape: input && sizes.every((size): size is Quantity => size !== null) ? [...input.slice(0, -dimensions), ...sizes] : null,
    };
  };

/** Window of adaptive pooling: ⌈in/out⌉ where both are numbers. */
function divideUp(size: Quantity, parts: Quantity): Quantity {
  const [a, b] = [numberOf(size), numberOf(parts)];
  return a !== null && b !== null && b > 0 ? Math.ceil(a / b) : size;
}

export const concatenate: OperationRow = ({ arguments: bound, inputs }) => {
  const axis = typeof bound.dim === 'number' ? bound.dim : 0;
  const first = inputs[0] ?? null;
  const index = first && axis < 0 ? first.length + axis : axis;
  const sizes = inputs.map((shape) => shape?.[index] ?? null);
  const total = sizes.every((size): size is Quantity => size !== null) ? sizes.reduce((a, b) => add(a, b), 0 as Quantity) : null;
  return { operation: { kind: 'concatenate', axis }, shape: first && total !== null ? withDimension(first, index, total) : null };
};

export const flatten: OperationRow = ({ arguments: bound, inputs }) => ({
  operation: { kind: 'reshape' },
  shape: flattenedShape(
    inputs[0] ?? null,
    typeof bound.start_dim === 'number' ? bound.start_dim : 0,
    typeof bound.end_dim === 'number' ? bound.end_dim : -1,
  ),
});

/** Adds tensors (or a number) elementwise: `torch.add(a, b, alpha=1)`. */
export const addition =
  (sign: 1 | -1): OperationRow =>
  ({ arguments: bound, inputs }) => {
    const alpha = typeof bound.alpha === 'number' ? bound.alpha : 1;
    if (inputs.length < 2) {
      const offset = typeof bound.other === 'number' ? sign * alpha * bound.other : null;
      return { operation: { kind: 'shift', offset, parameter: null }, shape: inputs[0] ?? null };
    }
    return { operation: { kind: 'add', coefficients: [1, sign * alpha] }, shape: inputs[0] ?? inputs[1] ?? null };
  };

export const multiplication: OperationRow = ({ arguments: bound, inputs }) =>
  inputs.length < 2
    ? {
        operation: { kind: 'scale', factor: typeof bound.other === 'number' ? bound.other : null, parameter: null },
        shape: inputs[0] ?? null,
      }
    : { operation: { kind: 'multiply' }, shape: inputs[0] ?? inputs[1] ?? null };

export const division: OperationRow = ({ arguments: bound, inputs }) =>
  inputs.length < 2 && typeof bound.other === 'number' && bound.other !== 0
    ? { operation: { kind: 'scale', factor: 1 / bound.other, parameter: null }, shape: inputs[0] ?? null }
    : 'Division by a tensor is not described by the theory used here.';

export const matmul: OperationRow = ({ inputs: [a, b] }) => ({
  operation: { kind: 'matmul' },
  shape: a && b && a.length >= 2 && b.length >= 2 ? [...a.slice(0, -1), b[b.length - 1]!] : null,
});

/** Means over dimensions: over all spatial ones it is global average pooling. */
export const mean: OperationRow = ({ arguments: bound, inputs }) => {
  const input = inputs[0] ?? null;
  const given = bound.dim;
  const list = Array.isArray(given) ? (given as readonly Argument[]) : given === null || given === undefined ? [] : [given];
  const dimensions = list.map((one) => (typeof one === 'number' ? (one < 0 && input ? input.length + one : one) : null));
  const keep = bound.keepdim === true;
  const shape =
    input && dimensions.length > 0 && dimensions.every((one) => one !== null)
      ? keep
        ? input.map((size, i) => (dimensions.includes(i) ? 1 : size))
        : input.filter((_, i) => !dimensions.includes(i))
      : null;
  const kernel = input ? dimensions.flatMap((one) => (one !== null && input[one] !== undefined ? [input[one]] : [])) : [];
  return { operation: { kind: 'pooling', variant: 'global-average', kernel, stride: kernel, padding: [] }, shape };
};

/** `chunk`, `split`, `unbind`: several views of one tensor. */
export const chunks =
  (
    countOf: (bound: Arguments, input: Shape) => number | null,
    partOf: (bound: Arguments, input: Shape, index: number) => Shape,
  ): OperationRow =>
  ({ arguments: bound, inputs }) => {
    const input = inputs[0] ?? null;
    const count = countOf(bound, input);
    if (count === null || count < 1 || count > 1000) return { operation: { kind: 'reshape' }, shape: null };
    return {
      operation: { kind: 'reshape' },
      shape: input,
      outputs: Array.from({ length: count }, (_, i) => ({ shape: partOf(bound, input, i) })),
    };
  };

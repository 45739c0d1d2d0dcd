import type { Interpolation, Reshape, Shape } from '../../network/graph.js';
import {
  add,
  ceil,
  divide,
  equals,
  floor,
  floorDivide,
  multiply,
  numberOf,
  placeAmong,
  type Quantity,
} from '../../network/quantity.js';
import type { Argument, Arguments, FunctionRow, ModuleRow, Operated, OperationRow, Output } from '../framework.js';
import { axisOf, isList, number, quantity, sizes, variadic } from './arguments.js';
import { identity, named, plain, rearranged, type Tables, unary, undescribed } from './rows.js';
import { flattened, reshaped, slidingShape, spatialOf, withSpatial } from './shapes.js';

const flatten = rearranged((input, { start_dim, end_dim }) => {
  const first = input && axisOf(start_dim, input.length);
  const last = input && axisOf(end_dim, input.length);
  return typeof first === 'number' && typeof last === 'number' ? flattened(input, first, last) : null;
});

const view = rearranged((input, { shape }) => reshaped(input, variadic(shape).map(quantity)));

/** Entries that stand somewhere, in a shape that is not known. */
const elsewhere: Operated = { operation: { kind: 'reshape' }, shape: null };

/** Dimensions in another order, where the rank is known. */
function reordered(orderOf: (rank: number, bound: Arguments) => readonly (number | null)[] | null): OperationRow {
  return ({ arguments: bound, inputs: [input = null] }) => {
    const order = input && orderOf(input.length, bound);
    if (!input || !order || order.length !== input.length || order.includes(null)) return elsewhere;
    return {
      operation: { kind: 'reshape', order: order as readonly number[] },
      shape: order.map((axis) => input[axis!]!),
    };
  };
}

const permute = reordered((rank, { dims }) => variadic(dims).map((dim) => axisOf(dim, rank)));

const transpose = reordered((rank, { dim0, dim1 }) => {
  const [a, b] = [axisOf(dim0, rank), axisOf(dim1, rank)];
  if (a === null || b === null) return null;
  return Array.from({ length: rank }, (_, i) => (i === a ? b : i === b ? a : i));
});

const reversed = reordered((rank) => Array.from({ length: rank }, (_, i) => rank - 1 - i));

/** In the shape of another tensor. */
const likeOther: OperationRow = ({ shapeOf }) => ({ operation: { kind: 'reshape' }, shape: shapeOf?.('other') ?? null });

const squeeze = rearranged((input, { dim }) => {
  if (!input) return null;
  const axes = dim === null ? input.map((_, i) => i) : variadic(dim).map((one) => axisOf(one, input.length));
  const isOne = input.map((size, i) => (axes.includes(i) ? equals(size, 1) : false));
  // Whether a symbolic size is 1 decides how many dimensions are left.
  return axes.includes(null) || isOne.includes(undefined) ? null : input.filter((_, i) => !isOne[i]);
});

const unsqueeze = rearranged((input, { dim }) => {
  const axis = input && axisOf(dim, input.length + 1);
  return input && axis !== null ? [...input.slice(0, axis), 1, ...input.slice(axis)] : null;
});

const expand: OperationRow = ({ arguments: { sizes: given }, inputs: [input = null] }) => {
  const wanted = variadic(given).map(quantity);
  const offset = wanted.length - (input?.length ?? 0);
  const result = wanted.map((size, i) => (size === -1 ? (input?.[i - offset] ?? null) : size));
  if (!input || offset < 0 || result.includes(null)) return elsewhere;
  const shape = result as Quantity[];
  const split = [...Array<Quantity>(offset).fill(1), ...input];
  return { operation: { kind: 'reshape', split, copies: shape }, shape };
};

const repeat = rearranged((input, { repeats }) => {
  const counts = variadic(repeats).map(quantity);
  if (!input || counts.includes(null) || counts.length < input.length) return null;
  const offset = counts.length - input.length;
  return counts.map((count, i) => multiply(count!, input[i - offset] ?? 1));
});

const unflatten = rearranged((input, { dim, unflattened_size, sizes: given }) => {
  const axis = input && axisOf(dim, input.length);
  const inner = isList(unflattened_size ?? given) ? variadic(unflattened_size ?? given).map(quantity) : null;
  if (!input || typeof axis !== 'number' || !inner) return null;
  const parts = reshaped([input[axis]!], inner);
  return parts && [...input.slice(0, axis), ...parts, ...input.slice(axis + 1)];
});

/** Parts of a tensor along one dimension, as a tuple. */
function parts(pieces: (input: Shape, bound: Arguments) => readonly Piece[] | null): OperationRow {
  return ({ arguments: bound, inputs }): Operated => {
    const input = inputs[0] ?? null;
    const outputs = pieces(input, bound);
    if (!outputs) return elsewhere;
    return { operation: { kind: 'reshape' }, shape: input, outputs };
  };
}

type Piece = Exclude<Output, readonly Output[]>;

const pieceOfUnknown: Piece = { shape: null };

function cut(input: Shape, axis: number | null, pieces: readonly Quantity[]): readonly Piece[] {
  if (!input || axis === null) return pieces.map(() => pieceOfUnknown);
  let from: Quantity = 0;
  return pieces.map((piece) => {
    const taken = [{ axis, from, count: piece }];
    from = add(from, piece);
    return { shape: input.map((size, i) => (i === axis ? piece : size)), taken };
  });
}

const chunk = parts((input, { chunks, dim }) => {
  const count = number(chunks);
  if (count === null || count < 1 || count > 1000) return null;
  const axis = input && axisOf(dim, input.length);
  const size = input && axis !== null ? input[axis]! : null;
  if (size === null) return Array.from({ length: count }, () => pieceOfUnknown);
  const piece = ceil(divide(size, count));
  const total = numberOf(size);
  if (total === null)
    return cut(
      input,
      axis,
      Array.from({ length: count }, () => piece),
    );
  return cut(input, axis, piecesOf(total, piece as number));
});

function piecesOf(total: number, piece: number): number[] {
  const count = piece > 0 ? Math.ceil(total / piece) : 0;
  return Array.from({ length: count }, (_, i) => Math.min(piece, total - i * piece));
}

/** Cut at places, or into so many parts of which the first ones take what is left over. */
const tensorSplit = parts((input, { indices_or_sections: either, indices, sections, dim }) => {
  const cuts = either ?? indices ?? sections;
  const count = isList(cuts) ? cuts.length + 1 : number(cuts);
  if (count === null || count < 1 || count > 1000) return null;
  const axis = input && axisOf(dim, input.length);
  const size = input && axis !== null ? input[axis]! : null;
  const pieces = size === null ? null : isList(cuts) ? between(size, cuts.map(quantity)) : evenly(numberOf(size), count);
  return pieces ? cut(input, axis, pieces) : Array.from({ length: count }, () => pieceOfUnknown);
});

/** Sizes between places; a place counted from the end, or beyond it, is not followed. */
function between(size: Quantity, places: readonly (Quantity | null)[]): Quantity[] | null {
  if (places.some((place) => place === null || (numberOf(place) ?? 0) < 0)) return null;
  const [ends, total] = [places as Quantity[], numberOf(size)];
  if (total !== null && ends.some((end) => (numberOf(end) ?? 0) > total)) return null;
  return [...ends, size].map((end, i) => (i === 0 ? end : add(end, multiply(-1, ends[i - 1]!))));
}

function evenly(total: number | null, count: number): number[] | null {
  if (total === null) return null;
  return Array.from({ length: count }, (_, i) => Math.floor(total / count) + (i < total % count ? 1 : 0));
}

const split = parts((input, bound) => {
  const wanted = bound.split_size_or_sections;
  const axis = input && axisOf(bound.dim, input.length);
  if (isList(wanted)) {
    const pieces = wanted.map(quantity);
    return pieces.includes(null) ? pieces.map(() => pieceOfUnknown) : cut(input, axis, pieces as Quantity[]);
  }
  const piece = number(wanted);
  const size = input && axis !== null ? numberOf(input[axis]!) : null;
  return piece === null || size === null || size / piece > 1000 ? null : cut(input, axis, piecesOf(size, piece));
});

const unbind = parts((input, { dim }) => {
  const axis = input && axisOf(dim, input.length);
  const count = input && axis !== null ? numberOf(input[axis]!) : null;
  if (!input || axis === null || count === null || count > 1000) return null;
  const shape = input.filter((_, i) => i !== axis);
  return Array.from({ length: count }, (_, from) => ({ shape, taken: [{ axis, from, count: null }] }));
});

const unknownShape = rearranged(() => null);

const methods: Readonly<Record<string, Interpolation['method']>> = {
  nearest: 'nearest',
  'nearest-exact': 'nearest',
  linear: 'linear',
  bilinear: 'linear',
  trilinear: 'linear',
  bicubic: 'cubic',
};

/** Upsampling by copying keeps second moments, linear modes average two neighbours along each dimension, cubic ones four. */
const interpolate: OperationRow = ({ arguments: bound, inputs }) => {
  const { mode, size, scale_factor } = bound;
  const input = inputs[0] ?? null;
  const n = input ? input.length - 2 : 0;
  const before = n > 0 ? spatialOf(input, n) : null;
  const method = typeof mode === 'string' ? methods[mode] : undefined;
  if (!method)
    return `Interpolation in the mode '${typeof mode === 'string' ? mode : 'unknown'}' averages neighbours, which the theory used here does not follow.`;
  const wanted = size === null || size === undefined ? null : sizes(size, n);
  const given = scale_factor === undefined ? null : scale_factor;
  const factors = given === null ? null : sizes(given, n || (isList(given) ? given.length : 1));
  const after = wanted ?? (factors && before ? before.map((one, i) => floor(multiply(one, factors[i]!))) : null);
  const shape = withSpatial(input, after);
  return {
    operation: { kind: 'interpolation', method, alignCorners: bound.align_corners === true, factors },
    shape,
  };
};

/** Channels become space: (C·r², H, W) → (C, H·r, W·r). Shi et al. 2016, arXiv:1609.05158. */
function shuffle(factor: string, up: boolean): OperationRow {
  return ({ arguments: bound, inputs: [input = null] }) => {
    const r = quantity(bound[factor]);
    if (!input || input.length < 3 || r === null || r === 0) return elsewhere;
    const [channels, height, width] = input.slice(-3) as [Quantity, Quantity, Quantity];
    const outer = input.slice(0, -3);
    const [few, low, narrow] = up
      ? [floorDivide(channels, multiply(r, r)), height, width]
      : [channels, floorDivide(height, r), floorDivide(width, r)];
    const order = [...(up ? [0, 3, 1, 4, 2] : [0, 2, 4, 1, 3])].map((axis) => axis + outer.length);
    return {
      operation: {
        kind: 'reshape',
        split: [...outer, ...(up ? [few, r, r, low, narrow] : [few, low, r, narrow, r])],
        order: [...outer.map((_, i) => i), ...order],
      },
      shape: [...outer, ...(up ? [few, multiply(low, r), multiply(narrow, r)] : [multiply(few, multiply(r, r)), low, narrow])],
    };
  };
}

/** `F.pad`: pairs from the last dimension backwards. */
function padded(input: Shape, pairs: readonly (Quantity | null)[], mode: Argument, value: Argument): Operated {
  if (!input || pairs.includes(null) || pairs.length % 2 === 1 || pairs.length / 2 > input.length) return elsewhere;
  const around = input.map((_, i): [Quantity, Quantity] => {
    const pair = 2 * (input.length - 1 - i);
    return pair < pairs.length ? [pairs[pair]!, pairs[pair + 1]!] : [0, 0];
  });
  const shape = input.map((size, i) => add(size, add(around[i]![0], around[i]![1])));
  const zeros = mode === 'constant';
  if (zeros && (value ?? 0) !== 0) return { operation: { kind: 'reshape' }, shape };
  return { operation: { kind: 'reshape', padding: { zeros, around } }, shape };
}

function padding(kind: string, n: number): ModuleRow {
  const mode = kind === 'ConstantPad' || kind === 'ZeroPad' ? 'constant' : 'repeated';
  return plain('padding, value=0.0', ({ arguments: bound, inputs }) => {
    const pairs = isList(bound.padding)
      ? bound.padding.map(quantity)
      : Array.from({ length: 2 * n }, () => quantity(bound.padding));
    return padded(inputs[0] ?? null, pairs, mode, bound.value);
  });
}

/** Sliding blocks as columns: (N, C, …) → (N, C·∏k, blocks). */
const unfold: OperationRow = rearranged((input, bound) => {
  if (input?.length !== 4) return null;
  const kernel = sizes(bound.kernel_size, 2);
  const stride = sizes(bound.stride, 2);
  const pad = sizes(bound.padding, 2);
  const dilation = sizes(bound.dilation, 2);
  if (!kernel || !stride || !pad || !dilation) return null;
  const blocks = slidingShape(input, { kernel, stride, padding: pad, dilation });
  return blocks && [input[0]!, multiply(input[1]!, multiply(kernel[0]!, kernel[1]!)), multiply(blocks[0]!, blocks[1]!)];
});

const fold = undescribed('Fold adds overlapping blocks, which the theory used here does not follow.');

const select: OperationRow = ({ arguments: { dim, index }, inputs: [input = null] }) => {
  const axis = input && axisOf(dim, input.length);
  if (!input || axis === null) return elsewhere;
  return {
    operation: { kind: 'reshape', ...takenFrom(axis, quantity(index), input, null) },
    shape: input.filter((_, i) => i !== axis),
  };
};

const narrow: OperationRow = ({ arguments: { dim, start, length }, inputs: [input = null] }) => {
  const axis = input && axisOf(dim, input.length);
  const size = quantity(length);
  if (!input || axis === null || size === null) return elsewhere;
  return {
    operation: { kind: 'reshape', ...takenFrom(axis, quantity(start), input, size) },
    shape: input.map((one, i) => (i === axis ? size : one)),
  };
};

function takenFrom(
  axis: number,
  place: Quantity | null,
  input: readonly Quantity[],
  count: Quantity | null,
): Pick<Reshape, 'taken'> {
  return place === null ? {} : { taken: [{ axis, from: placeAmong(input[axis]!, place), count }] };
}

const diagonal = rearranged((input) => (input && input.length === 2 && input[0] === input[1] ? [input[0]!] : null));

/** Name, arguments after the tensor, what it does: each is a function below `torch` and a method. */
const both: readonly [names: readonly string[], signature: string, operation: OperationRow][] = [
  [['flatten'], 'start_dim=0, end_dim=-1', flatten],
  [['reshape'], '*shape', view],
  [['ravel'], '', rearranged((input) => flattened(input, 0, (input?.length ?? 0) - 1))],
  [['positive', 'resolve_conj'], '', identity],
  [['permute'], '*dims', permute],
  [['transpose', 'swapaxes', 'swapdims'], 'dim0, dim1', transpose],
  [['t'], '', reversed],
  [['squeeze'], 'dim=None', squeeze],
  [['unsqueeze'], 'dim', unsqueeze],
  [['unflatten'], 'dim, sizes', unflatten],
  [['chunk'], 'chunks, dim=0', chunk],
  [['split'], 'split_size_or_sections, dim=0', split],
  [['tensor_split'], 'indices_or_sections=None, dim=0, *, indices=None, sections=None', tensorSplit],
  [['unbind'], 'dim=0', unbind],
  [['select'], 'dim, index', select],
  [['narrow'], 'dim, start, length', narrow],
  [['diagonal'], 'offset=0, dim1=0, dim2=1', diagonal],
  [['roll'], 'shifts, dims=None', identity],
  [['flip', 'fliplr', 'flipud'], '*dims', identity],
  [['clone', 'detach', 'neg', 'negative', 'conj'], '**options', identity],
  [
    ['movedim', 'moveaxis', 'rot90', 'gather', 'index_select', 'take', 'tile', 'masked_select', 'take_along_dim'],
    '*rest, **options',
    unknownShape,
  ],
  [
    ['repeat_interleave', 'broadcast_to', 'as_strided', 'hsplit', 'vsplit', 'atleast_1d', 'nan_to_num'],
    '*rest, **options',
    unknownShape,
  ],
];

const methodsOnly: readonly [names: readonly string[], signature: string, operation: OperationRow][] = [
  [['view'], '*shape', view],
  [['view_as', 'reshape_as'], 'other', likeOther],
  [['expand'], '*sizes', expand],
  [['expand_as'], 'other', likeOther],
  [['repeat'], '*repeats', repeat],
  [['unfold'], 'dimension, size, step', unknownShape],
  [['squeeze_'], 'dim=None', squeeze],
  [['unsqueeze_'], 'dim', unsqueeze],
  [['transpose_', 't_'], 'dim0, dim1', transpose],
  [
    [
      ...[
        'contiguous',
        'to',
        'float',
        'double',
        'half',
        'bfloat16',
        'type',
        'type_as',
        'cuda',
        'cpu',
        'requires_grad_',
        'detach_',
        'refine_names',
      ],
      ...['align_to', 'rename', 'pin_memory', 'int', 'long', 'bool'],
    ],
    '*rest, **options',
    identity,
  ],
];

/** What one side of the diagonal of a matrix keeps. */
const triangle = (tensor: string): FunctionRow => ({ ...unary('diagonal=0', unknownShape, tensor), triangular: true });

function rowsOf(list: typeof both, tensor: string, prefix: string): Record<string, FunctionRow> {
  return Object.fromEntries(
    list.flatMap(([names, signature, operation]) =>
      names.map((name) => [`${prefix}${name}`, unary(signature, operation, tensor)]),
    ),
  );
}

const upsampleSignature = "size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None";

export const reshapingTables: Tables = {
  modules: {
    'torch.nn.Identity': plain('*args, **kwargs', identity),
    'torch.nn.Flatten': plain('start_dim=1, end_dim=-1', flatten),
    'torch.nn.Unflatten': plain('dim, unflattened_size', unflatten),
    'torch.nn.Upsample': plain(upsampleSignature, interpolate),
    'torch.nn.UpsamplingNearest2d': {
      ...plain('size=None, scale_factor=None', interpolate),
      prepare: () => ({ mode: 'nearest' }),
      attributes: { mode: 'mode' },
    },
    'torch.nn.UpsamplingBilinear2d': {
      ...plain('size=None, scale_factor=None, align_corners=True', interpolate),
      prepare: () => ({ mode: 'bilinear' }),
      attributes: { mode: 'mode' },
    },
    'torch.nn.PixelShuffle': plain('upscale_factor', shuffle('upscale_factor', true)),
    'torch.nn.PixelUnshuffle': plain('downscale_factor', shuffle('downscale_factor', false)),
    'torch.nn.ChannelShuffle': plain('groups', identity),
    'torch.nn.Unfold': plain('kernel_size, dilation=1, padding=0, stride=1', unfold),
    'torch.nn.Fold': plain('output_size, kernel_size, dilation=1, padding=0, stride=1', fold),
    'torchvision.ops.Permute': plain('dims', permute),
    ...Object.fromEntries(
      [1, 2, 3].flatMap((n): [string, ModuleRow][] =>
        ['ConstantPad', 'ZeroPad', 'ReflectionPad', 'ReplicationPad', 'CircularPad'].map((kind) => [
          `torch.nn.${kind}${n}d`,
          padding(kind, n),
        ]),
      ),
    ),
  },
  functions: {
    ...rowsOf(both, 'input', 'torch.'),
    ...named(['torch.tril', 'torch.triu'], triangle('input')),
    ...named(
      ['torch.nn.functional.interpolate', 'torch.nn.functional.upsample'],
      unary(`${upsampleSignature}, antialias=False`, interpolate),
    ),
    'torch.nn.functional.upsample_nearest': unary("size=None, scale_factor=None, mode='nearest'", interpolate),
    'torch.nn.functional.upsample_bilinear': unary(
      "size=None, scale_factor=None, mode='bilinear', align_corners=True",
      interpolate,
    ),
    ...named(
      ['torch.nn.functional.pixel_shuffle', 'torch.pixel_shuffle'],
      unary('upscale_factor', shuffle('upscale_factor', true)),
    ),
    ...named(
      ['torch.nn.functional.pixel_unshuffle', 'torch.pixel_unshuffle'],
      unary('downscale_factor', shuffle('downscale_factor', false)),
    ),
    ...named(
      ['torch.nn.functional.channel_shuffle', 'torch.channel_shuffle', 'torch.nn.functional.native_channel_shuffle'],
      unary('groups', identity),
    ),
    'torch.nn.functional.pad': unary(
      "pad, mode='constant', value=None",
      ({ arguments: { pad, mode, value }, inputs: [input = null] }) =>
        isList(pad) ? padded(input, pad.map(quantity), mode, value) : elsewhere,
    ),
    'torch.nn.functional.unfold': unary('kernel_size, dilation=1, padding=0, stride=1', unfold),
    'torch.nn.functional.fold': unary('output_size, kernel_size, dilation=1, padding=0, stride=1', fold),
  },
  methods: {
    ...rowsOf(both, 'self', ''),
    ...rowsOf(methodsOnly, 'self', ''),
    ...named(['tril', 'triu', 'tril_', 'triu_'], triangle('self')),
  },
};

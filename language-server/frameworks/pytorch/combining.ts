import type { Operation, Parameter, Shape } from '../../network/graph.js';
import { add, multiply, numberOf, type Quantity } from '../../network/quantity.js';
import type { Argument, FunctionRow, Operated, OperationContext, OperationRow } from '../framework.js';
import { axisOf, number, quantity } from './arguments.js';
import { quotientOf } from './calculations.js';
import { denseNode, functionalLayer, transposedLinear } from './linear.js';
import { named, sameShape, type Tables, undescribed } from './rows.js';
import { broadcast } from './shapes.js';

/** `input + alpha·other`; a number instead of a tensor shifts. */
function sum(sign: 1 | -1): OperationRow {
  return ({ arguments: { other, alpha }, inputs }) => {
    const factor = number(alpha ?? 1);
    if (factor === null) return 'The factor of this addition is not known.';
    if (inputs.length === 2) return { operation: { kind: 'add', coefficients: [1, sign * factor] }, shape: broadcast(inputs) };
    const offset = number(other);
    return {
      operation: { kind: 'shift', offset: offset === null ? null : sign * factor * offset, parameter: null },
      shape: inputs[0] ?? null,
    };
  };
}

const product: OperationRow = ({ arguments: { input, self, other }, inputs }) => {
  if (inputs.length === 2) return { operation: { kind: 'multiply' }, shape: broadcast(inputs) };
  return scaled(number(other) ?? number(input ?? self), inputs);
};

const quotient: OperationRow = ({ arguments: { other }, inputs }) => {
  if (inputs.length === 2) return quotientOf(broadcast(inputs), null);
  const divisor = number(other);
  return scaled(divisor === null || divisor === 0 ? null : 1 / divisor, inputs);
};

function scaled(factor: number | null, inputs: OperationContext['inputs']) {
  return { operation: { kind: 'scale', factor, parameter: null }, shape: inputs[0] ?? null } as const;
}

const concatenate: OperationRow = ({ arguments: { dim }, inputs }) => {
  const dimensions = inputs.find((shape) => shape !== null)?.length;
  const axis = dimensions === undefined ? number(dim) : axisOf(dim, dimensions);
  if (axis === null) return 'The dimension of this concatenation is not known.';
  return { operation: { kind: 'concatenate', axis }, shape: joinedShape(inputs, axis) };
};

/** `hstack` and `vstack` of tensors with two dimensions or more. */
function along(dim: number): OperationRow {
  return (context) => concatenate({ ...context, arguments: { dim } });
}

function joinedShape(inputs: readonly Shape[], axis: number): Shape {
  const [first] = inputs;
  if (!first || inputs.some((shape) => shape?.length !== first.length)) return null;
  return first.map((size, i) => (i === axis ? inputs.reduce<Quantity>((total, shape) => add(total, shape![i]!), 0) : size));
}

const stack: OperationRow = ({ arguments: { dim }, inputs }) => {
  const [first = null] = inputs;
  const axis = first ? axisOf(dim, first.length + 1) : number(dim);
  if (axis === null) return 'The dimension of this stack is not known.';
  const shape = first ? [...first.slice(0, axis), inputs.length, ...first.slice(axis)] : null;
  return { operation: { kind: 'concatenate', axis, isStack: true }, shape };
};

const matmul: OperationRow = (context) => {
  const [a = null, b = null] = context.inputs;
  const linear = context.inputs.length === 1 ? transposedLinear(context, context.parameters?.other) : null;
  if (linear) return linear;
  const shape =
    a && b && a.length >= 2 && b.length >= 2 ? [...(a.length >= b.length ? a : b).slice(0, -2), a.at(-2)!, b.at(-1)!] : null;
  return { operation: { kind: 'matmul' }, shape };
};

/** `torch.addmm(bias, x, weight)`. */
const addmm: OperationRow = (context) => {
  const { bias, ...parameters } = { ...context.parameters, bias: context.parameters?.input };
  const given = { ...context, parameters: { ...parameters, ...(bias && { bias }) } };
  return transposedLinear(given, context.parameters?.mat2) ?? "The operation 'addmm' is not described by the theory used here.";
};

const einsum: OperationRow = (context) => {
  const {
    arguments: { equation },
    inputs,
  } = context;
  const layer = weightOfEinsum(context);
  if (layer) return layer;
  if (inputs.length === 1) return { operation: { kind: 'reshape' }, shape: null };
  const letters = typeof equation === 'string' ? /^(\w+),(\w+)->(\w+)$/.exec(equation.replace(/\s/g, '')) : null;
  return {
    operation: { kind: 'matmul', ...(letters && { letters: [letters[1]!, letters[2]!, letters[3]!] as const }) },
    shape: einsumShape(equation, inputs),
  };
};

/** `einsum('btd,edh->bteh', x, weight)`: a layer that sums over the letters of the weight that the result lacks. */
function weightOfEinsum(context: OperationContext): Operated | null {
  const { arguments: bound, inputs, parameters, weightAt } = context;
  const weight = parameters?.operands;
  const equation = typeof bound.equation === 'string' ? bound.equation.replace(/\s/g, '') : '';
  const [left = '', right] = equation.split('->');
  const letters = weightAt === undefined ? undefined : left.split(',')[weightAt];
  if (!weight?.shape || weightAt === undefined || right === undefined || letters?.length !== weight.shape.length) return null;
  const product = (kept: (letter: string) => boolean): Quantity =>
    weight.shape!.reduce<Quantity>((total, size, i) => (kept(letters[i]!) ? multiply(total, size) : total), 1);
  const summands = product((letter) => !right.includes(letter));
  const [input = null] = inputs;
  // What sums over nothing rescales.
  if (summands === 1 || !/^[a-zA-Z]+$/.test(letters)) return null;
  const layer = functionalLayer(context, 'einsum', weight, () => summands);
  if (!layer) return null;
  if (!layer.role) layer.summands = summands;
  const node = denseNode(
    layer,
    summands,
    product((letter) => right.includes(letter) && !left.split(',')[1 - weightAt]!.includes(letter)),
    null,
  );
  return { ...node, shape: einsumShape(equation, weightAt === 0 ? [weight.shape, input] : [input, weight.shape]) };
}

/** Sizes by letter; `null` with an ellipsis, or where a letter has no known size. */
function einsumShape(equation: Argument, inputs: readonly Shape[]): Shape {
  if (typeof equation !== 'string' || equation.includes('.')) return null;
  const [left = '', right] = equation.replace(/\s/g, '').split('->');
  if (right === undefined) return null;
  const sizes = new Map<string, Quantity>();
  left.split(',').forEach((letters, k) => {
    [...letters].forEach((letter, i) => {
      const size = inputs[k]?.[i];
      if (size !== undefined) sizes.set(letter, size);
    });
  });
  const shape = [...right].map((letter) => sizes.get(letter));
  return shape.includes(undefined) ? null : (shape as Quantity[]);
}

const softmax = sameShape(({ dim }, { inputs }): Operation => {
  const axis = inputs[0] ? axisOf(dim, inputs[0].length) : null;
  return { kind: 'softmax', ...(axis !== null && { axis }) };
});

/** Of channels, the third dimension from the end. */
const softmax2d = sameShape(
  (_, { inputs }): Operation => ({ kind: 'softmax', ...(inputs[0] && { axis: inputs[0].length - 3 }) }),
);

const logSoftmax = sameShape((): Operation => ({ kind: 'softmax' }));

/**
 * Logits that no probability is left for. Other masks than causal ones change how many tokens are averaged by numbers that only the data know.
 */
const maskedFill: OperationRow = ({ arguments: { value }, inputs, causal, parameters }) =>
  isHidden(number(value) ?? constantOf(parameters?.value))
    ? { operation: { kind: 'mask', causal: causal === true }, shape: inputs[0] ?? null }
    : "The operation 'masked_fill' is not described by the theory used here.";

/** `torch.where(mask, logits, -inf)`. */
const whereMasked: OperationRow = ({ arguments: { input, other }, inputs, causal, parameters }) =>
  inputs.length > 0 && isHidden(number(other) ?? number(input) ?? constantOf(parameters?.other))
    ? { operation: { kind: 'mask', causal: causal === true }, shape: inputs[0] ?? null }
    : "The operation 'where' is not described by the theory used here.";

/** Beside logits of the size of one, e^−30 is less than single precision tells from nothing. */
const isHidden = (logit: number | null): boolean => logit !== null && logit <= -30;

/** The number that a tensor holds in all places. */
function constantOf(parameter: Parameter | undefined): number | null {
  const last = parameter?.writes.at(-1);
  return last?.variance === 0 ? numberOf(last.mean) : null;
}

const attention: OperationRow = ({ arguments: given, inputs: [query = null, , value = null], causal, masked }) => {
  const dropout = quantity(given.dropout_p);
  return {
    operation: {
      kind: 'attention',
      heads: null,
      causal: given.is_causal === true || causal === true,
      ...(masked && { masked }),
      ...(dropout !== null && dropout !== 0 && { dropout }),
      ...(given.scale !== null && { scale: number(given.scale) }),
    },
    shape: query && value ? [...query.slice(0, -1), value.at(-1)!] : null,
  };
};

const binary = (signature: string, operation: OperationRow): ((tensor: string) => FunctionRow) => {
  return (tensor) => ({ signature: `${tensor}, ${signature}`, tensors: [tensor, 'other'], operation });
};

const softmaxOptions = 'dim=None, dtype=None, *rest, **options';

const elementwise: readonly [names: readonly string[], row: (tensor: string) => FunctionRow][] = [
  [['add', 'add_'], binary('other, *, alpha=1', sum(1))],
  [['sub', 'sub_', 'subtract'], binary('other, *, alpha=1', sum(-1))],
  [['mul', 'mul_', 'multiply'], binary('other', product)],
  [['div', 'div_', 'divide', 'true_divide'], binary('other, *, rounding_mode=None', quotient)],
  [['matmul', 'bmm', 'mm'], (tensor) => ({ ...binary('other', matmul)(tensor), weight: 'other' })],
  [['mv', 'dot', 'inner', 'outer', 'kron', 'chain_matmul'], binary('other', matmul)],
  [
    ['masked_fill', 'masked_fill_'],
    (tensor) => ({ signature: `${tensor}, mask, value`, tensors: [tensor], mask: 'mask', operation: maskedFill }),
  ],
  [['softmax'], (tensor) => ({ signature: `${tensor}, ${softmaxOptions}`, tensors: [tensor], operation: softmax })],
  [['log_softmax'], (tensor) => ({ signature: `${tensor}, ${softmaxOptions}`, tensors: [tensor], operation: logSoftmax })],
];

const undescribedNames = [
  ...['prod', 'cumsum', 'cumprod', 'log', 'log2', 'log1p', 'exp2', 'expm1'],
  ...['floor', 'ceil', 'round', 'sign', 'topk', 'sort', 'argsort', 'argmax', 'argmin', 'maximum', 'minimum'],
  ...['baddbmm', 'addcmul', 'addcdiv', 'lerp', 'logsumexp', 'scatter', 'scatter_add', 'index_add', 'cdist', 'multinomial'],
  ...[
    'fmod',
    'remainder',
    'atan2',
    'atan',
    'asin',
    'acos',
    'sinh',
    'cosh',
    'tan',
    'logit',
    'einsum_path',
    'cross',
    'median',
    'mode',
    'quantile',
    'renorm',
  ],
];

/** Answers to questions about entries: masks and indices, which carry no signal of their own. */
const questions = [
  ...[
    'eq',
    'ne',
    'lt',
    'le',
    'gt',
    'ge',
    'isnan',
    'isinf',
    'isfinite',
    'isclose',
    'logical_and',
    'logical_or',
    'logical_not',
    'logical_xor',
  ],
  ...['any', 'all', 'nonzero', 'argwhere', 'unique', 'bincount', 'searchsorted', 'bucketize', 'count_nonzero'],
];

/** Further operations of PyTorch without a formula here. */
const others = [
  ...[
    'meshgrid',
    'tensordot',
    'trace',
    'diag',
    'diag_embed',
    'inverse',
    'pinverse',
    'det',
    'matrix_exp',
    'matrix_power',
    'svd',
    'qr',
    'cholesky',
  ],
  ...[
    'stft',
    'istft',
    'erfc',
    'erfinv',
    'digamma',
    'lgamma',
    'log10',
    'hypot',
    'fmax',
    'fmin',
    'frac',
    'trunc',
    'fix',
    'sgn',
    'sinc',
    'xlogy',
  ],
  ...['nanmean', 'nansum', 'logcumsumexp', 'cummax', 'cummin', 'kthvalue', 'msort', 'float_power', 'floor_divide', 'dist'],
  ...[
    'masked_scatter',
    'index_fill',
    'index_put',
    'index_copy',
    'scatter_reduce',
    'rsub',
    'cov',
    'corrcoef',
    'vdot',
    'ger',
    'addmv',
    'addr',
    'addbmm',
  ],
];

/** As functions these are made of others (`library.ts`). */
const composed = ['addcmul', 'addcdiv', 'lerp'];

/** What has an entry for each of the input's. */
const entrywise: ReadonlySet<string> = new Set([
  ...['cumsum', 'cumprod', 'log', 'log2', 'log1p', 'exp2', 'expm1', 'floor', 'ceil', 'round', 'sign'],
  ...['atan', 'asin', 'acos', 'sinh', 'cosh', 'tan', 'logit'],
]);

const undescribedRow = (name: string, tensor: string): FunctionRow => ({
  signature: `${tensor}=None, *rest, **options`,
  tensors: [tensor, 'rest'],
  operation: ({ inputs }) => {
    const reason = `The operation '${name}' is not described by the theory used here.`;
    const shape = entrywise.has(name) ? inputs[0] : null;
    return shape ? { operation: { kind: 'opaque', reason, weightless: true }, shape } : reason;
  },
});

const f = 'torch.nn.functional';

export const combiningTables: Tables = {
  modules: {
    'torch.nn.Softmax': { signature: 'dim=None', tensors: [], operation: softmax },
    'torch.nn.Softmin': { signature: 'dim=None', tensors: [], operation: softmax },
    'torch.nn.LogSoftmax': { signature: 'dim=None', tensors: [], operation: logSoftmax },
    'torch.nn.Softmax2d': { signature: '', tensors: [], operation: softmax2d },
    'torch.nn.CosineSimilarity': {
      signature: 'dim=1, eps=1e-8',
      tensors: [],
      operation: undescribed('Cosine similarity is not described by the theory used here.'),
    },
    'torch.nn.PairwiseDistance': {
      signature: 'p=2.0, eps=1e-6, keepdim=False',
      tensors: [],
      operation: undescribed('A distance is not described by the theory used here.'),
    },
  },
  functions: {
    ...Object.fromEntries(elementwise.flatMap(([names, row]) => names.map((name) => [`torch.${name}`, row('input')]))),
    'torch.cat': { signature: 'tensors, dim=0', tensors: ['tensors'], operation: concatenate },
    'torch.stack': { signature: 'tensors, dim=0', tensors: ['tensors'], operation: stack },
    'torch.hstack': { signature: 'tensors', tensors: ['tensors'], operation: along(1) },
    'torch.vstack': { signature: 'tensors', tensors: ['tensors'], operation: along(0) },
    'torch.einsum': { signature: 'equation, *operands', tensors: ['operands'], weight: 'operands', operation: einsum },
    'torch.where': {
      signature: 'condition, input=None, other=None',
      tensors: ['input', 'other'],
      mask: 'condition',
      operation: whereMasked,
    },
    // Of sparse matrices the entries are known as little as those of others.
    ...named(['torch.spmm', 'torch.hspmm', 'torch.sparse.mm'], { ...binary('other', matmul)('input'), weight: 'other' }),
    'torch.addmm': {
      signature: 'input, mat1, mat2, *, beta=1, alpha=1, out=None',
      tensors: ['mat1', 'mat2'],
      weight: 'mat2',
      operation: addmm,
    },
    [`${f}.softmax`]: { signature: 'input, dim=None, _stacklevel=3, dtype=None', tensors: ['input'], operation: softmax },
    [`${f}.softmin`]: { signature: 'input, dim=None, _stacklevel=3, dtype=None', tensors: ['input'], operation: softmax },
    [`${f}.log_softmax`]: { signature: 'input, dim=None, _stacklevel=3, dtype=None', tensors: ['input'], operation: logSoftmax },
    [`${f}.gumbel_softmax`]: {
      signature: 'logits, tau=1, hard=False, eps=1e-10, dim=-1',
      tensors: ['logits'],
      operation: undescribed('Gumbel softmax draws its noise anew at each call: not described by the theory used here.'),
    },
    [`${f}.scaled_dot_product_attention`]: {
      signature: 'query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False',
      tensors: ['query', 'key', 'value'],
      mask: 'attn_mask',
      operation: attention,
    },
    [`${f}.multi_head_attention_forward`]: {
      signature: 'query, key, value, *rest, **options',
      tensors: ['query', 'key', 'value'],
      operation: ({ inputs: [query = null] }) => ({
        operation: { kind: 'attention', heads: null, causal: false },
        shape: query,
        outputs: [{ shape: query }, { shape: null }],
      }),
    },
    [`${f}.cosine_similarity`]: undescribedRow('cosine_similarity', 'x1'),
    [`${f}.pairwise_distance`]: undescribedRow('pairwise_distance', 'x1'),
    [`${f}.pdist`]: undescribedRow('pdist', 'input'),
    [`${f}.grid_sample`]: undescribedRow('grid_sample', 'input'),
    [`${f}.affine_grid`]: undescribedRow('affine_grid', 'theta'),
    [`${f}.one_hot`]: undescribedRow('one_hot', 'tensor'),
    [`${f}.conv_tbc`]: undescribedRow('conv_tbc', 'input'),
    ...Object.fromEntries(
      [...undescribedNames, ...questions, ...others]
        .filter((name) => !composed.includes(name))
        .map((name) => [`torch.${name}`, undescribedRow(name, 'input')]),
    ),
  },
  methods: {
    ...Object.fromEntries(elementwise.flatMap(([names, row]) => names.map((name) => [name, row('self')]))),
    ...Object.fromEntries([...undescribedNames, ...questions, ...others].map((name) => [name, undescribedRow(name, 'self')])),
  },
};

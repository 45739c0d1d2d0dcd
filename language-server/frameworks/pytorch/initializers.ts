import type { Argument, Arguments, CreatorRow, InitializerRow, ValueRow } from '../framework.js';

/**
 * `torch.nn.init.calculate_gain`.
 *
 * @throws RangeError for an activation that it does not know, as PyTorch raises ValueError
 */
function calculateGain(nonlinearity: Argument, parameter: Argument): number | undefined {
  if (typeof nonlinearity !== 'string') return undefined;
  switch (nonlinearity) {
    case 'linear':
    case 'identity':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
    case 'conv_transpose1d':
    case 'conv_transpose2d':
    case 'conv_transpose3d':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leaky_relu': {
      const slope = parameter === null ? 0.01 : parameter;
      return typeof slope === 'number' ? Math.sqrt(2 / (1 + slope * slope)) : undefined;
    }
    case 'selu':
      return 3 / 4;
    default:
      throw new RangeError(`calculate_gain does not know the nonlinearity '${nonlinearity}'.`);
  }
}

/** The fan that `mode` names; the gain that the nonlinearity asks for. */
const kaiming = (bound: Arguments): Arguments => {
  if (bound.mode !== undefined && bound.mode !== 'fan_in' && bound.mode !== 'fan_out')
    throw new RangeError(`The mode '${String(bound.mode)}' is neither fan_in nor fan_out.`);
  return { gain: calculateGain(bound.nonlinearity, bound.a) };
};

const byFan = "gain^2/(mode == 'fan_out' ? fanOut : fanIn)";

const rows: Readonly<Record<string, InitializerRow>> = {
  uniform_: { signature: 'tensor, a=0.0, b=1.0, generator=None', family: 'uniform', mean: '(a+b)/2', variance: '(b-a)^2/12' },
  normal_: { signature: 'tensor, mean=0.0, std=1.0, generator=None', family: 'normal', mean: 'mean', variance: 'std^2' },
  trunc_normal_: {
    signature: 'tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None',
    family: 'truncated-normal',
    mean: 'truncatedMean(mean, std, a, b)',
    variance: 'truncatedVariance(mean, std, a, b)',
    tells: ['mean', 'std', 'a', 'b'],
    source: 'The bounds are absolute, not multiples of std.',
  },
  constant_: {
    signature: 'tensor, val',
    family: ({ val }) => (val === 0 ? 'zeros' : val === 1 ? 'ones' : 'constant'),
    mean: 'val',
    variance: '0',
  },
  ones_: { signature: 'tensor', family: 'ones', mean: '1', variance: '0' },
  zeros_: { signature: 'tensor', family: 'zeros', variance: '0' },
  // Ones on the diagonal are not drawn: their share is the second moment of the entries, about the mean 0.
  eye_: {
    signature: 'tensor',
    family: 'identity',
    mean: '0',
    variance: 'min(rows, columns)/(rows*columns)',
    requires: [['dimensions == 2', 'eye_ needs a tensor with two dimensions.']],
  },
  dirac_: {
    signature: 'tensor, groups=1',
    family: 'dirac',
    mean: '0',
    variance: 'groups*min(rows/groups, channels)/(rows*columns)',
    requires: [
      ['dimensions >= 3 and dimensions <= 5', 'dirac_ needs a tensor with three to five dimensions.'],
      ['rows % groups == 0', 'dirac_ needs a number of groups that divides the output channels.'],
    ],
  },
  xavier_uniform_: {
    signature: 'tensor, gain=1.0, generator=None',
    family: 'uniform',
    variance: '2*gain^2/(fanIn+fanOut)',
    needsFans: true,
    source: 'Glorot & Bengio 2010',
  },
  xavier_normal_: {
    signature: 'tensor, gain=1.0, generator=None',
    family: 'normal',
    variance: '2*gain^2/(fanIn+fanOut)',
    needsFans: true,
    source: 'Glorot & Bengio 2010, eq. 12',
  },
  kaiming_uniform_: {
    signature: "tensor, a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None",
    family: 'uniform',
    prepare: kaiming,
    tells: ['a', 'nonlinearity'],
    variance: byFan,
    needsFans: true,
    source: 'He et al. 2015, arXiv:1502.01852, eq. 10',
  },
  kaiming_normal_: {
    signature: "tensor, a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None",
    family: 'normal',
    prepare: kaiming,
    tells: ['a', 'nonlinearity'],
    variance: byFan,
    needsFans: true,
    source: 'He et al. 2015, arXiv:1502.01852, eq. 10',
  },
  orthogonal_: {
    signature: 'tensor, gain=1, generator=None',
    family: 'orthogonal',
    variance: 'gain^2/max(rows, columns)',
    needsFans: true,
    source: 'Saxe et al. 2013, arXiv:1312.6120',
  },
  sparse_: {
    signature: 'tensor, sparsity, std=0.01, generator=None',
    family: 'sparse',
    variance: 'std^2*(1-ceil(sparsity*rows)/rows)',
    requires: [['dimensions == 2', 'sparse_ needs a tensor with two dimensions.']],
  },
};

/** What is drawn by a law that no family here names; its moments are known all the same. */
const drawn = (signature: string, mean: string, variance: string): InitializerRow => ({
  signature,
  family: 'unknown',
  mean,
  variance,
});

/** Rewrites a tensor in a way that is not followed. */
const unfollowed: InitializerRow = { signature: 'tensor, *args, **kwargs', family: 'unknown', mean: 'none', variance: 'none' };

/** In-place methods that rewrite a tensor. */
const methods: Readonly<Record<string, InitializerRow>> = {
  'Tensor.normal_': { ...rows.normal_!, signature: 'tensor, mean=0.0, std=1.0, *, generator=None' },
  'Tensor.uniform_': {
    signature: 'tensor, from=0.0, to=1.0, *, a=None, b=None, generator=None',
    family: 'uniform',
    mean: '(from+to)/2',
    variance: '(to-from)^2/12',
  },
  'Tensor.zero_': rows.zeros_!,
  'Tensor.fill_': { ...rows.constant_!, signature: 'tensor, val' },
  'Tensor.exponential_': drawn('tensor, lambd=1, *, generator=None', '1/lambd', '1/lambd^2'),
  'Tensor.bernoulli_': drawn('tensor, p=0.5, *, generator=None', 'p', 'p*(1-p)'),
  'Tensor.geometric_': drawn('tensor, p, *, generator=None', '1/p', '(1-p)/p^2'),
  'Tensor.mul_': {
    signature: 'tensor, other',
    family: 'unknown',
    variance: 'none',
    scales: ({ other }) => (typeof other === 'number' ? other : undefined),
  },
  'Tensor.div_': {
    signature: 'tensor, other, *, rounding_mode=None',
    family: 'unknown',
    variance: 'none',
    scales: ({ other }) => (typeof other === 'number' && other !== 0 ? 1 / other : undefined),
  },
  'Tensor.add_': {
    signature: 'tensor, other, *, alpha=1',
    family: 'unknown',
    variance: 'none',
    scales: ({ other }) => (other === 0 ? 1 : undefined),
  },
  'Tensor.copy_': { signature: 'tensor, src, non_blocking=False', family: 'unknown', variance: 'none', copies: 'src' },
  'Tensor.neg_': { signature: 'tensor', family: 'unknown', variance: 'none', scales: () => -1 },
  ...Object.fromEntries(
    [
      ...['sub_', 'clamp_', 'clip_', 'cauchy_', 'log_normal_', 'random_', 'erfinv_', 'pow_', 'sqrt_', 'abs_', 'addcmul_'],
      ...[
        'exp_',
        'log_',
        'fill_diagonal_',
        'index_fill_',
        'masked_fill_',
        'scatter_',
        'index_copy_',
        'set_',
        'triu_',
        'tril_',
        'lerp_',
      ],
    ].map((name) => [`Tensor.${name}`, unfollowed]),
  ),
};

/** Writes of functions in the library: the weight divided by its top singular value, s(√rows + √columns) for entries of deviation s. */
const normalizations: Readonly<Record<string, InitializerRow>> = {
  'torch.nn.utils.parametrize.spectral_norm': {
    signature: 'tensor',
    family: 'unknown',
    variance: '1/(sqrt(rows)+sqrt(columns))^2',
    source: 'Bai & Yin 1993: the top singular value of a random matrix',
  },
  // At first the weight is what it was: g starts as the norm of v (Salimans & Kingma 2016, arXiv:1602.07868, as PyTorch does it).
  'torch.nn.utils._calculate_from_norm_and_direction_': {
    signature: 'tensor',
    family: 'unknown',
    variance: 'none',
    recomputes: 'weight_norm',
  },
};

const prefixed = Object.entries(rows).map(([name, row]) => [`torch.nn.init.${name}`, row] as const);
/** Deprecated spellings without the underscore. */
const deprecated = prefixed
  .filter(([name]) => !/trunc|zeros|ones/.test(name))
  .map(([name, row]) => [name.slice(0, -1), row] as const);

export const initializers: Readonly<Record<string, InitializerRow>> = {
  ...Object.fromEntries([...prefixed, ...deprecated]),
  ...methods,
  ...normalizations,
};

export const values: Readonly<Record<string, ValueRow>> = {
  'torch.nn.init.calculate_gain': {
    signature: 'nonlinearity, param=None',
    float: true,
    value: ({ nonlinearity, param }) => calculateGain(nonlinearity, param),
  },
  'torch.Size': { signature: 'sizes=()', value: ({ sizes }) => sizes },
};

const creator = (family: CreatorRow['family'], mean: number | null, variance: number | null): CreatorRow => ({
  family,
  mean,
  variance,
  sizes: 'positional',
});
const like = (row: CreatorRow): CreatorRow => ({ ...row, sizes: 'like' });
const elsewhere = (row: CreatorRow): CreatorRow => ({ ...row, sizes: 'unknown' });
const normal = creator('normal', 0, 1);
const uniform = creator('uniform', 0.5, 1 / 12);
const zeros = creator('zeros', 0, 0);
const ones = creator('ones', 1, 0);
/** Memory that nothing was written to. */
const empty = creator('undefined', null, null);
const emptyOrData: CreatorRow = { ...empty, sizesOrData: true };
const full: CreatorRow = { ...creator('constant', 0, 0), fill: 'fill_value' };
/** Numbers that are written down or counted: they are what they are, but no law describes them. */
const given = elsewhere(creator('unknown', null, null));

/** One number, or a tensor that is known already. */
const contents: CreatorRow = { ...given, contents: true };

export const creators: Readonly<Record<string, CreatorRow>> = {
  'torch.randn': normal,
  'torch.rand': uniform,
  'torch.zeros': zeros,
  'torch.ones': ones,
  'torch.empty': empty,
  'torch.full': full,
  'torch.Tensor': emptyOrData,
  ...Object.fromEntries(
    ['Float', 'Double', 'Half', 'BFloat16'].flatMap((type) =>
      ['torch', 'torch.cuda'].map((place) => [`${place}.${type}Tensor`, emptyOrData] as const),
    ),
  ),
  'torch.randn_like': like(normal),
  'torch.rand_like': like(uniform),
  'torch.zeros_like': like(zeros),
  'torch.ones_like': like(ones),
  'torch.empty_like': like(empty),
  'torch.full_like': { ...like(full) },
  'torch.tensor': contents,
  'torch.as_tensor': contents,
  'torch.from_numpy': contents,
  'torch.normal': given,
  'torch.arange': { ...given, sizes: 'counted' },
  'torch.range': given,
  'torch.logspace': given,
  'torch.randint': { ...given, sizes: 'last' },
  'torch.randperm': given,
  'torch.bernoulli': given,
  'torch.LongTensor': given,
  'torch.tril_indices': given,
  'Tensor.new_zeros': zeros,
  'Tensor.new_ones': ones,
  'Tensor.new_empty': empty,
  'Tensor.new_full': full,
  'Tensor.new_tensor': contents,
  'Tensor.new': emptyOrData,
  'torch.triu_indices': given,
};

import type { FunctionRow, ModuleRow, OperationRow } from '../framework.js';
import { activation, elementwise, notDescribed } from './operations.js';

const gelu: OperationRow = (context) => activation(context.arguments.approximate === 'tanh' ? 'gelu_tanh' : 'gelu')(context);

/** One line an activation: module, its signature, function name, and what the theory calls it. */
interface ActivationRow {
  readonly module: string | null;
  readonly function: string | null;
  /** Parameters besides the input. */
  readonly signature: string;
  readonly operation: OperationRow;
  /** Further names of the function, full or as tensor method. */
  readonly also?: readonly string[];
}

const softmax = elementwise({ kind: 'softmax' });

const rows: readonly ActivationRow[] = [
  {
    module: 'ReLU',
    function: 'relu',
    signature: 'inplace=False',
    operation: activation('relu'),
    also: ['torch.relu', 'torch.relu_', 'torch.nn.functional.relu_', '.relu', '.relu_'],
  },
  {
    module: 'LeakyReLU',
    function: 'leaky_relu',
    signature: 'negative_slope=0.01, inplace=False',
    operation: activation('leaky_relu', { negative_slope: 'negative_slope' }),
    also: ['torch.nn.functional.leaky_relu_'],
  },
  {
    module: 'RReLU',
    function: 'rrelu',
    signature: 'lower=0.125, upper=0.3333333333333333, inplace=False',
    operation: activation('rrelu', { lower: 'lower', upper: 'upper' }),
  },
  { module: 'ReLU6', function: 'relu6', signature: 'inplace=False', operation: activation('relu6') },
  {
    module: 'ELU',
    function: 'elu',
    signature: 'alpha=1.0, inplace=False',
    operation: activation('elu', { alpha: 'alpha' }),
    also: ['torch.nn.functional.elu_'],
  },
  { module: 'CELU', function: 'celu', signature: 'alpha=1.0, inplace=False', operation: activation('celu', { alpha: 'alpha' }) },
  { module: 'SELU', function: 'selu', signature: 'inplace=False', operation: activation('selu'), also: ['torch.selu'] },
  { module: 'GELU', function: 'gelu', signature: "approximate='none'", operation: gelu },
  { module: 'SiLU', function: 'silu', signature: 'inplace=False', operation: activation('silu') },
  { module: 'Mish', function: 'mish', signature: 'inplace=False', operation: activation('mish') },
  {
    module: 'Softplus',
    function: 'softplus',
    signature: 'beta=1.0, threshold=20.0',
    operation: activation('softplus', { beta: 'beta' }),
  },
  { module: 'Softsign', function: 'softsign', signature: '', operation: activation('softsign') },
  {
    module: 'Tanh',
    function: 'tanh',
    signature: '',
    operation: activation('tanh'),
    also: ['torch.tanh', 'torch.tanh_', '.tanh', '.tanh_'],
  },
  {
    module: 'Sigmoid',
    function: 'sigmoid',
    signature: '',
    operation: activation('sigmoid'),
    also: ['torch.sigmoid', 'torch.special.expit', '.sigmoid', '.sigmoid_'],
  },
  {
    module: 'Hardtanh',
    function: 'hardtanh',
    signature: 'min_val=-1.0, max_val=1.0, inplace=False',
    operation: activation('hardtanh', { min_val: 'min_val', max_val: 'max_val' }),
  },
  { module: 'Hardsigmoid', function: 'hardsigmoid', signature: 'inplace=False', operation: activation('hardsigmoid') },
  { module: 'Hardswish', function: 'hardswish', signature: 'inplace=False', operation: activation('hardswish') },
  { module: 'LogSigmoid', function: 'logsigmoid', signature: '', operation: activation('logsigmoid') },
  { module: 'Tanhshrink', function: 'tanhshrink', signature: '', operation: activation('tanhshrink') },
  {
    module: 'Softshrink',
    function: 'softshrink',
    signature: 'lambd=0.5',
    operation: activation('softshrink', { lambd: 'lambd' }),
  },
  {
    module: 'Hardshrink',
    function: 'hardshrink',
    signature: 'lambd=0.5',
    operation: activation('hardshrink', { lambd: 'lambd' }),
  },
  {
    module: 'Threshold',
    function: 'threshold',
    signature: 'threshold, value, inplace=False',
    operation: activation('threshold', { threshold: 'threshold', value: 'value' }),
  },
  {
    module: 'Softmax',
    function: 'softmax',
    signature: 'dim=None, _stacklevel=3, dtype=None',
    operation: softmax,
    also: ['torch.softmax', '.softmax'],
  },
  { module: 'Softmin', function: 'softmin', signature: 'dim=None, _stacklevel=3, dtype=None', operation: softmax },
  { module: 'Softmax2d', function: null, signature: '', operation: softmax },
  {
    module: 'LogSoftmax',
    function: 'log_softmax',
    signature: 'dim=None, _stacklevel=3, dtype=None',
    operation: softmax,
    also: ['torch.log_softmax', '.log_softmax'],
  },
  { module: 'GLU', function: 'glu', signature: 'dim=-1', operation: notDescribed('A gated linear unit that splits its input') },
  { module: null, function: 'gumbel_softmax', signature: 'tau=1.0, hard=False, eps=1e-10, dim=-1', operation: softmax },
  { module: null, function: null, signature: '', operation: activation('erf'), also: ['torch.erf', 'torch.special.erf', '.erf'] },
  { module: null, function: null, signature: '', operation: activation('sin'), also: ['torch.sin', '.sin'] },
  { module: null, function: null, signature: '', operation: activation('cos'), also: ['torch.cos', '.cos'] },
  { module: null, function: null, signature: '', operation: activation('exponential'), also: ['torch.exp', '.exp'] },
  { module: null, function: null, signature: '', operation: activation('abs'), also: ['torch.abs', '.abs'] },
];

export const activationModules: Readonly<Record<string, ModuleRow>> = Object.fromEntries(
  rows.flatMap((row) =>
    row.module ? [[`torch.nn.${row.module}`, { signature: row.signature, tensors: [], operation: row.operation }]] : [],
  ),
);

const asFunction = (row: ActivationRow): FunctionRow => ({
  signature: row.signature === '' ? 'input, *, out=None' : `input, ${row.signature}`,
  tensors: ['input'],
  operation: row.operation,
});

export const activationFunctions: Readonly<Record<string, FunctionRow>> = Object.fromEntries(
  rows.flatMap((row) => [
    ...(row.function ? [[`torch.nn.functional.${row.function}`, asFunction(row)]] : []),
    ...(row.also ?? []).filter((name) => !name.startsWith('.')).map((name) => [name, asFunction(row)]),
  ]),
);

export const activationMethods: Readonly<Record<string, FunctionRow>> = Object.fromEntries(
  rows.flatMap((row) => (row.also ?? []).filter((name) => name.startsWith('.')).map((name) => [name.slice(1), asFunction(row)])),
);

/** PReLU has a slope to learn, which starts at 0.25. */
export const prelu: ModuleRow = {
  signature: 'num_parameters=1, init=0.25, device=None, dtype=None',
  tensors: [{ name: 'weight', shape: 'num_parameters', initial: { family: 'constant', mean: 'init', variance: '0' } }],
  role: 'slope',
  operation: activation('prelu', { negative_slope: 'init' }),
};

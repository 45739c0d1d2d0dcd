import type { Activation, Opaque } from '../../network/graph.js';
import type { Arguments, FunctionRow, ModuleRow, OperationContext, OperationRow } from '../framework.js';
import { number } from './arguments.js';
import { named, plain, sameShape, type Tables, unary } from './rows.js';

/** An elementwise function under all the names that PyTorch has for it. */
interface ActivationRow {
  /** Name in the theory. */
  readonly activation: string;
  /** Arguments after the tensor. */
  readonly signature: string;
  /** Which of them the theory takes, under the same name. */
  readonly parameters?: readonly string[];
  /** Class below `torch.nn`. */
  readonly module?: string;
  /** Function below `torch.nn.functional`, with its in-place twin where the name is in `inPlace`. */
  readonly functional?: string;
  /** Function below `torch` and method of tensors. */
  readonly plain?: string;
  readonly inPlace?: boolean;
}

const rows: readonly ActivationRow[] = [
  { activation: 'relu', signature: 'inplace=False', module: 'ReLU', functional: 'relu', plain: 'relu', inPlace: true },
  { activation: 'relu6', signature: 'inplace=False', module: 'ReLU6', functional: 'relu6' },
  {
    activation: 'leaky_relu',
    signature: 'negative_slope=0.01, inplace=False',
    parameters: ['negative_slope'],
    module: 'LeakyReLU',
    functional: 'leaky_relu',
    inPlace: true,
  },
  {
    activation: 'elu',
    signature: 'alpha=1.0, inplace=False',
    parameters: ['alpha'],
    module: 'ELU',
    functional: 'elu',
    inPlace: true,
  },
  {
    activation: 'celu',
    signature: 'alpha=1.0, inplace=False',
    parameters: ['alpha'],
    module: 'CELU',
    functional: 'celu',
    plain: 'celu',
    inPlace: true,
  },
  { activation: 'selu', signature: 'inplace=False', module: 'SELU', functional: 'selu', plain: 'selu', inPlace: true },
  { activation: 'silu', signature: 'inplace=False', module: 'SiLU', functional: 'silu' },
  { activation: 'mish', signature: 'inplace=False', module: 'Mish', functional: 'mish' },
  { activation: 'softplus', signature: 'beta=1, threshold=20', parameters: ['beta'], module: 'Softplus', functional: 'softplus' },
  { activation: 'softsign', signature: '', module: 'Softsign', functional: 'softsign' },
  { activation: 'tanh', signature: '', module: 'Tanh', functional: 'tanh', plain: 'tanh', inPlace: true },
  { activation: 'sigmoid', signature: '', module: 'Sigmoid', functional: 'sigmoid', plain: 'sigmoid', inPlace: true },
  {
    activation: 'hardtanh',
    signature: 'min_val=-1.0, max_val=1.0, inplace=False',
    parameters: ['min_val', 'max_val'],
    module: 'Hardtanh',
    functional: 'hardtanh',
    inPlace: true,
  },
  { activation: 'hardsigmoid', signature: 'inplace=False', module: 'Hardsigmoid', functional: 'hardsigmoid' },
  { activation: 'hardswish', signature: 'inplace=False', module: 'Hardswish', functional: 'hardswish' },
  { activation: 'logsigmoid', signature: '', module: 'LogSigmoid', functional: 'logsigmoid' },
  { activation: 'tanhshrink', signature: '', module: 'Tanhshrink', functional: 'tanhshrink' },
  { activation: 'softshrink', signature: 'lambd=0.5', parameters: ['lambd'], module: 'Softshrink', functional: 'softshrink' },
  {
    activation: 'hardshrink',
    signature: 'lambd=0.5',
    parameters: ['lambd'],
    module: 'Hardshrink',
    functional: 'hardshrink',
    plain: 'hardshrink',
  },
  {
    activation: 'threshold',
    signature: 'threshold, value, inplace=False',
    parameters: ['threshold', 'value'],
    module: 'Threshold',
    functional: 'threshold',
    plain: 'threshold',
    inPlace: true,
  },
  { activation: 'erf', signature: '', plain: 'erf', inPlace: true },
  { activation: 'sin', signature: '', plain: 'sin', inPlace: true },
  { activation: 'cos', signature: '', plain: 'cos', inPlace: true },
  { activation: 'exponential', signature: '', plain: 'exp', inPlace: true },
  { activation: 'abs', signature: '', plain: 'abs', inPlace: true },
];

/** The operation of an activation; unknown parameters stop the signal instead of taking the default. */
function activate(activation: string, names: readonly string[] = []): OperationRow {
  return sameShape((bound) => activationOf(activation, names, bound));
}

function activationOf(activation: string, names: readonly string[], bound: Arguments): Activation | string {
  const values = names.map((name) => [name, number(bound[name])] as const);
  const missing = values.find(([, value]) => value === null);
  if (missing) return `The ${missing[0]} of ${activation} is not known.`;
  return { kind: 'activation', activation, parameters: Object.fromEntries(values) as Record<string, number> };
}

/** GELU in the form that `approximate` names. */
const gelu = sameShape((bound) =>
  bound.approximate === undefined
    ? 'The form of GELU is not known.'
    : { kind: 'activation', activation: bound.approximate === 'tanh' ? 'gelu_tanh' : 'gelu', parameters: {} },
);

/** Randomized leaky ReLU: slopes are drawn in training and are the middle of the interval otherwise. Xu et al. 2015, arXiv:1505.00853. */
function randomizedSlope(bound: Arguments, training: boolean): Activation | string {
  const found = activationOf('rrelu', ['lower', 'upper'], bound);
  if (typeof found === 'string' || training) return found;
  const { lower = 0, upper = 0 } = found.parameters;
  return { kind: 'activation', activation: 'leaky_relu', parameters: { negative_slope: (lower + upper) / 2 } };
}

/** PReLU at its slope's value at initialization. He et al. 2015, arXiv:1502.01852. */
function learnedSlope({ layer, parameters }: OperationContext): Activation | string {
  const slope = number((parameters?.weight ?? layer?.weight)?.writes.at(-1)?.mean ?? undefined);
  return slope === null
    ? 'The slope of prelu is not known.'
    : { kind: 'activation', activation: 'prelu', parameters: { negative_slope: slope } };
}

const prelu: ModuleRow = {
  signature: 'num_parameters=1, init=0.25, device=None, dtype=None',
  tensors: [{ name: 'weight', shape: 'num_parameters', initial: { family: 'constant', mean: 'init', variance: '0' } }],
  role: 'slope',
  operation: sameShape((_, context) => learnedSlope(context)),
};

/** Clipping: the cases that are activations of their own. */
const clamp = sameShape((bound): Activation | Opaque | string => {
  const low = bound.min === null ? null : number(bound.min);
  const high = bound.max === null ? null : number(bound.max);
  if ((bound.min !== null && low === null) || (bound.max !== null && high === null))
    return 'The bounds of this clamp are not known.';
  if (low === 0 && high === null) return { kind: 'activation', activation: 'relu', parameters: {} };
  if (low === 0 && high === 6) return { kind: 'activation', activation: 'relu6', parameters: {} };
  if (low !== null && high !== null)
    return { kind: 'activation', activation: 'hardtanh', parameters: { min_val: low, max_val: high } };
  if (high !== null) return { kind: 'activation', activation: 'clamp_max', parameters: { max: high } };
  if (low === null) return 'A clamp without bounds is none.';
  // Something small below keeps a divisor from 0.
  if (Math.abs(low) > 0.01) return { kind: 'activation', activation: 'clamp_min', parameters: { min: low } };
  const reason = 'A clamp just above 0 is not described by the theory used here.';
  return { kind: 'opaque', reason, weightless: true, calculation: { what: 'floor', at: low } };
});

function modulesOf({ module, signature, activation, parameters }: ActivationRow): [string, ModuleRow][] {
  return module ? [[`torch.nn.${module}`, plain(signature, activate(activation, parameters))]] : [];
}

function functionsOf({
  functional,
  plain: name,
  signature,
  activation,
  parameters,
  inPlace,
}: ActivationRow): [string, FunctionRow][] {
  const row = unary(signature, activate(activation, parameters));
  const names = [
    ...(functional ? [`torch.nn.functional.${functional}`] : []),
    ...(name ? [`torch.${name}`, `torch.special.${name}`] : []),
  ];
  return names.flatMap((full): [string, FunctionRow][] =>
    inPlace
      ? [
          [full, row],
          [`${full}_`, row],
        ]
      : [[full, row]],
  );
}

function methodsOf({ plain: name, signature, activation, parameters, inPlace }: ActivationRow): [string, FunctionRow][] {
  if (!name) return [];
  const row = unary(signature, activate(activation, parameters), 'self');
  return inPlace
    ? [
        [name, row],
        [`${name}_`, row],
      ]
    : [[name, row]];
}

const clampedBelow = unary('min', (context) => clamp({ ...context, arguments: { ...context.arguments, max: null } }));

const clampNames = ['clamp', 'clamp_', 'clip', 'clip_'];

export const activationTables: Tables = {
  modules: {
    ...Object.fromEntries(rows.flatMap(modulesOf)),
    'torch.nn.Hardtanh': {
      ...plain(
        'min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None',
        activate('hardtanh', ['min_val', 'max_val']),
      ),
      // The older names rule where they are given.
      prepare: ({ min_val, max_val, min_value, max_value }) => ({ min_val: min_value ?? min_val, max_val: max_value ?? max_val }),
      attributes: { min_val: 'min_val', max_val: 'max_val' },
    },
    'torch.nn.GELU': plain("approximate='none'", gelu),
    'torch.nn.RReLU': plain(
      'lower=0.125, upper=0.3333333333333333, inplace=False',
      sameShape((bound) => randomizedSlope(bound, true)),
    ),
    'torch.nn.PReLU': prelu,
  },
  functions: {
    ...Object.fromEntries(rows.flatMap(functionsOf)),
    'torch.nn.functional.gelu': unary("approximate='none'", gelu),
    ...named(
      ['torch.nn.functional.rrelu', 'torch.nn.functional.rrelu_', 'torch.rrelu'],
      unary(
        'lower=0.125, upper=0.3333333333333333, training=False, inplace=False',
        sameShape((bound) => randomizedSlope(bound, bound.training !== false)),
      ),
    ),
    ...named(
      ['torch.nn.functional.prelu', 'torch.prelu'],
      unary(
        'weight',
        sameShape((_, context) => learnedSlope(context)),
      ),
    ),
    ...named(
      clampNames.map((name) => `torch.${name}`),
      unary('min=None, max=None', clamp),
    ),
    ...named(['torch.clamp_min', 'torch.clamp_min_'], clampedBelow),
    'torch.special.expit': unary('', activate('sigmoid')),
  },
  methods: {
    ...Object.fromEntries(rows.flatMap(methodsOf)),
    ...named(clampNames, unary('min=None, max=None', clamp, 'self')),
    ...named(['clamp_min', 'clamp_min_'], { ...clampedBelow, signature: 'self, min', tensors: ['self'] }),
    prelu: unary(
      'weight',
      sameShape((_, context) => learnedSlope(context)),
      'self',
    ),
  },
};

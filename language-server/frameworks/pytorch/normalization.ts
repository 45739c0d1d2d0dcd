import type { Normalization, Parameter } from '../../network/graph.js';
import type { Quantity } from '../../network/quantity.js';
import type { FunctionRow, ModuleRow, OperationRow, TensorRow } from '../framework.js';
import { axisOf, number, quantity } from './arguments.js';
import { named, sameShape, type Tables, unary } from './rows.js';

const one = { family: 'ones', mean: '1', variance: '0' } as const;
const zero = { family: 'zeros', mean: '0', variance: '0' } as const;

function scaleAndShift(shape: string, when: string, biasWhen = when): readonly TensorRow[] {
  return [
    { name: 'weight', shape, when, initial: one },
    { name: 'bias', shape, when: biasWhen, initial: zero },
  ];
}

function normalize(variant: Normalization['variant'], groups: string | null = null): OperationRow {
  return sameShape((bound, { layer, parameters }) =>
    node(
      variant,
      parameters?.weight ?? layer?.weight ?? null,
      parameters?.bias ?? layer?.bias ?? null,
      // RMSNorm without an epsilon takes the smallest step of the dtype, float32 by default.
      number(bound.eps) ?? (bound.eps === null ? 2 ** -23 : 1e-5),
      groups === null ? null : quantity(bound[groups]),
    ),
  );
}

function node(
  variant: Normalization['variant'],
  weight: Parameter | null,
  bias: Parameter | null,
  epsilon: number,
  groups: Quantity | null,
): Normalization {
  return { kind: 'normalization', variant, weight, bias, epsilon, groups };
}

const options = 'eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None';
const instanceOptions = 'eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None';

const statistics: ModuleRow['buffers'] = {
  when: 'track_running_stats',
  values: { running_mean: 0, running_var: 1, num_batches_tracked: 0 },
};

const batch: ModuleRow = {
  signature: `num_features, ${options}`,
  tensors: scaleAndShift('num_features', 'affine'),
  role: 'normalization',
  operation: normalize('batch'),
  buffers: statistics,
  bases: ['torch.nn.modules.batchnorm._BatchNorm'],
};

const instance: ModuleRow = {
  signature: `num_features, ${instanceOptions}`,
  tensors: scaleAndShift('num_features', 'affine'),
  role: 'normalization',
  operation: normalize('instance'),
  buffers: statistics,
  bases: ['torch.nn.modules.instancenorm._InstanceNorm'],
};

const lazy = (row: ModuleRow, signature: string, base: string): ModuleRow => ({
  ...row,
  signature,
  lazy: 'num_features',
  bases: [base],
});

const layer: ModuleRow = {
  signature: 'normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None',
  tensors: scaleAndShift('*normalized_shape', 'elementwise_affine', 'elementwise_affine and bias'),
  role: 'normalization',
  prepare: (bound) => ({
    normalized_shape: Array.isArray(bound.normalized_shape) ? bound.normalized_shape : [bound.normalized_shape],
  }),
  attributes: { normalized_shape: 'normalized_shape' },
  operation: normalize('layer'),
};

const rms: ModuleRow = {
  ...layer,
  signature: 'normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None',
  tensors: [{ name: 'weight', shape: '*normalized_shape', when: 'elementwise_affine', initial: one }],
  operation: normalize('rms'),
};

const group: ModuleRow = {
  signature: 'num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None',
  tensors: scaleAndShift('num_channels', 'affine'),
  role: 'normalization',
  requires: [['num_channels % num_groups == 0', 'num_channels must be divisible by num_groups.']],
  operation: normalize('group', 'num_groups'),
};

/** x/‖x‖ along one dimension. */
const vector = sameShape((bound, { inputs }) => {
  if (number(bound.p) !== 2) return 'Only the division by the Euclidean norm is described by the theory used here.';
  const input = inputs[0] ?? null;
  const axis = input && axisOf(bound.dim, input.length);
  return { ...node('vector', null, null, 0, null), entries: input && axis !== null ? input[axis]! : null };
});

const localResponse: OperationRow = normalize('local-response');

const functions: Readonly<Record<string, FunctionRow>> = {
  'torch.nn.functional.batch_norm': unary(
    'running_mean=None, running_var=None, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5',
    normalize('batch'),
  ),
  'torch.nn.functional.instance_norm': unary(
    'running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5',
    normalize('instance'),
  ),
  'torch.nn.functional.group_norm': unary('num_groups, weight=None, bias=None, eps=1e-5', normalize('group', 'num_groups')),
  'torch.nn.functional.normalize': unary('p=2.0, dim=1, eps=1e-12, out=None', vector),
  'torch.nn.functional.local_response_norm': unary('size, alpha=1e-4, beta=0.75, k=1.0', localResponse),
  ...named(
    ['torch.nn.functional.layer_norm', 'torch.layer_norm'],
    unary('normalized_shape, weight=None, bias=None, eps=1e-5', normalize('layer')),
  ),
  ...named(
    ['torch.nn.functional.rms_norm', 'torch.rms_norm'],
    unary('normalized_shape, weight=None, eps=None', normalize('rms')),
  ),
};

export const normalizationTables: Tables = {
  modules: {
    ...named(['torch.nn.BatchNorm1d', 'torch.nn.BatchNorm2d', 'torch.nn.BatchNorm3d'], batch),
    'torch.nn.SyncBatchNorm': {
      ...batch,
      signature:
        'num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, process_group=None, device=None, dtype=None',
    },
    ...named(['torch.nn.InstanceNorm1d', 'torch.nn.InstanceNorm2d', 'torch.nn.InstanceNorm3d'], instance),
    ...Object.fromEntries(
      [1, 2, 3].flatMap((n): [string, ModuleRow][] => [
        [`torch.nn.LazyBatchNorm${n}d`, lazy(batch, options, `torch.nn.BatchNorm${n}d`)],
        [`torch.nn.LazyInstanceNorm${n}d`, lazy(instance, options, `torch.nn.InstanceNorm${n}d`)],
      ]),
    ),
    'torch.nn.LayerNorm': layer,
    'torch.nn.RMSNorm': rms,
    'torch.nn.GroupNorm': group,
    ...named(['torch.nn.LocalResponseNorm', 'torch.nn.CrossMapLRN2d'], {
      signature: 'size, alpha=1e-4, beta=0.75, k=1.0',
      tensors: [],
      operation: localResponse,
    }),
    // Statistics 0 and 1, scale 1 and shift 0 are constants here: at initialization the identity up to eps.
    'torchvision.ops.FrozenBatchNorm2d': {
      signature: 'num_features, eps=1e-5',
      tensors: [],
      operation: sameShape(() => ({ kind: 'reshape' })),
    },
  },
  functions,
};

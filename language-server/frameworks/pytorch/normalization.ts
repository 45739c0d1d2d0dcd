import type { ModuleRow } from '../framework.js';
import { normalization, notDescribed, sameShape } from './operations.js';

const affine = (size: string, when: string, withBias = 'true'): ModuleRow['tensors'] => [
  { name: 'weight', shape: size, when, initial: { family: 'ones', mean: '1', variance: '0' } },
  { name: 'bias', shape: size, when: `${when} and ${withBias}`, initial: { family: 'zeros', variance: '0' } },
];

const batch = (bases: readonly string[]): ModuleRow => ({
  signature: 'num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None',
  tensors: affine('num_features', 'affine'),
  role: 'normalization',
  bases,
  operation: normalization('batch'),
});

const instance = (): ModuleRow => ({
  ...batch(['torch.nn.modules.instancenorm._InstanceNorm', 'torch.nn.modules.batchnorm._NormBase']),
  signature: 'num_features, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None',
  operation: normalization('instance'),
});

const batchBases = ['torch.nn.modules.batchnorm._BatchNorm', 'torch.nn.modules.batchnorm._NormBase'];

/** Layers that rescale to unit second moment. Affine parameters start at 1 and 0. */
export const normalizationLayers: Readonly<Record<string, ModuleRow>> = {
  'torch.nn.BatchNorm1d': batch(batchBases),
  'torch.nn.BatchNorm2d': batch(batchBases),
  'torch.nn.BatchNorm3d': batch(batchBases),
  'torch.nn.SyncBatchNorm': { ...batch(batchBases), signature: `${batch([]).signature}, process_group=None` },
  'torch.nn.LazyBatchNorm1d': { ...batch(batchBases), signature: batch([]).signature.replace('num_features, ', '') },
  'torch.nn.LazyBatchNorm2d': { ...batch(batchBases), signature: batch([]).signature.replace('num_features, ', '') },
  'torch.nn.LazyBatchNorm3d': { ...batch(batchBases), signature: batch([]).signature.replace('num_features, ', '') },
  'torch.nn.InstanceNorm1d': instance(),
  'torch.nn.InstanceNorm2d': instance(),
  'torch.nn.InstanceNorm3d': instance(),
  'torch.nn.LayerNorm': {
    signature: 'normalized_shape, eps=1e-05, elementwise_affine=True, bias=True, device=None, dtype=None',
    tensors: affine('*normalized_shape', 'elementwise_affine', 'bias'),
    prepare: ({ normalized_shape: shape }) => ({
      normalized_shape: Array.isArray(shape) || shape === undefined ? shape : [shape],
    }),
    role: 'normalization',
    operation: normalization('layer'),
  },
  'torch.nn.RMSNorm': {
    signature: 'normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None',
    tensors: affine('*normalized_shape', 'elementwise_affine').slice(0, 1),
    prepare: ({ normalized_shape: shape }) => ({
      normalized_shape: Array.isArray(shape) || shape === undefined ? shape : [shape],
    }),
    role: 'normalization',
    operation: normalization('rms'),
  },
  'torch.nn.GroupNorm': {
    signature: 'num_groups, num_channels, eps=1e-05, affine=True, device=None, dtype=None',
    tensors: affine('num_channels', 'affine'),
    role: 'normalization',
    operation: normalization('group', ({ num_groups }) => num_groups),
  },
  'torch.nn.LocalResponseNorm': {
    signature: 'size, alpha=0.0001, beta=0.75, k=1.0',
    tensors: [],
    operation: normalization('local-response'),
  },
  'torch.nn.CrossMapLRN2d': {
    signature: 'size, alpha=0.0001, beta=0.75, k=1',
    tensors: [],
    operation: normalization('local-response'),
  },
  'torchvision.ops.FrozenBatchNorm2d': {
    signature: 'num_features, eps=1e-05',
    tensors: [],
    operation: notDescribed('Batch normalization with frozen statistics', sameShape),
  },
};

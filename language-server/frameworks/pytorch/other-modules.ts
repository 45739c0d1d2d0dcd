import type { ModuleRow, OperationRow } from '../framework.js';
import { adaptivePooling, dropout, elementwise, flatten, notDescribed, pooling, reshape } from './operations.js';

const module = (signature: string, operation: OperationRow, bases?: readonly string[]): ModuleRow =>
  bases ? { signature, tensors: [], operation, bases } : { signature, tensors: [], operation };

const dropoutBases = ['torch.nn.modules.dropout._DropoutNd'];
const maxSignature = 'kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False';
const averageSignature = 'kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None';

/** Modules without weights: dropout, pooling, rearranging, padding, resampling, losses. */
export const otherModules: Readonly<Record<string, ModuleRow>> = {
  'torch.nn.Identity': module('*args, **kwargs', reshape()),
  'torch.nn.Flatten': module('start_dim=1, end_dim=-1', flatten),
  'torch.nn.Unflatten': module(
    'dim, unflattened_size',
    reshape(() => null),
  ),
  'torch.nn.Dropout': module('p=0.5, inplace=False', dropout('element'), dropoutBases),
  'torch.nn.Dropout1d': module('p=0.5, inplace=False', dropout('channel'), dropoutBases),
  'torch.nn.Dropout2d': module('p=0.5, inplace=False', dropout('channel'), dropoutBases),
  'torch.nn.Dropout3d': module('p=0.5, inplace=False', dropout('channel'), dropoutBases),
  'torch.nn.AlphaDropout': module('p=0.5, inplace=False', dropout('alpha'), dropoutBases),
  'torch.nn.FeatureAlphaDropout': module('p=0.5, inplace=False', dropout('alpha'), dropoutBases),
  'torchvision.ops.StochasticDepth': module('p, mode', dropout('path')),
  'torchvision.ops.DropBlock2d': module('p, block_size, inplace=False, eps=1e-06', dropout('element')),
  'torchvision.ops.DropBlock3d': module('p, block_size, inplace=False, eps=1e-06', dropout('element')),
  'torchvision.ops.Permute': module('dims', ({ arguments: { dims }, inputs }) => {
    const input = inputs[0] ?? null;
    const order = Array.isArray(dims) ? dims : [];
    const shape =
      input && order.length === input.length && order.every((one) => typeof one === 'number')
        ? order.map((one) => input[one as number] ?? 1)
        : null;
    return { operation: { kind: 'reshape' }, shape };
  }),
  ...Object.fromEntries(
    [1, 2, 3].flatMap((dimensions): [string, ModuleRow][] => [
      [
        `torch.nn.MaxPool${dimensions}d`,
        module(maxSignature, pooling('max', dimensions), ['torch.nn.modules.pooling._MaxPoolNd']),
      ],
      [
        `torch.nn.AvgPool${dimensions}d`,
        module(averageSignature, pooling('average', dimensions), ['torch.nn.modules.pooling._AvgPoolNd']),
      ],
      [
        `torch.nn.AdaptiveAvgPool${dimensions}d`,
        module('output_size', adaptivePooling('average', dimensions), ['torch.nn.modules.pooling._AdaptiveAvgPoolNd']),
      ],
      [`torch.nn.AdaptiveMaxPool${dimensions}d`, module('output_size, return_indices=False', adaptivePooling('max', dimensions))],
      [
        `torch.nn.LPPool${dimensions}d`,
        module('norm_type, kernel_size, stride=None, ceil_mode=False', notDescribed('Power-average pooling')),
      ],
      [`torch.nn.MaxUnpool${dimensions}d`, module('kernel_size, stride=None, padding=0', notDescribed('Unpooling'))],
      [
        `torch.nn.ZeroPad${dimensions}d`,
        module(
          'padding',
          reshape(() => null),
        ),
      ],
      [
        `torch.nn.ReflectionPad${dimensions}d`,
        module(
          'padding',
          reshape(() => null),
        ),
      ],
      [
        `torch.nn.ReplicationPad${dimensions}d`,
        module(
          'padding',
          reshape(() => null),
        ),
      ],
      [
        `torch.nn.CircularPad${dimensions}d`,
        module(
          'padding',
          reshape(() => null),
        ),
      ],
      [
        `torch.nn.ConstantPad${dimensions}d`,
        module(
          'padding, value',
          reshape(() => null),
        ),
      ],
    ]),
  ),
  'torch.nn.FractionalMaxPool2d': module(
    'kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None',
    notDescribed('Fractional pooling'),
  ),
  'torch.nn.Upsample': module(
    "size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None",
    ({ arguments: { mode } }) =>
      mode === 'nearest'
        ? { operation: { kind: 'reshape' }, shape: null }
        : 'Interpolation between positions is not described by the theory used here.',
  ),
  'torch.nn.UpsamplingNearest2d': module(
    'size=None, scale_factor=None',
    reshape(() => null),
  ),
  'torch.nn.UpsamplingBilinear2d': module('size=None, scale_factor=None', notDescribed('Interpolation between positions')),
  'torch.nn.PixelShuffle': module(
    'upscale_factor',
    reshape(() => null),
  ),
  'torch.nn.PixelUnshuffle': module(
    'downscale_factor',
    reshape(() => null),
  ),
  'torch.nn.ChannelShuffle': module('groups', reshape()),
  'torch.nn.Fold': module(
    'output_size, kernel_size, dilation=1, padding=0, stride=1',
    notDescribed('Folding of overlapping patches'),
  ),
  'torch.nn.Unfold': module(
    'kernel_size, dilation=1, padding=0, stride=1',
    reshape(() => null),
  ),
  'torch.nn.CosineSimilarity': module('dim=1, eps=1e-08', notDescribed('Cosine similarity')),
  'torch.nn.PairwiseDistance': module('p=2.0, eps=1e-06, keepdim=False', notDescribed('A distance between tensors')),
  'torch.nn.AdaptiveLogSoftmaxWithLoss': module(
    'in_features, n_classes, cutoffs, div_value=4.0, head_bias=False',
    notDescribed('An adaptive softmax'),
  ),
  ...Object.fromEntries(
    [
      'L1Loss',
      'MSELoss',
      'CrossEntropyLoss',
      'NLLLoss',
      'BCELoss',
      'BCEWithLogitsLoss',
      'KLDivLoss',
      'SmoothL1Loss',
      'HuberLoss',
      'CTCLoss',
      'PoissonNLLLoss',
      'GaussianNLLLoss',
      'HingeEmbeddingLoss',
      'MarginRankingLoss',
      'MultiLabelMarginLoss',
      'SoftMarginLoss',
      'MultiLabelSoftMarginLoss',
      'CosineEmbeddingLoss',
      'MultiMarginLoss',
      'TripletMarginLoss',
      'TripletMarginWithDistanceLoss',
      'NLLLoss2d',
    ].map((name) => [
      `torch.nn.${name}`,
      module('*args, **kwargs', elementwise({ kind: 'opaque', reason: 'A loss is not part of the model.' })),
    ]),
  ),
};

import type { Operation } from '../../network/graph.js';
import type { Arguments } from '../framework.js';
import { quantity } from './arguments.js';
import { named, plain, sameShape, type Tables, unary } from './rows.js';

type Variant = Extract<Operation, { kind: 'dropout' }>['variant'];

function drop(variant: Variant, { p, training }: Arguments): Operation {
  // Training is what a default run does, so only an explicit False switches dropout off.
  return training === false ? { kind: 'reshape' } : { kind: 'dropout', variant, rate: quantity(p) };
}

const module = (variant: Variant, signature = 'p=0.5, inplace=False') =>
  plain(
    signature,
    sameShape((bound) => drop(variant, bound)),
  );

const function_ = (variant: Variant, training: 'True' | 'False') =>
  unary(
    `p=0.5, training=${training}, inplace=False`,
    sameShape((bound) => drop(variant, bound)),
  );

const functional = 'torch.nn.functional';

export const dropoutTables: Tables = {
  modules: {
    'torch.nn.Dropout': module('element'),
    ...named(['torch.nn.Dropout1d', 'torch.nn.Dropout2d', 'torch.nn.Dropout3d'], module('channel')),
    ...named(['torch.nn.AlphaDropout', 'torch.nn.FeatureAlphaDropout'], module('alpha')),
    // Huang et al. 2016, arXiv:1603.09382: a whole residual branch is dropped.
    'torchvision.ops.StochasticDepth': module('path', 'p, mode'),
    'timm.layers.drop.DropPath': { ...module('path', 'drop_prob=0.0, scale_by_keep=True'), attributes: { p: 'drop_prob' } },
    ...named(
      ['torchvision.ops.DropBlock2d', 'torchvision.ops.DropBlock3d'],
      module('channel', 'p, block_size, inplace=False, eps=1e-6'),
    ),
  },
  functions: {
    ...named([`${functional}.dropout`, 'torch.dropout', 'torch.dropout_'], function_('element', 'True')),
    ...named([`${functional}.dropout1d`, `${functional}.dropout2d`, `${functional}.dropout3d`], function_('channel', 'True')),
    ...named(['torch.feature_dropout', 'torch.feature_dropout_'], function_('channel', 'True')),
    ...named(
      [`${functional}.alpha_dropout`, `${functional}.feature_alpha_dropout`, 'torch.alpha_dropout'],
      function_('alpha', 'False'),
    ),
    'torchvision.ops.stochastic_depth': unary(
      'p, mode, training=True',
      sameShape((bound) => drop('path', bound)),
    ),
    ...named(
      ['torchvision.ops.drop_block2d', 'torchvision.ops.drop_block3d'],
      unary(
        'p, block_size, inplace=False, eps=1e-6, training=True',
        sameShape((bound) => drop('channel', bound)),
      ),
    ),
  },
};

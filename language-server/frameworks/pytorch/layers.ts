import type { Argument, Arguments, InitialRow, ModuleRow, TensorRow } from '../framework.js';
import { bilinear, convolution, dense, embedding, transposedConvolution } from './operations.js';

/** `kaiming_uniform_(a=√5)` on the weight and U(±1/√fan_in) on the bias, hence σ_w² = 1/3 and σ_b² = 1/(3·fan_in). */
const byFanIn: InitialRow = { family: 'uniform', variance: '1/(3*fanIn)' };
const options = 'device=None, dtype=None';

const tensor = (name: string, shape: string, initial: InitialRow, when?: string): TensorRow =>
  when ? { name, shape, initial, when } : { name, shape, initial };

const pair =
  (dimensions: number) =>
  (bound: Arguments): Arguments => {
    const kernel: Argument = bound.kernel_size;
    const expand = (value: Argument): Argument =>
      Array.isArray(value) || value === undefined ? value : Array.from({ length: dimensions }, () => value);
    return { kernel_size: expand(kernel), stride: expand(bound.stride), dilation: expand(bound.dilation) };
  };

function convolutionRow(dimensions: number, lazy: boolean): ModuleRow {
  return {
    signature: `${lazy ? '' : 'in_channels, '}out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', ${options}`,
    tensors: [
      tensor('weight', 'out_channels, in_channels/groups, *kernel_size', byFanIn),
      tensor('bias', 'out_channels', byFanIn, 'bias'),
    ],
    prepare: pair(dimensions),
    requires: [
      ['in_channels/groups == floor(in_channels/groups)', 'in_channels must be divisible by groups.'],
      ['out_channels/groups == floor(out_channels/groups)', 'out_channels must be divisible by groups.'],
    ],
    role: 'linear',
    bases: ['torch.nn.modules.conv._ConvNd'],
    operation: convolution(dimensions),
    source: 'kaiming_uniform_(a=√5), hence σ_w² = 1/3',
  };
}

/** The weight is stored (in, out/groups, …), so that the framework's fan-in is the output side. */
function transposedRow(dimensions: number): ModuleRow {
  return {
    signature: `in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, padding_mode='zeros', ${options}`,
    tensors: [
      tensor('weight', 'in_channels, out_channels/groups, *kernel_size', byFanIn),
      tensor('bias', 'out_channels', byFanIn, 'bias'),
    ],
    prepare: pair(dimensions),
    // Each output position sees one stride-th of the taps of each dimension on average.
    summands: 'in_channels/groups*prod(kernel_size)/prod(stride)',
    role: 'linear',
    bases: ['torch.nn.modules.conv._ConvTransposeNd', 'torch.nn.modules.conv._ConvNd'],
    operation: transposedConvolution(dimensions),
    source: 'kaiming_uniform_(a=√5) with fan_in = out_channels/groups · kernel',
  };
}

const byHidden: InitialRow = { family: 'uniform', variance: '1/(3*hidden_size)' };

/** Recurrent layers draw every tensor from U(±1/√hidden_size). */
function recurrentRow(cell: 'rnn' | 'lstm' | 'gru', signature: string, stacked: boolean): ModuleRow {
  const gates = cell === 'lstm' ? 4 : cell === 'gru' ? 3 : 1;
  const suffix = stacked ? '_l0' : '';
  const biasArgument = 'bias';
  const tensors: TensorRow[] = [
    tensor(`weight_ih${suffix}`, `${gates}*hidden_size, input_size`, byHidden),
    tensor(`weight_hh${suffix}`, `${gates}*hidden_size, hidden_size`, byHidden),
    tensor(`bias_ih${suffix}`, `${gates}*hidden_size`, byHidden, biasArgument),
    tensor(`bias_hh${suffix}`, `${gates}*hidden_size`, byHidden, biasArgument),
  ];
  return {
    signature,
    tensors,
    role: 'recurrent',
    bases: [stacked ? 'torch.nn.modules.rnn.RNNBase' : 'torch.nn.modules.rnn.RNNCellBase'],
    source: 'U(±1/√hidden_size)',
    operation: ({ layer }) => {
      if (!layer) return 'The weights of this layer are not known.';
      const output = { shape: null };
      const operation = { kind: 'recurrent', cell, layer } as const;
      if (stacked) return { operation, shape: null, outputs: cell === 'lstm' ? [output, [output, output]] : [output, output] };
      return cell === 'lstm' ? { operation, shape: null, outputs: [output, output] } : { operation, shape: null };
    },
  };
}

const stackedSignature = `input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False, proj_size=0, ${options}`;
const standardNormal: InitialRow = { family: 'normal', variance: '1' };

/** Layers that multiply their input by weights. Defaults: theory of U(±1/√fan_in) as the framework's `reset_parameters` draws it. */
export const layers: Readonly<Record<string, ModuleRow>> = {
  'torch.nn.Linear': {
    signature: `in_features, out_features, bias=True, ${options}`,
    tensors: [tensor('weight', 'out_features, in_features', byFanIn), tensor('bias', 'out_features', byFanIn, 'bias')],
    role: 'linear',
    operation: dense,
    source: 'kaiming_uniform_(a=√5), hence σ_w² = 1/3',
  },
  'torch.nn.LazyLinear': {
    signature: `out_features, bias=True, ${options}`,
    tensors: [tensor('weight', 'out_features, in_features', byFanIn), tensor('bias', 'out_features', byFanIn, 'bias')],
    role: 'linear',
    bases: ['torch.nn.Linear'],
    operation: dense,
  },
  'torch.nn.Bilinear': {
    signature: `in1_features, in2_features, out_features, bias=True, ${options}`,
    tensors: [
      tensor('weight', 'out_features, in1_features, in2_features', { family: 'uniform', variance: '1/(3*in1_features)' }),
      tensor('bias', 'out_features', { family: 'uniform', variance: '1/(3*in1_features)' }, 'bias'),
    ],
    summands: 'in1_features*in2_features',
    role: 'linear',
    operation: bilinear,
  },
  'torch.nn.Conv1d': convolutionRow(1, false),
  'torch.nn.Conv2d': convolutionRow(2, false),
  'torch.nn.Conv3d': convolutionRow(3, false),
  'torch.nn.LazyConv1d': convolutionRow(1, true),
  'torch.nn.LazyConv2d': convolutionRow(2, true),
  'torch.nn.LazyConv3d': convolutionRow(3, true),
  'torch.nn.ConvTranspose1d': transposedRow(1),
  'torch.nn.ConvTranspose2d': transposedRow(2),
  'torch.nn.ConvTranspose3d': transposedRow(3),
  'torch.nn.Embedding': {
    signature: `num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, ${options}`,
    tensors: [tensor('weight', 'num_embeddings, embedding_dim', standardNormal)],
    role: 'embedding',
    operation: embedding,
  },
  'torch.nn.EmbeddingBag': {
    signature: `num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, _weight=None, include_last_offset=False, padding_idx=None, ${options}`,
    tensors: [tensor('weight', 'num_embeddings, embedding_dim', standardNormal)],
    role: 'embedding',
    operation: () => 'The number of entries in a bag is not known, and with it the size of their sum or mean.',
  },
  'torch.nn.RNN': recurrentRow(
    'rnn',
    `input_size, hidden_size, num_layers=1, nonlinearity='tanh', bias=True, batch_first=False, dropout=0.0, bidirectional=False, ${options}`,
    true,
  ),
  'torch.nn.LSTM': recurrentRow('lstm', stackedSignature, true),
  'torch.nn.GRU': recurrentRow('gru', stackedSignature.replace(', proj_size=0', ''), true),
  'torch.nn.RNNCell': recurrentRow('rnn', `input_size, hidden_size, bias=True, nonlinearity='tanh', ${options}`, false),
  'torch.nn.LSTMCell': recurrentRow('lstm', `input_size, hidden_size, bias=True, ${options}`, false),
  'torch.nn.GRUCell': recurrentRow('gru', `input_size, hidden_size, bias=True, ${options}`, false),
};

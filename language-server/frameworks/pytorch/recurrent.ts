import type { Operation, RecurrentSequence, Shape } from '../../network/graph.js';
import { multiply, type Quantity, symbol } from '../../network/quantity.js';
import type { Arguments, InitialRow, ModuleRow, OperationRow, Output, TensorRow } from '../framework.js';
import { quantity } from './arguments.js';
import type { Tables } from './rows.js';

type Cell = Extract<Operation, { kind: 'recurrent' }>['cell'];

const gates: Readonly<Record<Cell, number>> = { rnn: 1, gru: 3, lstm: 4 };

/** Every tensor is drawn from U(±1/√hidden_size), also the biases and with a projection. */
const byHidden: InitialRow = { family: 'uniform', variance: '1/(3*hidden_size)' };

const stackedTensors = (cell: Cell): readonly TensorRow[] => {
  const each = [
    ['layer', 'num_layers'],
    ['direction', 'directions'],
  ] as const;
  const rows = `${gates[cell]}*hidden_size`;
  const tensor = (name: string, shape: string, when?: string): TensorRow => ({
    name: `${name}_l{layer}{direction:,_reverse}`,
    shape,
    each,
    initial: byHidden,
    ...(when === undefined ? {} : { when }),
  });
  return [
    tensor('weight_ih', `${rows}, layer == 0 ? input_size : directions*state_size`),
    tensor('weight_hh', `${rows}, state_size`),
    tensor('bias_ih', rows, 'bias'),
    tensor('bias_hh', rows, 'bias'),
    ...(cell === 'lstm' ? [tensor('weight_hr', 'proj_size, hidden_size', 'proj_size > 0')] : []),
  ];
};

const stackedOptions = 'bias=True, batch_first=False, dropout=0.0, bidirectional=False';
const device = 'device=None, dtype=None';
const stackedSignatures: Readonly<Record<Cell, string>> = {
  rnn: `input_size, hidden_size, num_layers=1, nonlinearity='tanh', ${stackedOptions}, ${device}`,
  gru: `input_size, hidden_size, num_layers=1, ${stackedOptions}, ${device}`,
  lstm: `input_size, hidden_size, num_layers=1, ${stackedOptions}, proj_size=0, ${device}`,
};

/** `directions`, and the size of the state that goes round: the projection's where there is one. */
function derive({ bidirectional, proj_size, hidden_size }: Arguments): Arguments {
  const hasProjection = proj_size !== undefined && proj_size !== 0;
  return { directions: bidirectional === true ? 2 : 1, state_size: hasProjection ? proj_size : hidden_size };
}

/** `output, state`; the sizes of the output are those of the input with the states of all directions last. */
function stackedOperation(cell: Cell): OperationRow {
  return ({ arguments: bound, inputs, layer }) => {
    if (!layer) return 'The weights of this layer are not known.';
    const { directions, state_size } = derive(bound);
    const state = quantity(state_size);
    const batchFirst = bound.batch_first === true;
    const input = inputs[0] ?? (batchFirst ? [symbol('batch'), symbol('steps'), 1] : [symbol('steps'), symbol('batch'), 1]);
    const depth = quantity(bound.num_layers);
    const shape: Shape = state === null ? null : [...input.slice(0, -1), multiply(directions as Quantity, state)];
    const final: Shape =
      state === null || depth === null
        ? null
        : [multiply(depth, directions as Quantity), ...(input.length === 3 ? [input[batchFirst ? 0 : 1]!] : []), state];
    const hidden: Output = { shape: final, state: 'hidden' };
    const sequence: RecurrentSequence = {
      depth,
      bidirectional: bound.bidirectional === true,
      hidden: quantity(bound.hidden_size),
      activation: phiOf(bound),
      dropout: quantity(bound.dropout),
      batchFirst,
      projected: bound.proj_size !== undefined && bound.proj_size !== 0,
    };
    return {
      operation: { kind: 'recurrent', cell, layer, sequence },
      shape,
      outputs: [
        { shape },
        cell === 'lstm' ? [hidden, { shape: final && !sequence.projected ? final : null, state: 'cell' }] : hidden,
      ],
    };
  };
}

/** φ of a plain recurrence. */
const phiOf = ({ nonlinearity }: Arguments): string => (typeof nonlinearity === 'string' ? nonlinearity : 'tanh');

function stacked(cell: Cell): ModuleRow {
  return {
    signature: stackedSignatures[cell],
    tensors: stackedTensors(cell),
    prepare: derive,
    summands: 'input_size',
    role: 'recurrent',
    bases: ['torch.nn.modules.rnn.RNNBase'],
    operation: stackedOperation(cell),
    source: 'torch.nn.modules.rnn.RNNBase.reset_parameters: U(±1/√hidden_size)',
  };
}

const cellSignatures: Readonly<Record<Cell, string>> = {
  rnn: `input_size, hidden_size, bias=True, nonlinearity='tanh', ${device}`,
  gru: `input_size, hidden_size, bias=True, ${device}`,
  lstm: `input_size, hidden_size, bias=True, ${device}`,
};

function single(cell: Cell): ModuleRow {
  const rows = `${gates[cell]}*hidden_size`;
  return {
    signature: cellSignatures[cell],
    tensors: [
      { name: 'weight_ih', shape: `${rows}, input_size`, initial: byHidden },
      { name: 'weight_hh', shape: `${rows}, hidden_size`, initial: byHidden },
      { name: 'bias_ih', shape: rows, when: 'bias', initial: byHidden },
      { name: 'bias_hh', shape: rows, when: 'bias', initial: byHidden },
    ],
    summands: 'input_size',
    role: 'recurrent',
    bases: ['torch.nn.modules.rnn.RNNCellBase'],
    operation: ({ arguments: bound, inputs, layer }) => {
      if (!layer) return 'The weights of this layer are not known.';
      const hidden = quantity(bound.hidden_size);
      const input = inputs[0] ?? null;
      const shape = input && hidden !== null ? [...input.slice(0, -1), hidden] : null;
      const operation: Operation = { kind: 'recurrent', cell, layer, sequence: null, step: { hidden, activation: phiOf(bound) } };
      if (cell !== 'lstm') return { operation, shape };
      return { operation, shape, outputs: [{ shape }, { shape, state: 'cell' }] };
    },
    source: 'torch.nn.modules.rnn.RNNCellBase.reset_parameters: U(±1/√hidden_size)',
  };
}

/** A batch of sequences of different lengths without what fills them up; followed as if nothing did. */
const packs: OperationRow = ({ inputs }) => ({ operation: { kind: 'reshape' }, shape: inputs[0] ?? null });

const unpacks: OperationRow = ({ inputs }) => {
  const shape = inputs[0] ?? null;
  return { operation: { kind: 'reshape' }, shape, outputs: [{ shape }, { shape: null }] };
};

export const recurrentTables: Tables = {
  functions: {
    'torch.nn.utils.rnn.pack_padded_sequence': {
      signature: 'input, lengths, batch_first=False, enforce_sorted=True',
      tensors: ['input'],
      operation: packs,
    },
    'torch.nn.utils.rnn.pad_packed_sequence': {
      signature: 'sequence, batch_first=False, padding_value=0.0, total_length=None',
      tensors: ['sequence'],
      operation: unpacks,
    },
  },
  modules: {
    'torch.nn.RNN': stacked('rnn'),
    'torch.nn.GRU': stacked('gru'),
    'torch.nn.LSTM': stacked('lstm'),
    'torch.nn.RNNCell': single('rnn'),
    'torch.nn.GRUCell': single('gru'),
    'torch.nn.LSTMCell': single('lstm'),
  },
};

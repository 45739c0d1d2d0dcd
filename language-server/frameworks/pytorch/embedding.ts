import type { Layer, Shape } from '../../network/graph.js';
import type { Quantity } from '../../network/quantity.js';
import type { FunctionRow, ModuleRow, Operated } from '../framework.js';
import { quantity } from './arguments.js';
import { functionalLayer } from './linear.js';
import type { Tables } from './rows.js';

/** One row of the table is zero where there is a padding index. */
const standardNormal = { family: 'normal', variance: 'padding_idx == none ? 1 : 1 - 1/num_embeddings' } as const;

function node(layer: Layer, size: Quantity | null, shape: Shape): Operated {
  return {
    operation: {
      kind: 'affine',
      variant: 'embedding',
      layer,
      inChannels: layer.weight?.shape?.[0] ?? null,
      outChannels: size,
      kernel: [],
      stride: [],
      padding: [],
      paddingMode: 'zeros',
      dilation: [],
      groups: 1,
    },
    shape,
  };
}

const embedding: ModuleRow = {
  signature:
    'num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, device=None, dtype=None',
  tensors: [{ name: 'weight', shape: 'num_embeddings, embedding_dim', initial: standardNormal, contents: '_weight' }],
  role: 'embedding',
  // A lookup: each output entry is one weight.
  summands: '1',
  operation: ({ arguments: bound, inputs, layer }) => {
    if (!layer) return 'The table of this embedding is not known.';
    const size = quantity(bound.embedding_dim);
    const input = inputs[0] ?? null;
    return node(layer, size, input && size !== null ? [...input, size] : null);
  },
  source: 'torch.nn.Embedding.reset_parameters: N(0, 1), the row of padding_idx is 0',
};

const embeddingBag: ModuleRow = {
  signature:
    "num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, _weight=None, include_last_offset=False, padding_idx=None, device=None, dtype=None",
  tensors: [{ name: 'weight', shape: 'num_embeddings, embedding_dim', initial: standardNormal, contents: '_weight' }],
  role: 'embedding',
  summands: '1',
  operation: () => 'How many rows this EmbeddingBag joins depends on the data.',
  source: 'torch.nn.EmbeddingBag.reset_parameters: N(0, 1)',
};

const functional: FunctionRow = {
  signature: 'input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False',
  tensors: ['input'],
  operation: (context) => {
    const layer = functionalLayer(context, 'embedding', context.parameters?.weight, () => 1);
    if (!layer) return 'The table of this embedding is not known.';
    const size = layer.weight?.shape?.[1] ?? null;
    const input = context.inputs[0] ?? null;
    return node({ ...layer, role: 'embedding' }, size, input && size !== null ? [...input, size] : null);
  },
};

export const embeddingTables: Tables = {
  modules: { 'torch.nn.Embedding': embedding, 'torch.nn.EmbeddingBag': embeddingBag },
  functions: {
    'torch.nn.functional.embedding': functional,
    'torch.nn.functional.embedding_bag': {
      signature: 'input, weight, *rest, **options',
      tensors: ['input'],
      operation: () => 'How many rows this embedding bag joins depends on the data.',
    },
  },
};

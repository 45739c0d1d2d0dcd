import type { Framework } from '../framework.js';
import { quantizationAliases, quantizationSteps } from './quantization.js';

const module = ['torch.nn.Module'];
const normBase = ['torch.nn.modules.batchnorm._NormBase'];

/** Classes without a row that others derive from and that models ask for by `isinstance`. */
export const abstract: Framework['abstract'] = {
  'torch.nn.Module': [],
  'torch.nn.Container': module,
  'torch.nn.modules.conv._ConvNd': module,
  'torch.nn.modules.conv._ConvTransposeNd': ['torch.nn.modules.conv._ConvNd'],
  'torch.nn.modules.batchnorm._NormBase': module,
  'torch.nn.modules.batchnorm._BatchNorm': normBase,
  'torch.nn.modules.instancenorm._InstanceNorm': normBase,
  'torch.nn.modules.dropout._DropoutNd': module,
  'torch.nn.modules.pooling._MaxPoolNd': module,
  'torch.nn.modules.pooling._AvgPoolNd': module,
  'torch.nn.modules.pooling._AdaptiveAvgPoolNd': module,
  'torch.nn.modules.pooling._AdaptiveMaxPoolNd': module,
  'torch.nn.modules.rnn.RNNBase': module,
  'torch.nn.modules.rnn.RNNCellBase': module,
  'torch.nn.modules.loss._Loss': module,
  'torch.nn.modules.loss._WeightedLoss': ['torch.nn.modules.loss._Loss'],
  'torch.jit.ScriptModule': module,
};

/** Classes of packages around PyTorch that models derive from. Of them, only what makes or initializes layers is described here. */
export const open: Framework['open'] = [
  'lightning.LightningModule',
  'transformers.PreTrainedModel',
  'transformers.PretrainedConfig',
];

/** Files below `torch.nn.modules` whose classes are also `torch.nn.…`; names with a row or class of their own keep it. */
const files = [
  ...[
    'activation',
    'adaptive',
    'batchnorm',
    'channelshuffle',
    'container',
    'conv',
    'distance',
    'dropout',
    'flatten',
    'fold',
    'instancenorm',
    'linear',
  ],
  ...['loss', 'normalization', 'padding', 'pixelshuffle', 'pooling', 'rnn', 'sparse', 'transformer', 'upsampling'],
];

export const aliases: Framework['aliases'] = {
  'torch.nn.modules.module.Module': 'torch.nn.Module',
  'torch.nn.modules.Module': 'torch.nn.Module',
  'torch.nn.parameter.Parameter': 'torch.nn.Parameter',
  'torch.nn.RNNBase': 'torch.nn.modules.rnn.RNNBase',
  'torch.nn.RNNCellBase': 'torch.nn.modules.rnn.RNNCellBase',
  'torch.nn.SiLu': 'torch.nn.SiLU',
  'torch.special.softmax': 'torch.softmax',
  'torch.special.log_softmax': 'torch.log_softmax',
  'torch.absolute': 'torch.abs',
  'torch.concat': 'torch.cat',
  'torch.column_stack': 'torch.hstack',
  'torch.row_stack': 'torch.vstack',
  ...Object.fromEntries(
    [
      ...['conv1d', 'conv2d', 'conv3d', 'conv_transpose1d', 'conv_transpose2d', 'conv_transpose3d', 'bilinear', 'avg_pool1d'],
      ...['cosine_similarity', 'pairwise_distance', 'pdist', 'celu_', 'selu_', 'rrelu_', 'native_channel_shuffle', 'conv_tbc'],
    ].map((name) => [`torch.${name}`, `torch.nn.functional.${name}`]),
  ),
  'torch.concatenate': 'torch.cat',
  'torch.functional.F.': 'torch.nn.functional.',
  'torch.nn.functional.hardtanh_': 'torch.nn.functional.hardtanh',
  'torch.nn.utils.parametrizations.weight_norm': 'torch.nn.utils.weight_norm',
  'torch.nn.utils.parametrizations.spectral_norm': 'torch.nn.utils.spectral_norm',
  'torch.nn.init._no_grad_trunc_normal_': 'torch.nn.init.trunc_normal_',
  ...Object.fromEntries(
    // What many models take from timm; its own function is a copy of PyTorch's.
    [
      'layers.weight_init._trunc_normal_',
      ...['layers', 'models.layers', 'models.layers.weight_init'].map((place) => `${place}.trunc_normal_`),
    ].map((name) => [`timm.${name}`, 'torch.nn.init.trunc_normal_']),
  ),
  'timm.layers.DropPath': 'timm.layers.drop.DropPath',
  'timm.models.layers.DropPath': 'timm.layers.drop.DropPath',
  'timm.models.layers.drop.DropPath': 'timm.layers.drop.DropPath',
  ...Object.fromEntries(
    [
      ...['lightning.pytorch', 'lightning.pytorch.core', 'lightning.pytorch.core.module', 'pytorch_lightning'],
      ...['pytorch_lightning.core', 'pytorch_lightning.core.module', 'pytorch_lightning.core.lightning'],
    ].map((place) => [`${place}.LightningModule`, 'lightning.LightningModule']),
  ),
  'transformers.modeling_utils.PreTrainedModel': 'transformers.PreTrainedModel',
  'transformers.PreTrainedConfig': 'transformers.PretrainedConfig',
  'transformers.configuration_utils.PretrainedConfig': 'transformers.PretrainedConfig',
  'transformers.configuration_utils.PreTrainedConfig': 'transformers.PretrainedConfig',
  ...quantizationAliases,
  'torch.nn.init._no_grad_normal_': 'torch.nn.init.normal_',
  'torch.nn.init._no_grad_uniform_': 'torch.nn.init.uniform_',
  'torch.nn.init._no_grad_fill_': 'torch.nn.init.constant_',
  'torch.nn.init._no_grad_zero_': 'torch.nn.init.zeros_',
  ...Object.fromEntries(files.map((file) => [`torch.nn.modules.${file}.`, 'torch.nn.'])),
  'torch.nn.modules.': 'torch.nn.',
  'torchvision.ops.misc.ConvNormActivation': 'torchvision.ops.ConvNormActivation',
  ...Object.fromEntries(
    ['misc', 'stochastic_depth', 'drop_block'].map((file) => [`torchvision.ops.${file}.`, 'torchvision.ops.']),
  ),
};

const each = <T>(names: readonly string[], value: T): Record<string, T> => Object.fromEntries(names.map((name) => [name, value]));

/** Functions of tensors understand NumPy's names: `numpy_compatibility_arg_names` of torch/csrc/utils/python_arg_parser.cpp. */
export const otherNames: Framework['otherNames'] = { axis: 'dim', keepdims: 'keepdim', x: 'input', a: 'input' };

/** Functions that leave the network as it is. */
export const transparent: Framework['transparent'] = {
  'torchvision.models._api.register_model': 'decorator',
  'torchvision.models._utils.handle_legacy_interface': 'decorator',
  'torchvision.utils._log_api_usage_once': 'none',
  ...each(
    ['no_grad', 'inference_mode', 'enable_grad', 'autograd.no_grad', 'autograd.enable_grad'].map((name) => `torch.${name}`),
    'decorator',
  ),
  ...each(
    [
      'jit.ignore',
      'jit.export',
      'jit.unused',
      'jit._overload_method',
      '_jit_internal._overload_method',
      'jit.script_if_tracing',
    ].map((name) => `torch.${name}`),
    'decorator',
  ),
  ...each(
    ['cuda.amp.autocast', 'amp.autocast', 'autocast', 'cuda.amp.custom_fwd', 'cuda.amp.custom_bwd'].map(
      (name) => `torch.${name}`,
    ),
    'decorator',
  ),
  ...each(
    [
      ...[
        'set_grad_enabled',
        'manual_seed',
        'seed',
        'cuda.manual_seed',
        'cuda.manual_seed_all',
        'set_default_dtype',
        'set_default_device',
      ],
      ...[
        'set_default_tensor_type',
        'set_float32_matmul_precision',
        '_C._log_api_usage_once',
        '_assert',
        'set_num_threads',
        'set_printoptions',
      ],
      ...['cuda.empty_cache', 'cuda.synchronize', 'use_deterministic_algorithms', 'save', 'jit.save'],
    ].map((name) => `torch.${name}`),
    'none',
  ),
  ...each(
    [
      ...[
        'jit.is_scripting',
        'jit.is_tracing',
        '_jit_internal.is_scripting',
        'fx._symbolic_trace.is_fx_tracing',
        'onnx.is_in_onnx_export',
      ],
      ...[
        'cuda.is_available',
        'backends.mps.is_available',
        'is_autocast_enabled',
        'distributed.is_available',
        'distributed.is_initialized',
      ],
    ].map((name) => `torch.${name}`),
    'false',
  ),
  ...each(
    [
      ...['compile', 'jit.script', 'jit.trace', 'jit.freeze', 'fx.wrap', 'fx.symbolic_trace', 'jit.optimize_for_inference'],
      ...[
        'autograd.Variable',
        'nn.DataParallel',
        'nn.parallel.DataParallel',
        'nn.parallel.DistributedDataParallel',
        'nn.utils.remove_weight_norm',
      ],
      ...['nn.utils.remove_spectral_norm', 'nn.SyncBatchNorm.convert_sync_batchnorm', 'nn.Buffer'],
    ].map((name) => `torch.${name}`),
    'first',
  ),
  ...each(quantizationSteps, 'first'),
};

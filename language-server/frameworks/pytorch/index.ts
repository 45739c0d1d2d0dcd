import { multiply } from '../../network/quantity.js';
import type { Framework } from '../framework.js';
import { activationFunctions, activationMethods, activationModules, prelu } from './activations.js';
import { functions, methods } from './functions.js';
import { creators, initializers, values } from './initializers.js';
import { layers } from './layers.js';
import { library, libraryNames } from './library.js';
import { normalizationLayers } from './normalization.js';
import { otherModules } from './other-modules.js';

const module = ['torch.nn.Module'];

/** PyTorch, checked against versions 1.13 and 2.x. */
export const pytorch: Framework = {
  name: 'pytorch',
  label: 'PyTorch',
  packages: ['torch', 'torchvision'],
  moduleClass: 'torch.nn.Module',
  parameterClass: 'torch.nn.Parameter',
  modules: { ...layers, ...activationModules, 'torch.nn.PReLU': prelu, ...normalizationLayers, ...otherModules },
  functions: { ...activationFunctions, ...functions },
  methods: { ...methods, ...activationMethods },
  initializers,
  values,
  creators,
  library,
  libraryNames,
  abstract: {
    'torch.nn.Module': [],
    'torch.nn.modules.conv._ConvNd': module,
    'torch.nn.modules.conv._ConvTransposeNd': ['torch.nn.modules.conv._ConvNd'],
    'torch.nn.modules.batchnorm._NormBase': module,
    'torch.nn.modules.batchnorm._BatchNorm': ['torch.nn.modules.batchnorm._NormBase'],
    'torch.nn.modules.instancenorm._InstanceNorm': ['torch.nn.modules.batchnorm._NormBase'],
    'torch.nn.modules.dropout._DropoutNd': module,
    'torch.nn.modules.pooling._MaxPoolNd': module,
    'torch.nn.modules.pooling._AvgPoolNd': module,
    'torch.nn.modules.pooling._AdaptiveAvgPoolNd': module,
    'torch.nn.modules.rnn.RNNBase': module,
    'torch.nn.modules.rnn.RNNCellBase': module,
    'torch.jit.ScriptModule': module,
  },
  aliases: {
    'torch.nn.modules.module.Module': 'torch.nn.Module',
    'torch.nn.parameter.Parameter': 'torch.nn.Parameter',
    'torch.nn.RNNBase': 'torch.nn.modules.rnn.RNNBase',
    'torch.nn.SiLu': 'torch.nn.SiLU',
    'torch.nn.functional.tanh': 'torch.tanh',
    'torch.nn.functional.sigmoid': 'torch.sigmoid',
    'torch.special.softmax': 'torch.softmax',
    'torch.nn.modules.activation.': 'torch.nn.',
    'torch.nn.modules.linear.': 'torch.nn.',
    'torch.nn.modules.container.': 'torch.nn.',
    'torch.nn.modules.transformer.': 'torch.nn.',
    'torch.nn.modules.normalization.': 'torch.nn.',
    'torch.nn.modules.sparse.': 'torch.nn.',
    'torch.nn.modules.flatten.': 'torch.nn.',
    'torch.nn.modules.conv.Conv1d': 'torch.nn.Conv1d',
    'torch.nn.modules.conv.Conv2d': 'torch.nn.Conv2d',
    'torch.nn.modules.conv.Conv3d': 'torch.nn.Conv3d',
    'torch.nn.modules.batchnorm.BatchNorm1d': 'torch.nn.BatchNorm1d',
    'torch.nn.modules.batchnorm.BatchNorm2d': 'torch.nn.BatchNorm2d',
    'torch.nn.modules.batchnorm.BatchNorm3d': 'torch.nn.BatchNorm3d',
    'torch.nn.modules.Linear': 'torch.nn.Linear',
    'torchvision.ops.misc.': 'torchvision.ops.',
    'torchvision.ops.stochastic_depth.': 'torchvision.ops.',
  },
  transparent: {
    'torch.no_grad': 'decorator',
    'torch.inference_mode': 'decorator',
    'torch.enable_grad': 'decorator',
    'torch.autograd.no_grad': 'decorator',
    'torch.set_grad_enabled': 'none',
    'torch.manual_seed': 'none',
    'torch.cuda.manual_seed': 'none',
    'torch.cuda.manual_seed_all': 'none',
    'torch.set_default_dtype': 'none',
    'torch.compile': 'first',
    'torch.jit.script': 'first',
    'torch.jit.ignore': 'decorator',
    'torch.jit.export': 'decorator',
    'torch.jit.unused': 'decorator',
    'torch.jit._overload_method': 'decorator',
    'torch.jit.is_scripting': 'false',
    'torch.jit.is_tracing': 'false',
    'torch._jit_internal._overload_method': 'decorator',
    'torch.fx.wrap': 'first',
    'torch.fx._symbolic_trace.is_fx_tracing': 'false',
    'torch.onnx.is_in_onnx_export': 'false',
    'torch.cuda.is_available': 'false',
    'torch._C._log_api_usage_once': 'none',
    'torch._assert': 'none',
    'torch.nn.utils.weight_norm': 'first',
    'torch.nn.utils.parametrizations.weight_norm': 'first',
    'torch.nn.DataParallel': 'first',
    'torchvision.models._api.register_model': 'decorator',
    'torchvision.models._utils.handle_legacy_interface': 'decorator',
    'torchvision.utils._log_api_usage_once': 'none',
  },
  fans: (shape) => {
    // PyTorch reads the fans off the shape: dimension 1 is the input side, whatever the layer is.
    if (!shape || shape.length < 2) return null;
    const receptive = shape.slice(2).reduce((a, b) => multiply(a, b), 1 as (typeof shape)[number]);
    return { fanIn: multiply(shape[1]!, receptive), fanOut: multiply(shape[0]!, receptive) };
  },
};

import { lightningLibrary, lightningNames } from './lightning.js';
import { quantizationLibrary, quantizationNames } from './quantization.js';
import { transformersLibrary, transformersNames } from './transformers.js';

/**
 * Classes that are made of others, in Python, evaluated like user code. Only what shapes the network at initialization is here:
 * arguments that change neither layers nor their distributions are accepted and ignored.
 */
export const library = `
import math
from copy import deepcopy
import torch
import torch.nn.init as init
from torch.nn import Module, Linear, Conv1d, Conv2d, Conv3d, Dropout, Embedding, LayerNorm, BatchNorm2d, BatchNorm3d, AdaptiveAvgPool2d, Parameter
from torch.nn import GELU, Identity, LeakyReLU, Mish, ReLU, ReLU6, Sigmoid, SiLU, Tanh
import torch.nn.functional as F


class _ModuleSequence(Module):
    def __iter__(self):
        return list(self._modules.values())

    def __len__(self):
        return len(self._modules)

    def __setitem__(self, index, module):
        setattr(self, list(self._modules.keys())[index], module)

    def __delitem__(self, index):
        delattr(self, list(self._modules.keys())[index])

    def append(self, module):
        self.add_module(str(len(self._modules)), module)
        return self

    def insert(self, index, module):
        modules = list(self._modules.values())
        modules.insert(index, module)
        for position, one in enumerate(modules):
            self.add_module(str(position), one)
        return self

    def extend(self, modules):
        offset = len(self._modules)
        for index, module in enumerate(modules):
            self.add_module(str(offset + index), module)
        return self


def skip_init(module_cls, *args, **kwargs):
    module = module_cls(*args, **kwargs)
    for parameter in module.parameters():
        parameter.data = torch.empty(parameter.shape)
    return module


def _embedding_from_pretrained(embeddings, freeze=True, padding_idx=None, *options, **others):
    rows, columns = embeddings.shape
    embedding = Embedding(rows, columns, padding_idx, _weight=embeddings)
    embedding.weight.requires_grad = not freeze
    return embedding


class Sequential(_ModuleSequence):
    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and __is_dict__(args[0]):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for index, module in enumerate(args):
                self.add_module(str(index), module)

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(dict(list(self._modules.items())[index]))
        return list(self._modules.values())[index]

    def __add__(self, other):
        return Sequential(*self._modules.values(), *other)


class ModuleList(_ModuleSequence):
    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return ModuleList(list(self._modules.values())[index])
        return list(self._modules.values())[index]

    def __add__(self, other):
        return ModuleList(list(self._modules.values()) + list(other))

    def __iadd__(self, modules):
        return self.extend(modules)


class ModuleDict(Module):
    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __iter__(self):
        return list(self._modules.keys())

    def __len__(self):
        return len(self._modules)

    def __contains__(self, key):
        return key in self._modules

    def __getitem__(self, key):
        return self._modules[key]

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def update(self, modules):
        pairs = modules.items() if isinstance(modules, (dict, ModuleDict)) else modules
        for key, module in pairs:
            self.add_module(key, module)

    def keys(self):
        return list(self._modules.keys())

    def values(self):
        return list(self._modules.values())

    def items(self):
        return list(self._modules.items())


class ParameterList(Module):
    def __init__(self, values=None):
        super().__init__()
        self.extend(values if values is not None else [])

    def __iter__(self):
        return list(self._parameters.values())

    def __len__(self):
        return len(self._parameters)

    def __getitem__(self, index):
        return list(self._parameters.values())[index]

    def append(self, value):
        self.register_parameter(str(len(self._parameters)), value)
        return self

    def extend(self, values):
        for value in values:
            self.append(value)
        return self


class ParameterDict(Module):
    def __init__(self, parameters=None):
        super().__init__()
        if parameters is not None:
            for key, value in parameters.items():
                self.register_parameter(key, value)

    def __getitem__(self, key):
        return self._parameters[key]

    def __setitem__(self, key, value):
        self.register_parameter(key, value)

    def __contains__(self, key):
        return key in self._parameters

    def keys(self):
        return list(self._parameters.keys())

    def items(self):
        return list(self._parameters.items())


class MultiheadAttention(Module):
    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None, vdim=None,
                 batch_first=False, device=None, dtype=None):
        super().__init__()
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        self.kdim = kdim if kdim is not None else embed_dim
        self.vdim = vdim if vdim is not None else embed_dim
        if kdim is None and vdim is None:
            self.in_proj_weight = Parameter(torch.empty(3 * embed_dim, embed_dim))
            init.xavier_uniform_(self.in_proj_weight)
            self.q_proj_weight = None
        else:
            self.q_proj_weight = Parameter(torch.empty(embed_dim, embed_dim))
            self.k_proj_weight = Parameter(torch.empty(embed_dim, self.kdim))
            self.v_proj_weight = Parameter(torch.empty(embed_dim, self.vdim))
            init.xavier_uniform_(self.q_proj_weight)
            init.xavier_uniform_(self.k_proj_weight)
            init.xavier_uniform_(self.v_proj_weight)
        self.in_proj_bias = Parameter(torch.zeros(3 * embed_dim)) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias)
        if bias:
            init.zeros_(self.out_proj.bias)
        if add_bias_kv:
            self.bias_k = Parameter(torch.empty(1, 1, embed_dim))
            self.bias_v = Parameter(torch.empty(1, 1, embed_dim))
            init.xavier_normal_(self.bias_k)
            init.xavier_normal_(self.bias_v)

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None, average_attn_weights=True, is_causal=False):
        if self.q_proj_weight is None:
            query = F.linear(query, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)[0]
            key = F.linear(key, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)[1]
            value = F.linear(value, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)[2]
        else:
            query = F.linear(query, self.q_proj_weight, self.in_proj_bias)
            key = F.linear(key, self.k_proj_weight, self.in_proj_bias)
            value = F.linear(value, self.v_proj_weight, self.in_proj_bias)
        mask = key_padding_mask if attn_mask is None else attn_mask
        drop = self.dropout if self.training else 0.0
        if self.batch_first:
            return self.out_proj(F.scaled_dot_product_attention(query, key, value, mask, drop, is_causal)), None
        # One sequence without a batch stays as it is.
        query, key, value = query.transpose(0, -2), key.transpose(0, -2), value.transpose(0, -2)
        attended = F.scaled_dot_product_attention(query, key, value, mask, drop, is_causal)
        return self.out_proj(attended.transpose(0, -2)), None


def eye(n, m=None, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    return init.eye_(torch.empty(n, n if m is None else m))


class finfo:
    def __init__(self, type=None):
        self.dtype = type
        self.bits = 32
        self.eps = 1.1920928955078125e-07
        self.max = 3.4028234663852886e+38
        self.min = -3.4028234663852886e+38
        self.tiny = self.smallest_normal = 1.1754943508222875e-38
        self.resolution = 1e-06


class iinfo:
    def __init__(self, type=None):
        self.dtype = type
        self.bits = 64
        self.max = 2 ** 63 - 1
        self.min = -(2 ** 63)


def annotate(the_type, the_value):
    return the_value


def addcmul(input, tensor1, tensor2, *, value=1, out=None):
    return input + value * (tensor1 * tensor2)


def addcdiv(input, tensor1, tensor2, *, value=1, out=None):
    return input + value * (tensor1 / tensor2)


def lerp(input, end, weight, *, out=None):
    return input + weight * (end - input)


def var_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=1, out=None):
    return input.var(dim, unbiased, keepdim), input.mean(dim, keepdim)


def std_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=1, out=None):
    return input.std(dim, unbiased, keepdim), input.mean(dim, keepdim)


def glu(input, dim=-1):
    value, gate = input.chunk(2, dim)
    return value * torch.sigmoid(gate)


class GLU(Module):
    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return glu(input, self.dim)


def spectral_norm(module, name='weight', n_power_iterations=1, eps=1e-12, dim=None):
    torch.nn.utils.parametrize.spectral_norm(getattr(module, name))
    return module


def weight_norm(module, name='weight', dim=0):
    torch.nn.utils._calculate_from_norm_and_direction_(getattr(module, name))
    return module


def orthogonal(module, name='weight', orthogonal_map=None, *, use_trivialization=True):
    init.orthogonal_(getattr(module, name))
    return module


def _einops_einsum(*arguments):
    *tensors, pattern = arguments
    letters = {}
    for name in pattern.replace('->', ' ').replace(',', ' ').split():
        if name != '...' and name not in letters:
            letters[name] = 'abcdefghijklmnopqrstuvwxyz'[len(letters)]
    sides = [','.join([''.join([letters.get(name, name) for name in part.split()]) for part in side.split(',')]) for side in pattern.split('->')]
    return torch.einsum('->'.join(sides), *tensors)


def _einops_pack(tensors, pattern):
    names = pattern.split()
    axis = names.index('*')
    shapes = []
    parts = []
    for tensor in tensors:
        count = tensor.ndim - len(names) + 1
        shapes.append(tensor.shape[axis : axis + count])
        if count == 0:
            tensor = tensor.unsqueeze(axis)
        elif count > 1:
            tensor = tensor.flatten(axis, axis + count - 1)
        parts.append(tensor)
    return torch.cat(parts, dim=axis), shapes


def _einops_unpack(tensor, packed_shapes, pattern):
    axis = pattern.split().index('*')
    sizes = []
    for shape in packed_shapes:
        size = 1
        for one in shape:
            size = size * one
        sizes.append(size)
    parts = []
    for part, shape in zip(tensor.split(sizes, dim=axis), packed_shapes):
        if len(shape) == 0:
            part = part.squeeze(axis)
        elif len(shape) > 1:
            part = part.reshape(*part.shape[:axis], *shape, *part.shape[axis + 1 :])
        parts.append(part)
    return parts


def checkpoint(function, *args, use_reentrant=None, context_fn=None, determinism_check='default', debug=False, preserve_rng_state=True, **kwargs):
    return function(*args, **kwargs)


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    for function in functions:
        input = function(input)
    return input


def _calculate_fan_in_and_fan_out(tensor):
    receptive = 1
    for size in tensor.shape[2:]:
        receptive *= size
    return tensor.shape[1] * receptive, tensor.shape[0] * receptive


def _calculate_correct_fan(tensor, mode):
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return fan_in if mode == 'fan_in' else fan_out


class TransformerEncoderLayer(Module):
    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, batch_first=False,
                 norm_first=False, bias=True, device=None, dtype=None):
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.activation = _activation(activation)

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        x = src
        if self.norm_first:
            x = x + self._attend(self.norm1(x), src_mask, is_causal)
            x = x + self._feed(self.norm2(x))
        else:
            x = self.norm1(x + self._attend(x, src_mask, is_causal))
            x = self.norm2(x + self._feed(x))
        return x

    def _attend(self, x, mask, is_causal):
        return self.dropout1(self.self_attn(x, x, x, attn_mask=mask, is_causal=is_causal)[0])

    def _feed(self, x):
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerDecoderLayer(Module):
    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation='relu', layer_norm_eps=1e-05, batch_first=False,
                 norm_first=False, bias=True, device=None, dtype=None):
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps)
        self.norm3 = LayerNorm(d_model, eps=layer_norm_eps)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.dropout3 = Dropout(dropout)
        self.activation = _activation(activation)

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None,
                tgt_is_causal=False, memory_is_causal=False):
        x = tgt
        if self.norm_first:
            x = x + self._attend(self.norm1(x), tgt_mask, tgt_is_causal)
            x = x + self._cross(self.norm2(x), memory)
            x = x + self._feed(self.norm3(x))
        else:
            x = self.norm1(x + self._attend(x, tgt_mask, tgt_is_causal))
            x = self.norm2(x + self._cross(x, memory))
            x = self.norm3(x + self._feed(x))
        return x

    def _attend(self, x, mask, is_causal):
        return self.dropout1(self.self_attn(x, x, x, attn_mask=mask, is_causal=is_causal)[0])

    def _cross(self, x, memory):
        return self.dropout2(self.multihead_attn(x, memory, memory)[0])

    def _feed(self, x):
        return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(x)))))


def _activation(activation):
    if activation == 'relu':
        return F.relu
    if activation == 'gelu':
        return F.gelu
    return activation


class TransformerEncoder(Module):
    def __init__(self, encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True):
        super().__init__()
        self.layers = ModuleList([deepcopy(encoder_layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        for layer in self.layers:
            src = layer(src, mask, is_causal=is_causal)
        if self.norm is not None:
            src = self.norm(src)
        return src


class TransformerDecoder(Module):
    def __init__(self, decoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers = ModuleList([deepcopy(decoder_layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None,
                tgt_is_causal=None, memory_is_causal=False):
        for layer in self.layers:
            tgt = layer(tgt, memory, tgt_mask, tgt_is_causal=tgt_is_causal)
        if self.norm is not None:
            tgt = self.norm(tgt)
        return tgt


class Transformer(Module):
    def __init__(self, d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1, activation='relu',
                 custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-05, batch_first=False, norm_first=False, bias=True, device=None,
                 dtype=None):
        super().__init__()
        if custom_encoder is not None:
            self.encoder = custom_encoder
        else:
            layer = TransformerEncoderLayer(d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)
            self.encoder = TransformerEncoder(layer, num_encoder_layers, LayerNorm(d_model, eps=layer_norm_eps))
        if custom_decoder is not None:
            self.decoder = custom_decoder
        else:
            layer = TransformerDecoderLayer(d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias)
            self.decoder = TransformerDecoder(layer, num_decoder_layers, LayerNorm(d_model, eps=layer_norm_eps))
        for parameter in self.parameters():
            if parameter.dim() > 1:
                init.xavier_uniform_(parameter)

    def forward(self, src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None, tgt_key_padding_mask=None,
                memory_key_padding_mask=None, src_is_causal=None, tgt_is_causal=None, memory_is_causal=False):
        memory = self.encoder(src, src_mask, is_causal=src_is_causal)
        return self.decoder(tgt, memory, tgt_mask, memory_mask, tgt_is_causal=tgt_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(sz, device=None, dtype=None):
        return torch.triu(torch.full((sz, sz), float('-inf')), diagonal=1)


class ConvNormActivation(Sequential):
    def __init__(self, in_channels, out_channels, kernel_size=3, stride=1, padding=None, groups=1, norm_layer=BatchNorm2d,
                 activation_layer=ReLU, dilation=1, inplace=True, bias=None, conv_layer=Conv2d):
        if padding is None:
            if isinstance(kernel_size, int) and isinstance(dilation, int):
                padding = (kernel_size - 1) // 2 * dilation
            else:
                padding = tuple((k - 1) // 2 * dilation for k in kernel_size)
        if bias is None:
            bias = norm_layer is None
        layers = [conv_layer(in_channels, out_channels, kernel_size, stride, padding, dilation=dilation, groups=groups, bias=bias)]
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer(**({} if inplace is None else {'inplace': inplace})))
        super().__init__(*layers)
        self.out_channels = out_channels


class Conv2dNormActivation(ConvNormActivation):
    def __init__(self, in_channels, out_channels, kernel_size=3, stride=1, padding=None, groups=1, norm_layer=BatchNorm2d,
                 activation_layer=ReLU, dilation=1, inplace=True, bias=None):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation, inplace, bias, Conv2d)


class Conv3dNormActivation(ConvNormActivation):
    def __init__(self, in_channels, out_channels, kernel_size=3, stride=1, padding=None, groups=1, norm_layer=BatchNorm3d,
                 activation_layer=ReLU, dilation=1, inplace=True, bias=None):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation, inplace, bias, Conv3d)


class SqueezeExcitation(Module):
    def __init__(self, input_channels, squeeze_channels, activation=ReLU, scale_activation=Sigmoid):
        super().__init__()
        self.avgpool = AdaptiveAvgPool2d(1)
        self.fc1 = Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def _scale(self, input):
        scale = self.avgpool(input)
        scale = self.activation(self.fc1(scale))
        return self.scale_activation(self.fc2(scale))

    def forward(self, input):
        return self._scale(input) * input


class MLP(Sequential):
    def __init__(self, in_channels, hidden_channels, norm_layer=None, activation_layer=ReLU, inplace=None, bias=True, dropout=0.0):
        layers = []
        width = in_channels
        for hidden in hidden_channels[:-1]:
            layers.append(Linear(width, hidden, bias=bias))
            if norm_layer is not None:
                layers.append(norm_layer(hidden))
            layers.append(activation_layer(**({} if inplace is None else {'inplace': inplace})))
            layers.append(Dropout(dropout))
            width = hidden
        layers.append(Linear(width, hidden_channels[-1], bias=bias))
        layers.append(Dropout(dropout))
        super().__init__(*layers)

${transformersLibrary}${lightningLibrary}${quantizationLibrary}`;

const torch = [
  'Sequential',
  'ModuleList',
  'ModuleDict',
  'ParameterList',
  'ParameterDict',
  'MultiheadAttention',
  'Transformer',
  'TransformerEncoder',
  'TransformerDecoder',
  'TransformerEncoderLayer',
  'TransformerDecoderLayer',
  'GLU',
];
const vision = ['ConvNormActivation', 'Conv2dNormActivation', 'Conv3dNormActivation', 'SqueezeExcitation', 'MLP'];

export const libraryNames: Readonly<Record<string, string>> = Object.fromEntries([
  ...torch.map((name) => [name, `torch.nn.${name}`]),
  ...vision.map((name) => [name, `torchvision.ops.${name}`]),
  ...transformersNames,
  ...lightningNames,
  ...quantizationNames,
  ['addcmul', 'torch.addcmul'],
  ['addcdiv', 'torch.addcdiv'],
  ['lerp', 'torch.lerp'],
  ['var_mean', 'torch.var_mean'],
  ['std_mean', 'torch.std_mean'],
  ['glu', 'torch.nn.functional.glu'],
  ['eye', 'torch.eye'],
  ['finfo', 'torch.finfo'],
  ['iinfo', 'torch.iinfo'],
  ['annotate', 'torch.jit.annotate'],
  ['skip_init', 'torch.nn.utils.skip_init'],
  ['_embedding_from_pretrained', 'torch.nn.Embedding.from_pretrained'],
  ['spectral_norm', 'torch.nn.utils.spectral_norm'],
  ['_einops_einsum', 'einops.einsum'],
  ['_einops_pack', 'einops.pack'],
  ['_einops_unpack', 'einops.unpack'],
  ['weight_norm', 'torch.nn.utils.weight_norm'],
  ['orthogonal', 'torch.nn.utils.parametrizations.orthogonal'],
  ['checkpoint', 'torch.utils.checkpoint.checkpoint'],
  ['checkpoint_sequential', 'torch.utils.checkpoint.checkpoint_sequential'],
  ['_calculate_fan_in_and_fan_out', 'torch.nn.init._calculate_fan_in_and_fan_out'],
  ['_calculate_correct_fan', 'torch.nn.init._calculate_correct_fan'],
]);

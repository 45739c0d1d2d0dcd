#!/usr/bin/env python3
"""What PyTorch itself says of the models in test/fixtures/evaluator: layers, fans, measured variances, activations.

    python3 test/oracle/fixture-truth.py [NAME…]

Runs each fixture under many seeds and writes NAME.json beside NAME.py, one line a layer. A fixture announces its models in comments,

    # expect: Net(hidden=8) on torch.randn(4, 16)

where the first expression is evaluated in the fixture's namespace and the second one is what the model is called with. Needs torch, which the
tests do not: they read the JSON.
"""
import glob
import json
import math
import os
import re
import sys
import warnings

import torch
from torch.overrides import TorchFunctionMode

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'fixtures', 'evaluator')
EXPECT = re.compile(r'^# expect: (.+?) on (.+)$', re.M)
LAYER = re.compile(r'(Linear|Bilinear|Conv[123]d|ConvTranspose[123]d|RNN|LSTM|GRU|(RNN|LSTM|GRU)Cell|MultiheadAttention|Embedding(Bag)?)$')

# Seeds are added until every tensor has this many samples, or there are that many seeds.
SAMPLES, SEEDS = 20_000, 60

ACTIVATIONS = {n: n.rstrip('_') for n in '''relu relu_ relu6 leaky_relu leaky_relu_ elu elu_ selu selu_ celu gelu silu silu_ mish tanh tanh_
    sigmoid sigmoid_ hardtanh hardtanh_ hardswish hardsigmoid softplus softsign prelu rrelu glu softmax log_softmax'''.split()}
NEW_SIGNAL = set('''linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d embedding lstm gru matmul __matmul__ bmm
    baddbmm einsum mm addmm multi_head_attention_forward new_zeros new_ones zeros_like ones_like rand_like randn_like'''.split())


def tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for v in value.values():
            yield from tensors(v)
    elif isinstance(value, (list, tuple)):
        for v in value:
            yield from tensors(v)


def torch_kind(module):
    """The torch.nn class that a layer is or derives from."""
    return next((c.__name__ for c in type(module).__mro__ if c.__module__.startswith('torch.nn.modules')), 'Module')


def layer_modules(model):
    return [(name, module) for name, module in model.named_modules() if LAYER.match(torch_kind(module))]


def first_activations(model, arguments):
    """{path: first activation function that the layer's output reaches, or None}; layers that forward does not call are absent."""
    found = {}
    owners = {id(primary(module)[0]): name for name, module in layer_modules(model)}

    class Follow(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            out = function(*args, **(kwargs or {}))
            name = getattr(function, '__name__', '')
            layers = frozenset().union(*(t.__dict__.get('_reached', frozenset()) for t in tensors([args, kwargs or {}])))
            if name in ACTIVATIONS:
                limits = [v for v in (*args, *(kwargs or {}).values()) if type(v) in (int, float)]
                activation = 'relu6' if ACTIVATIONS[name] == 'hardtanh' and limits == [0, 6] else ACTIVATIONS[name]
                if name == 'gelu' and (kwargs or {}).get('approximate') == 'tanh':
                    activation = 'gelu_tanh'
                for layer in layers:
                    found[layer] = found.get(layer) or activation
            if name in ACTIVATIONS or name in NEW_SIGNAL:
                # A function that is given a layer's own weight does what the layer does.
                layers = frozenset(owners[id(a)] for a in args[1:2] if name in NEW_SIGNAL and id(a) in owners)
                for layer in layers:
                    found.setdefault(layer, None)
            for t in tensors([out]):
                t._reached = layers
            return out

    def mark(name):
        def hook(module, inputs, output):
            found.setdefault(name, None)
            for t in tensors([output]):
                t._reached = frozenset([name])
        return hook

    def indexed(tensor, key):
        # Older versions of PyTorch do not tell a mode about subscripts.
        out = subscript(tensor, key)
        out._reached = tensor.__dict__.get('_reached', frozenset())
        return out

    subscript = torch.Tensor.__getitem__
    hooks = [module.register_forward_hook(mark(name)) for name, module in layer_modules(model)]
    try:
        torch.Tensor.__getitem__ = indexed
        with Follow():
            model(*arguments)
    finally:
        torch.Tensor.__getitem__ = subscript
        for h in hooks:
            h.remove()
    return found


class Moments:
    """Mean and variance of all entries of one tensor over seeds, with their standard errors."""

    def __init__(self):
        self.values = []

    def add(self, tensor):
        self.values.append(tensor.detach().double().flatten())

    def count(self):
        return sum(map(len, self.values))

    def summary(self):
        values = torch.cat(self.values)
        mean, variance = float(values.mean()), float(values.var(unbiased=True)) if len(values) > 1 else 0.0
        if bool((values == values[0]).all()):
            return dict(mean=short(float(values[0])), meanError=0, variance=0, varianceError=0)
        kurtosis = float((values - mean).pow(4).mean()) / variance ** 2
        return dict(mean=short(mean), meanError=short(math.sqrt(variance / len(values)), 3),
                    variance=short(variance), varianceError=short(variance * math.sqrt(max(kurtosis - 1, 0.2) / len(values)), 3))


def short(value, digits=7):
    return float('%.*g' % (digits, value))


def primary(module):
    """(weight, bias): the first matrix that the layer owns, and the bias that goes with it."""
    own = dict(module.named_parameters(recurse=False))
    # Weight normalization and parametrizations make the weight that works from others.
    made = getattr(module, 'weight', None)
    if 'weight' not in own and isinstance(made, torch.Tensor) and made.dim() >= 2:
        return made, own.get('bias')
    name = next(n for n, p in own.items() if p.dim() >= 2)
    return own[name], own.get(name.replace('weight', 'bias'))


def load(path, seed):
    torch.manual_seed(seed)
    namespace = {'__name__': 'fixture', '__file__': path}
    module = type(sys)('fixture')
    namespace = module.__dict__
    namespace['__file__'] = path
    sys.modules['fixture'] = module
    with open(path, encoding='utf8') as f:
        exec(compile(f.read(), path, 'exec'), namespace)
    return namespace


def truth(path, call, given):
    namespace = load(path, 0)
    model = eval(call, namespace).train()
    arguments = eval(given, {'torch': torch})
    activations = first_activations(model, arguments if isinstance(arguments, tuple) else (arguments,))
    rows = [(name, torch_kind(module), Moments(), Moments()) for name, module in layer_modules(model)]
    fans = {name: torch.nn.init._calculate_fan_in_and_fan_out(primary(module)[0]) for name, module in layer_modules(model)}
    for seed in range(1, SEEDS + 1):
        fresh = dict(layer_modules(eval(call, load(path, seed))))
        for module in fresh.values():
            # Such as weight normalization's, which makes the weight that works.
            for hook in module._forward_pre_hooks.values():
                hook(module, None)
        for name, _, weights, biases in rows:
            weight, bias = primary(fresh[name])
            weights.add(weight)
            if bias is not None:
                biases.add(bias)
        if all(m.count() >= SAMPLES for row in rows for m in row[2:] if m.count()):
            break
    layers = [dict(path=name, kind=kind, fanIn=fans[name][0], fanOut=fans[name][1], weight=weights.summary(),
                   bias=biases.summary() if biases.count() else None, called=name in activations, activation=activations.get(name))
              for name, kind, weights, biases in rows]
    return dict(entry=re.sub(r'\(.*', '', call), call=call, layers=layers)


def write(path, models):
    with open(path, 'w', encoding='utf8') as f:
        f.write('[\n' + ',\n'.join('{"entry":%s,"call":%s,"layers":[\n%s\n]}' % (
            json.dumps(m['entry']), json.dumps(m['call']), ',\n'.join(json.dumps(row, separators=(',', ':')) for row in m['layers'])) for m in models) + '\n]\n')


def main():
    torch.set_num_threads(1)
    warnings.simplefilter('ignore')
    names = sys.argv[1:] or sorted(os.path.basename(p)[:-3] for p in glob.glob(os.path.join(FIXTURES, '*.py')))
    failed = 0
    for name in names:
        path = os.path.join(FIXTURES, name + '.py')
        with open(path, encoding='utf8') as f:
            expected = EXPECT.findall(f.read())
        try:
            models = [truth(path, call, given) for call, given in expected]
            write(path[:-3] + '.json', models)
            print('%-28s %s' % (name, ', '.join('%s: %d layers' % (m['entry'], len(m['layers'])) for m in models)), flush=True)
        except Exception as ex:
            failed = 1
            print('%-28s FAILED: %s: %s' % (name, type(ex).__name__, ex), flush=True)
    return failed


if __name__ == '__main__':
    sys.exit(main())

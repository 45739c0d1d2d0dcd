"""Second moments and gradients of the models in test/fixtures/propagation/patches.py, as means over random PyTorch networks.

    python3 test/oracle/patches.py > test/golden/patches.json

Needs PyTorch and einops. `gradient` is the mean square of df/doutput for f = sum(output * N(0, 1)), relative to the network's output.
"""
import json
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import patches

SEEDS = 60


def keep(outputs, name):
    def hook(_, __, output):
        output.retain_grad()
        outputs[name] = output

    return hook


def measure(make):
    q, gradient = {}, {}
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        model, outputs = make(), {}
        for name, module in model.named_modules():
            if isinstance(module, nn.Linear):
                module.register_forward_hook(keep(outputs, name))
        result = model(torch.randn(4, 3, 48, 48))
        (result * torch.randn_like(result)).sum().backward()
        for name, output in outputs.items():
            q[name] = q.get(name, 0) + output.pow(2).mean().item() / SEEDS
            gradient[name] = gradient.get(name, 0) + output.grad.pow(2).mean().item() / SEEDS
    return {name: {'q': round(q[name], 7), 'gradient': float(f"{gradient[name] / gradient['head']:.4g}")} for name in q}


print(json.dumps({make.__name__: measure(make) for make in (patches.WithEinops, patches.ByHand)}, indent=1))

"""Means over random PyTorch networks of what leaves their layers, for the oracles of whole models."""

import torch
from torch import nn

SEEDS = 60


def keep(outputs, name):
    def hook(_, __, output):
        output.retain_grad()
        outputs[name] = output

    return hook


def measure(make, inputs, last='head', kinds=(nn.Linear, nn.Embedding, nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d)):
    """By layer: second moment of its output, and mean square of df/doutput for f = sum(output * N(0, 1)), relative to that of `last`."""
    q, gradient = {}, {}
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        model, outputs = make(), {}
        for name, module in model.named_modules():
            if isinstance(module, kinds):
                module.register_forward_hook(keep(outputs, name))
        given = inputs()
        result = model(*given) if isinstance(given, tuple) else model(given)
        (result * torch.randn_like(result)).sum().backward()
        for name, output in outputs.items():
            q[name] = q.get(name, 0) + output.pow(2).mean().item() / SEEDS
            gradient[name] = gradient.get(name, 0) + output.grad.pow(2).mean().item() / SEEDS
    return {name: {'q': float(f'{q[name]:.5g}'), 'gradient': float(f'{gradient[name] / gradient[last]:.4g}')} for name in q}

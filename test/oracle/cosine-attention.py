"""Moments of softmax weights, and signals and gradients of attention by cosines, written to test/golden/cosine-attention.json.

    /usr/bin/python3 test/oracle/cosine-attention.py

Needs mpmath and PyTorch (made with 1.13). Two weights are 1/(1 + e^{±d}), d ~ N(0, 2v), so that their moments are one integral; for more of them
they are drawn. The network is what test/propagation/attention.test.ts writes out, drawn anew for each seed; f = sum(output * N(0, 1)).
"""

import json
import math
import pathlib

import mpmath
import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)


def two(variance):
    s = mpmath.sqrt(2 * variance)

    def mean(power):
        def f(d):
            a = 1 / (1 + mpmath.e ** (-d))
            return (a**power + (1 - a) ** power) * mpmath.npdf(d, 0, s)

        return float(mpmath.quad(f, mpmath.linspace(-12 * s, 12 * s, 25)))

    return {"variance": variance, "count": 2, "square": mean(2), "cube": mean(3), "error": 1e-8}


def drawn(variance, count, draws=400_000):
    torch.manual_seed(0)
    a = torch.softmax(torch.randn(draws, count, dtype=torch.float64) * math.sqrt(variance), 1)
    square, cube = (a**2).sum(1), (a**3).sum(1)
    error = max((x.std() / x.mean()).item() for x in (square, cube)) / math.sqrt(draws)
    return {"variance": variance, "count": count, "square": square.mean().item(), "cube": cube.mean().item(), "error": 4 * error}


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.logit_scale = nn.Parameter(torch.log(10 * torch.ones((heads, 1, 1))))

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).reshape(B, T, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)
        logits = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
        logits = logits * torch.clamp(self.logit_scale, max=math.log(100.0)).exp()
        return self.out((logits.softmax(-1) @ v).transpose(1, 2).reshape(B, T, C))


class Net(nn.Module):
    def __init__(self, width, heads, depth):
        super().__init__()
        self.first = nn.Linear(width, width, bias=False)
        self.blocks = nn.ModuleList(Attention(width, heads) for _ in range(depth))
        self.last = nn.Linear(width, width, bias=False)

    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = x + block(x)
        return self.last(x)


def network(tokens, width, heads, depth, seeds):
    q, ratios = [], []
    for seed in range(seeds):
        torch.manual_seed(seed)
        net = Net(width, heads, depth)
        outputs = []
        for block in net.blocks:
            block.register_forward_hook(lambda _, __, y: outputs.append(y.detach().square().mean().item()))
        y = net(torch.randn(2, tokens, width))
        (y * torch.randn_like(y)).sum().backward()
        q.append(outputs)
        ratios.append(math.log10(net.last.weight.grad.norm() / net.first.weight.grad.norm()))
    columns = torch.tensor(q, dtype=torch.float64)
    ratios = torch.tensor(ratios, dtype=torch.float64)
    return {"tokens": tokens, "width": width, "heads": heads, "depth": depth, "seeds": seeds,
            "q": [float(f"{x:.5g}") for x in columns.mean(0)],
            "log10GradientRatio": round(ratios.mean().item(), 4), "spread": round(ratios.std().item(), 4)}


weights = [two(v) for v in (0.1, 1, 5)] + [drawn(v, n) for v, n in ((0.3, 50), (3, 16), (3, 64), (10, 64))]
target = pathlib.Path(__file__).parent.parent / "golden" / "cosine-attention.json"
target.write_text(json.dumps({"weights": weights, "network": network(64, 192, 6, 4, 20)}, indent=1) + "\n")

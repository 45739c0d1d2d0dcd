"""A ReLU network that is initialized as it should be: nothing to report.

What to look at: no warning although there are twenty layers, because He's initialization (σ_w² = 2) is exactly critical
for ReLU. Put the cursor into `nonlinearity="relu"`, write "tanh" instead, and see what becomes of it.
"""

import torch
from torch import nn


class HeMlp(nn.Module):
    def __init__(self, inputs=784, hidden=512, classes=10, depth=20):
        super().__init__()
        sizes = [inputs] + [hidden] * (depth - 1)
        layers = []
        for fan_in, fan_out in zip(sizes, sizes[1:]):
            layers.append(nn.Linear(fan_in, fan_out))
            layers.append(nn.ReLU())
        layers.append(nn.Linear(hidden, classes))
        self.layers = nn.Sequential(*layers)
        self.apply(self.initialize)

    @staticmethod
    def initialize(module):
        if isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.layers(x)


if __name__ == "__main__":
    print(HeMlp()(torch.randn(2, 784)).shape)

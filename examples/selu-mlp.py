"""A self-normalizing network that is not, and the one that is.

What to look at: SELU keeps mean 0 and variance 1 only with LeCun's initialization (σ_w² = 1). `Forgotten` leaves PyTorch's
default (σ_w² = 1/3), so q falls from layer to layer. `SelfNormalizing` calls `kaiming_normal_` with
`nonlinearity="linear"`, which is LeCun's, because the gain that PyTorch lists for "selu" is another one (3/4).
"""

import torch
from torch import nn


def block(width):
    return nn.Sequential(nn.Linear(width, width), nn.SELU())


class Forgotten(nn.Module):
    def __init__(self, width=128, depth=24):
        super().__init__()
        self.blocks = nn.Sequential(*[block(width) for _ in range(depth)])
        self.head = nn.Linear(width, 1)

    def forward(self, x):
        return self.head(self.blocks(x))


class SelfNormalizing(Forgotten):
    def __init__(self, width=128, depth=24):
        super().__init__(width, depth)
        for name, parameter in self.named_parameters():
            if name.endswith("weight"):
                nn.init.kaiming_normal_(parameter, nonlinearity="linear")
            else:
                nn.init.zeros_(parameter)


if __name__ == "__main__":
    x = torch.randn(2, 128)
    print(Forgotten()(x).shape, SelfNormalizing()(x).shape)

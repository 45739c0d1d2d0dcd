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


class Shallow(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 256)
        self.outputs = nn.Linear(256, 10)

    def forward(self, x):
        return self.outputs(torch.relu(self.hidden(x)))

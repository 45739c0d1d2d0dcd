import copy
from copy import deepcopy
import torch
from torch import nn


# ### A stack of deep copies
class Stack(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.Linear(32, 32)
        #       ^^^^^^^^^^^^^^^^^ hint identical-copies: The 2 layers in layers start with equal weights
        #       ^^^^^^^^^^^^^^^^^ fix: Draw the weights of layers anew
        self.layers = nn.ModuleList([deepcopy(layer) for _ in range(2)])

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return x


# ### Copies of an initialized block, with a helper
def clones(module, n):
    return nn.ModuleList([copy.deepcopy(module) for _ in range(n)])


class Clones(nn.Module):
    def __init__(self):
        super().__init__()
        block = nn.Sequential(nn.Linear(32, 32), nn.Tanh())
        #                     ^^^^^^^^^^^^^^^^^ hint identical-copies: The 3 layers in blocks start with equal weights, since they are copies of one layer (0.weight)
        #                     ^^^^^^^^^^^^^^^^^ no fix
        nn.init.normal_(block[0].weight, std=0.18)
        self.blocks = clones(block, 3)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


# ### PyTorch's own encoder copies its layer
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(64, 4, 128)
        #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint identical-copies: The 6 layers in encoder.layers
        #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no fix
        self.encoder = nn.TransformerEncoder(layer, 6)

    def forward(self, x):
        return self.encoder(x)


# ### Where a layer names the framework, the encoder's weights can be drawn anew
class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(64, 4, 128)
        #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint identical-copies: The 6 layers in encoder.layers
        #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ fix: Draw the weights of encoder.layers anew
        self.encoder = nn.TransformerEncoder(layer, 6)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.encoder(x))


# ### Silent: drawn anew after copying
class Redrawn(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(64, 4, 128)
        self.encoder = nn.TransformerEncoder(layer, 6)
        for parameter in self.encoder.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x):
        return self.encoder(x)


# ### Silent: a target network is meant to start equal, and layers that a loop makes are drawn one by one
class Target(nn.Module):
    def __init__(self):
        super().__init__()
        self.online = nn.Sequential(nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 16))
        self.target = deepcopy(self.online)
        self.layers = nn.ModuleList([nn.Linear(16, 16) for _ in range(2)])

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.online(x) - self.target(x)


# ### Silent: copies of zeros are no draws
class Zeros(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.Linear(16, 16)
        nn.init.zeros_(layer.weight)
        self.layers = nn.ModuleList([deepcopy(layer) for _ in range(2)])

    def forward(self, x):
        for layer in self.layers:
            x = x + layer(x)
        return x

import torch
from torch import nn
import torch.nn.functional as F


# ### Layers in a list
class List(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(64, 64) for _ in range(2)]
#       ^^^^^^^^^^^ warning unregistered-layers: layers keeps 2 Linear in a plain list
#       ^^^^^^^^^^^ fix: Use nn.ModuleList
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.head(x)


# ### Layers that are appended to a list, with their norms
class Appended(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = []
#       ^^^^^^^^^^^ warning unregistered-layers: blocks keeps 4 layers (Conv2d and BatchNorm2d)
#       ^^^^^^^^^^^ fix: Use nn.ModuleList
        for _ in range(2):
            self.blocks.append(nn.Sequential(nn.Conv2d(8, 8, 3), nn.BatchNorm2d(8), nn.ReLU()))
        self.head = nn.Conv2d(8, 10, 1)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)


# ### Layers in a dictionary of a part of the model
class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = {'mean': nn.Linear(16, 1), 'scale': nn.Linear(16, 1)}
#       ^^^^^^^^^^ warning unregistered-layers: heads.heads keeps 2 Linear in a plain dict: parameters() does not list them, so no optimizer trains them and .to() does not move them. Use nn.ModuleDict.
#       ^^^^^^^^^^ fix: Use nn.ModuleDict

    def forward(self, x):
        return self.heads['mean'](x), self.heads['scale'](x)


class Dictionary(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(16, 16)
        self.heads = Heads()

    def forward(self, x):
        return self.heads(torch.tanh(self.body(x)))


# ### Layers in a tuple
class Tuple(nn.Module):
    def __init__(self):
        super().__init__()
        self.pair = (nn.Linear(16, 16), nn.Linear(16, 16))
#       ^^^^^^^^^ warning unregistered-layers: pair keeps 2 Linear in a plain tuple
#       ^^^^^^^^^ fix: Use nn.ModuleList
        self.head = nn.Linear(16, 1)

    def forward(self, x):
        return self.head(self.pair[1](self.pair[0](x)))


# ### Silent: nn.ModuleList registers them
class Registered(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(64, 64) for _ in range(2)])

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return x


# ### Silent: the list is a second name of layers that are registered by add_module, by attribute or by nn.Sequential
class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = []
        for i in range(2):
            layer = nn.Linear(16, 16)
            self.add_module(f'layer{i}', layer)
            self.layers.append(layer)
        self.a = nn.Linear(16, 16)
        self.b = nn.Linear(16, 16)
        self.both = [self.a, self.b]
        self.parts = [nn.Linear(16, 16), nn.SELU()]
        self.body = nn.Sequential(*self.parts)

    def forward(self, x):
        for layer in self.layers + self.both:
            x = F.selu(layer(x))
        return self.body(x)


# ### Silent: layers without parameters, and layers that forward does not use
class Nothing(nn.Module):
    def __init__(self):
        super().__init__()
        self.activations = [nn.ReLU(), nn.Tanh()]
        self.unused = [nn.Linear(4, 4), nn.Linear(4, 4)]
        self.fc = nn.Linear(16, 16)

    def forward(self, x):
        for activation in self.activations:
            x = activation(self.fc(x))
        return x


# ### Silent: one module in a list of its own is hidden on purpose
class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        self.teacher = [nn.Sequential(nn.Linear(16, 16), nn.Tanh())]
        self.fc = nn.Linear(16, 16)

    def forward(self, x):
        return self.fc(x) - self.teacher[0](x)


# ### No fix: the list holds pairs, which a ModuleList does not take
class Pairs(nn.Module):
    def __init__(self):
        super().__init__()
        self.pairs = [[nn.Linear(16, 16), nn.Tanh()], [nn.Linear(16, 16), nn.Tanh()]]
#       ^^^^^^^^^^ warning unregistered-layers: pairs keeps 2 Linear
#       ^^^^^^^^^^ no fix
        self.head = nn.Linear(16, 1)

    def forward(self, x):
        for layer, activation in self.pairs:
            x = activation(layer(x))
        return self.head(x)


# ### No fix: lists can be joined where a ModuleList cannot
class Joined(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = [nn.Linear(16, 16), nn.Linear(16, 16)]
#       ^^^^^^^^^^ warning unregistered-layers: first keeps 2 Linear
#       ^^^^^^^^^^ no fix
        self.head = nn.Linear(16, 1)

    def forward(self, x):
        for layer in [torch.tanh] + self.first + [torch.tanh]:
            x = layer(x)
        return self.head(x)


# ### No fix: a key that is a method of nn.ModuleDict
class Method(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = {'type': nn.Linear(16, 1), 'pose': nn.Linear(16, 1)}
#       ^^^^^^^^^^ warning unregistered-layers: heads keeps 2 Linear
#       ^^^^^^^^^^ no fix
        self.body = nn.Linear(16, 16)

    def forward(self, x):
        x = torch.tanh(self.body(x))
        return self.heads['type'](x), self.heads['pose'](x)

import torch
from torch import nn


# ### A method that apply should get
class Apply(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 10)

    def _init_weights(self, module):
#       ^^^^^^^^^^^^^ warning uncalled-initializer: Nothing calls _init_weights: all 2 weights keep the PyTorch default. Add self.apply(self._init_weights) at the end of __init__.
#       ^^^^^^^^^^^^^ fix: Add self.apply(self._init_weights)
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.1)

    def forward(self, x):
        return self.b(torch.tanh(self.a(x)))


# ### A method without arguments, in a part of the model
class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def _reset_parameters(self):
#       ^^^^^^^^^^^^^^^^^ warning uncalled-initializer: Nothing calls _reset_parameters: the weight keeps the PyTorch default. Add self._reset_parameters() at
#       ^^^^^^^^^^^^^^^^^ fix: Add self._reset_parameters()
        nn.init.xavier_uniform_(self.conv.weight)
        self.conv.bias.data.zero_()

    def forward(self, x):
        return self.conv(x)


class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()

    def forward(self, x):
        return self.part(x)


# ### A public one, where the file itself makes the model
class Public(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)

    def init_weights(self):
#       ^^^^^^^^^^^^ warning uncalled-initializer: Nothing calls init_weights
#       ^^^^^^^^^^^^ fix: Add self.init_weights()
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.orthogonal_(module.weight)

    def forward(self, x):
        return torch.tanh(self.fc(x))


model = Public()


# ### A function beside the model that the file makes
def weights_init(module):
#   ^^^^^^^^^^^^ warning uncalled-initializer: Nothing calls weights_init: all 2 weights keep the PyTorch default. Call model.apply(weights_init) where the model is made.
    name = module.__class__.__name__
    if name.find('Conv') != -1:
        module.weight.data.normal_(0.0, 0.02)


net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))


# ### Silent: called by the constructor, handed to apply, or called by the program
class Called(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)
        self._init_weights()

    def _init_weights(self):
        nn.init.orthogonal_(self.fc.weight)

    def forward(self, x):
        return self.fc(x)


class Later(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)

    def _init_weights(self):
        nn.init.orthogonal_(self.fc.weight)

    def forward(self, x):
        return self.fc(x)


def train():
    model = Later()
    model._init_weights()


# ### Silent: a public method, or a function, may be called by the code that makes the model elsewhere
def init_weights(module):
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.1)


class Library(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)

    def reset_parameters(self):
        nn.init.orthogonal_(self.fc.weight)

    def forward(self, x):
        return self.fc(x)


# ### Silent: a subclass calls it, and a base class that is not there may
from transformers import PreTrainedModel


class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.1)

    def forward(self, x):
        return self.fc(x)


class Derived(Base):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(64, 2)
        self.apply(self._init_weights)

    def forward(self, x):
        return self.head(super().forward(x))


class Foreign(PreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.fc = nn.Linear(64, 64)
        self.post_init()

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            module.weight.data.normal_(std=0.02)

    def forward(self, x):
        return self.fc(x)


# ### Silent: the weights are initialized in another way, so that the method is only left over
class LeftOver(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)
        nn.init.normal_(self.fc.weight, std=0.1)

    def _init_weights(self):
        nn.init.orthogonal_(self.fc.weight)

    def forward(self, x):
        return self.fc(x)


# ### No fix: a method that asks for what is not there any more would raise
class Stale(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)

    def _init_weights(self):
#       ^^^^^^^^^^^^^ warning uncalled-initializer: Nothing calls _init_weights
#       ^^^^^^^^^^^^^ no fix
        nn.init.normal_(self.fc.weight, std=0.1)
        for block in self.blocks:
            nn.init.zeros_(block.weight)

    def forward(self, x):
        return self.fc(x)

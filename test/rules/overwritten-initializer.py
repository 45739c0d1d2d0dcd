import torch
from torch import nn


def init_weights(module):
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.1)
        nn.init.zeros_(module.bias)


# ### A branch that starts at zero, and then apply over all layers
class Apply(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.branch = nn.Linear(64, 64)
        nn.init.zeros_(self.branch.weight)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint overwritten-initializer: zeros_ of branch.weight has no effect: normal_(std=0.1) in line 7 runs later
        self.apply(init_weights)

    def forward(self, x):
        return x + self.branch(torch.tanh(self.a(x)))


# ### A prior in the bias of the head, and then a loop over the modules
class Prior(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(64, 64)
        self.head = nn.Linear(64, 2)
        self.head.bias.data.fill_(-4.6)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint overwritten-initializer: head.bias has no effect
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                module.bias.data.zero_()

    def forward(self, x):
        return self.head(torch.tanh(self.body(x)))


# ### A block zeroes its last layer, and the model draws all weights again
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(32, 32)
        self.b = nn.Linear(32, 32)
        nn.init.constant_(self.b.weight, 0)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint overwritten-initializer: blocks.0.b.weight and blocks.1.b.weight

    def forward(self, x):
        return x + self.b(torch.tanh(self.a(x)))


class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block() for _ in range(2)])
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


# ### Silent: the general initializer first, the special ones after it
class Order(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.branch = nn.Linear(64, 64)
        self.apply(init_weights)
        nn.init.zeros_(self.branch.weight)
        nn.init.constant_(self.branch.bias, 0.5)

    def forward(self, x):
        return x + self.branch(torch.tanh(self.a(x)))


# ### Silent: what is written later is the same, scales what is there, or replaces an allocation
class Same(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.head = nn.Linear(64, 64)
        self.token = nn.Parameter(torch.zeros(1, 64))
        nn.init.normal_(self.token, std=0.1)
        nn.init.zeros_(self.head.bias)
        nn.init.ones_(self.head.weight)
        self.head.weight.data.mul_(0.1)
        nn.init.normal_(self.a.weight, std=0.1)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.constant_(module.bias, 0.0)

    def forward(self, x):
        return self.head(torch.tanh(self.a(x + self.token)))


# ### Silent: it is not known whether the general initializer runs
class Maybe(nn.Module):
    def __init__(self, again: bool):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.branch = nn.Linear(64, 64)
        nn.init.zeros_(self.branch.weight)
        if again:
            self.apply(init_weights)

    def forward(self, x):
        return x + self.branch(torch.tanh(self.a(x)))

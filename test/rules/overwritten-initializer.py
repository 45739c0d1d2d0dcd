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


# ### Modulation of a block that starts at zero, as in adaLN-Zero
class ModulatedBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(64, elementwise_affine=False)
        self.mlp = nn.Linear(64, 64)
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(64, 192))
        nn.init.zeros_(self.modulation[-1].weight)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint overwritten-initializer: blocks.0.modulation.1.weight and blocks.1.modulation.1.weight has no effect

    def forward(self, x, condition):
        shift, scale, gate = self.modulation(condition).chunk(3, dim=-1)
        return x + gate * self.mlp(self.norm(x) * (1 + scale) + shift)


class Modulated(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([ModulatedBlock() for _ in range(2)])
        self.apply(init_weights)

    def forward(self, x, condition):
        for block in self.blocks:
            x = block(x, condition)
        return x


# ### A layer scale that a loop over all vectors sets to one
class LayerScale(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)
        self.gamma = nn.Parameter(1e-5 * torch.ones(64))
        #                                ^^^^^^^^^^^^^^ hint overwritten-initializer: gamma has no effect: ones_ in line
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.ones_(parameter)

    def forward(self, x):
        return x + self.gamma * self.fc(x)


# ### A loaded backbone, and then apply over the whole model
class Loaded(nn.Module):
    def __init__(self, path):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64))
        self.backbone.load_state_dict(torch.load(path))
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning overwritten-initializer: The loaded weights of backbone.0.weight and backbone.2.weight are lost: normal_(std=0.1) in line 7 runs later and overwrites them. Initialize first, then load.
        self.head = nn.Linear(64, 10)
        self.apply(init_weights)

    def forward(self, x):
        return self.head(self.backbone(x))


# ### A loaded model that a loop initializes again
class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 10)
        state = torch.load('weights.pt')
        self.load_state_dict(state['model'], strict=False)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning overwritten-initializer: The loaded weights of a.weight and b.weight are lost
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x):
        return self.b(torch.tanh(self.a(x)))


# ### Silent: initialized before loading, or a new head on a loaded model
class Head(nn.Module):
    def __init__(self, path):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(64, 64), nn.Tanh())
        self.head = nn.Linear(64, 10)
        self.apply(init_weights)
        self.load_state_dict(torch.load(path))
        nn.init.normal_(self.head.weight, std=0.01)

    def forward(self, x):
        return self.head(x + self.backbone(x))


# ### Silent: loaded again later, copied from elsewhere, or initialized only where nothing is loaded
class Again(nn.Module):
    def __init__(self, path, pretrained):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64)
        self.c = nn.Linear(64, 64)
        self.a.load_state_dict(torch.load(path))
        self.b.load_state_dict(torch.load(path))
        if pretrained:
            self.c.load_state_dict(torch.load(path))
        nn.init.normal_(self.a.weight, std=0.1)
        if not pretrained:
            nn.init.normal_(self.c.weight, std=0.1)
        with torch.no_grad():
            self.b.weight.copy_(self.a.weight)
        self.a.load_state_dict(torch.load(path))

    def forward(self, x):
        return self.c(self.b(torch.tanh(self.a(x))))


# ### Silent: a layer scale that its own initializer writes
class OwnScale(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)
        self.gamma = nn.Parameter(torch.full((64,), 1e-5))
        nn.init.constant_(self.gamma, 0.1)
        self.apply(init_weights)

    def forward(self, x):
        return x + self.gamma * self.fc(x)


# ### Silent: initialized where loading fails
class Fallback(nn.Module):
    def __init__(self, path):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64)
        try:
            self.load_state_dict(torch.load(path))
        except FileNotFoundError:
            self.apply(init_weights)

    def forward(self, x):
        return x + self.b(torch.tanh(self.a(x)))


# ### Silent: loaded and left, or initialized
class Left(nn.Module):
    def __init__(self, path):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.init_weights(path)

    def init_weights(self, path):
        if path is not None:
            self.load_state_dict(torch.load(path))
            return
        self.apply(init_weights)

    def forward(self, x):
        return x + torch.tanh(self.a(x))


# ### What is written into the weight that weight normalization calculates
class Normed(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.utils.weight_norm(nn.Linear(64, 64))
        self.b = nn.utils.weight_norm(nn.Linear(64, 64))
        self.a.weight.data.normal_(0, 0.01)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information overwritten-initializer: normal_(0.01) of a.weight has no effect: weight_norm in line

    def forward(self, x):
        return self.b(torch.tanh(self.a(x)))


# ### Silent: the same before weight normalization, and its own tensors afterwards
class First(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        nn.init.xavier_normal_(self.a.weight)
        self.a = nn.utils.weight_norm(self.a)
        self.b = nn.utils.weight_norm(nn.Linear(64, 64))
        nn.init.zeros_(self.b.bias)

    def forward(self, x):
        return self.b(torch.tanh(self.a(x)))

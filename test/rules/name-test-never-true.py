import math
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.c_fc = nn.Linear(width, width)
        self.c_proj = nn.Linear(width, width)

    def forward(self, x):
        return x + self.c_proj(torch.tanh(self.c_fc(x)))


# ### The scaling of residual projections, asked of the parameters of one module
class Scaled(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        self.blocks = nn.ModuleList([Block() for _ in range(depth)])
        self.std = 0.02 / math.sqrt(2 * depth)
        self.apply(self._init_weights)

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
        for name, parameter in module.named_parameters(recurse=False):
            if name == 'c_proj.weight':
            #  ^^^^^^^^^^^^^^^^^^^^^^^ warning name-test-never-true: name == 'c_proj.weight' never holds: the names here are like 'weight' and 'bias', so blocks.0.c_proj.weight and blocks.1.c_proj.weight are not initialized by this branch. Loop over named_parameters() of the whole model instead.
            #  ^^^^^^^^^^^^^^^^^^^^^^^ no fix
                nn.init.normal_(parameter, std=self.std)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


# ### A name of a tensor, asked of modules
class Modules(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block() for _ in range(2)])
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear) and name.endswith('c_proj.weight'):
            #  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning name-test-never-true: so blocks.0.c_proj.weight and blocks.1.c_proj.weight are
                nn.init.normal_(module.weight, std=0.002)
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.02)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


# ### A short name, asked of full ones
class Full(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = Block()
        self.head = nn.Linear(64, 10)
        for name, parameter in self.named_parameters():
            if name == 'c_proj.weight':
            #  ^^^^^^^^^^^^^^^^^^^^^^^ warning name-test-never-true: the names here are like 'body.c_fc.weight' and 'body.c_fc.bias', so body.c_proj.weight is not initialized by this branch. Test the end of the name instead.
            #  ^^^^^^^^^^^^^^^^^^^^^^^ fix: Use name.endswith('.c_proj.weight')
                nn.init.zeros_(parameter)
            elif parameter.dim() > 1:
                nn.init.xavier_normal_(parameter)

    def forward(self, x):
        return self.head(self.body(x))


# ### Silent: it holds for some names, on the whole model or on the parts
class Right(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block() for _ in range(2)])
        self.apply(self._init_weights)
        for name, parameter in self.named_parameters():
            if name.endswith('c_proj.weight'):
                nn.init.normal_(parameter, std=0.002)

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
        for name, parameter in module.named_parameters():
            if name == 'c_proj.weight':
                nn.init.normal_(parameter, std=0.002)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


# ### Silent: no tensor has such a name, another branch comes first, or it starts at that value anyway
class General(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = Block()
        self.norm = nn.LayerNorm(64)
        for name, parameter in self.named_parameters():
            if 'query' in name:
                nn.init.normal_(parameter, std=0.002)
            elif 'weight' in name and parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)
            elif 'c_proj.weight' in name:
                nn.init.zeros_(parameter)
        for name, module in self.named_children():
            if 'norm.weight' in name:
                nn.init.ones_(module.weight)

    def forward(self, x):
        return self.norm(self.body(x))


# ### Silent: names of classes are not those of tensors
class Classes(nn.Module):
    def __init__(self):
        super().__init__()
        self.Conv = nn.Linear(64, 64)
        for module in self.modules():
            name = module.__class__.__name__
            if 'Conv' in name:
                nn.init.normal_(module.weight, std=0.02)
            elif 'Linear' in name:
                nn.init.normal_(module.weight, std=0.1)

    def forward(self, x):
        return self.Conv(x)

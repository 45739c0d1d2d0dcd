import torch
from torch import nn
import torch.nn.functional as F


# ### The gain of PyTorch's table
class Table(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(256, 256) for _ in range(6)])
        #                            ^^^^^^^^^^^^^^^^^^^ hint gain-breaks-self-normalization: kaiming_normal_(nonlinearity='selu') (line 16) gives σ_w² = 0.5625 in layers.0 and 5 more: with SELU gradients keep their size (χ₁ = 1.004), but the mean square of the signal settles at 0.023 instead of 1. Self-normalization needs σ_w² = 1: nn.init.kaiming_normal_(w, nonlinearity='linear').
        #                            ^^^^^^^^^^^^^^^^^^^ fix: Use σ_w² = 1, as self-normalization needs
        self.head = nn.Linear(256, 10)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity='selu')
                nn.init.zeros_(module.bias)

    def forward(self, x):
        for layer in self.layers:
            x = F.selu(layer(x))
        return self.head(x)


# ### The same by the name of the gain
class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 64), nn.SELU(), nn.Linear(64, 64), nn.SELU(), nn.Linear(64, 64))
        #                         ^^^^^^^^^^^^^^^^^ hint gain-breaks-self-normalization: in body.0 and 1 more
        #                         ^^^^^^^^^^^^^^^^^ fix: Use σ_w² = 1, as self-normalization needs
        for layer in self.body:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight, gain=nn.init.calculate_gain('selu'))
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        return self.body(x)


# ### Written out, there is no gain to exchange
class Written(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64, bias=False)
        #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint gain-breaks-self-normalization: in a and 1 more
        #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no fix
        self.b = nn.Linear(64, 64, bias=False)
        nn.init.normal_(self.a.weight, std=0.75 / 8)
        nn.init.normal_(self.b.weight, std=0.75 / 8)

    def forward(self, x):
        return F.selu(self.b(F.selu(self.a(x))))


# ### No fix: the same call draws a layer with another activation
class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64, bias=False)
        #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint gain-breaks-self-normalization: in a and 1 more
        #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no fix
        self.b = nn.Linear(64, 64, bias=False)
        self.c = nn.Linear(64, 64, bias=False)
        for layer in (self.a, self.b, self.c):
            nn.init.kaiming_normal_(layer.weight, nonlinearity='selu')

    def forward(self, x):
        return torch.tanh(self.c(F.selu(self.b(F.selu(self.a(x))))))


# ### Silent: LeCun's initializer
class LeCun(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(256, 256) for _ in range(6)])
        for layer in self.layers:
            nn.init.kaiming_normal_(layer.weight, nonlinearity='linear')
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = F.selu(layer(x))
        return x


# ### Silent: a single layer, a normalization, and another activation with this gain
class Others(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.norm = nn.BatchNorm1d(64)
        self.b = nn.Linear(64, 64)
        self.c = nn.Linear(64, 64)
        for layer in (self.a, self.b, self.c):
            nn.init.kaiming_normal_(layer.weight, nonlinearity='selu')
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = F.selu(self.norm(self.a(x)))
        return F.elu(self.c(F.selu(self.b(x))))

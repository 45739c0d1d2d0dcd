import torch
from torch import nn
import torch.nn.functional as F


# ### tanh with weights of standard deviation 3/√fan_in is chaotic
class Chaotic(nn.Module):
    # ^^^^^^^ error exploding-gradient: Gradients explode
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(100, 100) for _ in range(30)])
        #                            ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: tanh
        for layer in self.layers:
            nn.init.normal_(layer.weight, std=0.3)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return x


# ### ReLU with weights of variance 1
class Unscaled(nn.Module):
    # ^^^^^^^^ error exploding-gradient: ReLU needs 2: nn.init.kaiming_normal_(w, nonlinearity='relu').
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(256, 256), nn.ReLU()) for _ in range(6)])
        #                                         ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: χ₁ = 128
        for parameter in self.parameters():
            nn.init.normal_(parameter)

    def forward(self, x):
        return self.body(x)


# ### A gain of 2 for each of thirty ReLU layers
def initialize(module):
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight, gain=2)
        module.bias.data.fill_(0)


class Gain(nn.Module):
    # ^^^^ error exploding-gradient: χ₁ = 2
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Conv2d(64, 64, 3, padding=1), nn.ReLU()) for _ in range(30)])
        #                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: ReLU needs 2
        self.apply(initialize)

    def forward(self, x):
        return self.body(x)


# ### Silent: tanh at gain 5/3 over four layers, as policy networks have it
class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 6)
        )
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_normal_(module.weight, gain=5 / 3)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### Silent: tanh with He's √2 over two layers is mild chaos
class Orthogonal(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64)
        self.c = nn.Linear(64, 4)
        for layer in (self.a, self.b):
            nn.init.orthogonal_(layer.weight, gain=2 ** 0.5)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return self.c(torch.tanh(self.b(torch.tanh(self.a(x)))))


# ### Silent: fifty ReLU layers at He's initializer
net = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.ReLU()) for _ in range(50)])
for module in net.modules():
    if isinstance(module, nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
        nn.init.zeros_(module.bias)


# ### Forty residual blocks without normalization
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        for conv in (self.conv1, self.conv2):
            nn.init.kaiming_normal_(conv.weight, nonlinearity='relu')
            nn.init.zeros_(conv.bias)

    def forward(self, x):
        return x + self.conv2(F.relu(self.conv1(x)))


class NormFree(nn.Module):
    # ^^^^^^^^ error exploding-gradient: nearly all of it in 40 residual blocks (body.0 … body.39) with a factor of 2.995 each. Multiply each branch by 0.093 or less
    def __init__(self, width=64, depth=40):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.body = nn.Sequential(*[Block(width) for _ in range(depth)])
        self.head = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, x):
        return self.head(self.body(self.stem(x)))


# ### Silent: the same with branches scaled for this depth
class Scaled(nn.Module):
    def __init__(self, width=64, depth=40):
        super().__init__()
        self.inner = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.outer = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 10)
        for layer in [*self.inner, *self.outer]:
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, x):
        for inner, outer in zip(self.inner, self.outer):
            x = x + 0.09 * outer(torch.relu(inner(x)))
        return self.head(x)


# ### Silent: branches whose last layer starts at 0
class ZeroBranches(nn.Module):
    def __init__(self, width=64, depth=40):
        super().__init__()
        self.inner = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.outer = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 10)
        for inner, outer in zip(self.inner, self.outer):
            nn.init.kaiming_normal_(inner.weight)
            nn.init.zeros_(outer.weight)
            nn.init.zeros_(outer.bias)

    def forward(self, x):
        for inner, outer in zip(self.inner, self.outer):
            x = x + outer(torch.relu(inner(x)))
        return self.head(x)


# ### Silent: branches that begin with a normalization grow by a power of depth only
class PreNorm(nn.Module):
    def __init__(self, width=64, depth=40):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(depth)])
        self.inner = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.outer = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 10)
        for layer in [*self.inner, *self.outer]:
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, x):
        for norm, inner, outer in zip(self.norms, self.inner, self.outer):
            x = x + outer(torch.relu(inner(norm(x))))
        return self.head(x)


# ### Batch normalization without skip connections, seventy layers deep on single features
class Plain(nn.Module):
    # ^^^^^ information exploding-gradient: in spite of normalization
    def __init__(self, width=64, depth=70):
        super().__init__()
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(width, width), nn.BatchNorm1d(width), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        return self.head(self.body(x))


# ### Sixteen residual blocks that are wide enough for all draws to do the same
class Wide(nn.Module):
    # ^^^^ information exploding-gradient: in 16 residual blocks
    def __init__(self, width=128, depth=16):
        super().__init__()
        self.stem = nn.Linear(width, width)
        self.inner = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 10)
        for layer in self.inner:
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = self.stem(x)
        for layer in self.inner:
            x = x + torch.relu(layer(x))
        return self.head(x)


# ### Silent: so narrow that two standard deviations of single draws reach below what is worth a word
class Narrow(nn.Module):
    def __init__(self, width=4, depth=16):
        super().__init__()
        self.stem = nn.Linear(width, width)
        self.inner = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 10)
        for layer in self.inner:
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = self.stem(x)
        for layer in self.inner:
            x = x + torch.relu(layer(x))
        return self.head(x)


# ### Dropout alone, at the variance that ReLU needs: no other initializer of the same variance helps
class DropsHalf(nn.Module):
    # ^^^^^^^^^ information exploding-gradient: Dropout that keeps 0.5 of the units multiplies squared signals and gradients by 2 each time
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.ReLU(), nn.Dropout(0.5)) for _ in range(12)])
        self.head = nn.Linear(128, 10)
        for module in self.body.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.head(self.body(x))

import torch
from torch import nn
import torch.nn.functional as F


# ### Dropout in each of twenty layers at He's initializer
class Dropped(nn.Module):
    # ^^^^^^^ information deeper-than-trainable: ξ_c = 2.3 layers
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.ReLU(), nn.Dropout(0.1)) for _ in range(20)])
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=(1.8 / 128) ** 0.5)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### The same with F.dropout in forward
class Functional(nn.Module):
    # ^^^^^^^^^^ information deeper-than-trainable: Dropout
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(128, 128) for _ in range(20)])
        for layer in self.layers:
            nn.init.normal_(layer.weight, std=(1.8 / 128) ** 0.5)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = F.dropout(F.relu(layer(x)), 0.1)
        return x


# ### Half of the units dropped in each layer
class Half(nn.Module):
    # ^^^^ warning deeper-than-trainable: 20 layers
    def __init__(self):
        super().__init__()
        layers = []
        for _ in range(20):
            linear = nn.Linear(128, 128)
            torch.nn.init.normal_(linear.weight, std=128 ** -0.5)
            torch.nn.init.zeros_(linear.bias)
            layers += [linear, nn.ReLU(), nn.Dropout(0.5)]
        self.body = nn.Sequential(*layers)

    def forward(self, x):
        return self.body(x)


# ### Silent: the same dropout in three layers
class Shallow(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.ReLU(), nn.Dropout(0.5)) for _ in range(3)])
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=128 ** -0.5)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### Silent: twenty layers at He's initializer without dropout
class He(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.ReLU()) for _ in range(20)])
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)

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


# ### No more than hints: a small network of convolutions with dropout before and behind its dense layer, as in many first examples
class FirstExample(nn.Module):
#     ^^^^^^^^^^^^ hint vanishing-gradient: they shrink 48-fold
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        #            ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: χ₁ = 0.167 to 0.333
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.few = nn.Dropout(0.25)
        self.many = nn.Dropout(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv2(F.relu(self.conv1(x)))), 2)
        x = F.relu(self.fc1(torch.flatten(self.few(x), 1)))
        return F.log_softmax(self.fc2(self.many(x)), dim=1)

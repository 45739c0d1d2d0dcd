import torch
from torch import nn
import torch.nn.functional as F


# ### Gradients swell in one half of the network and shrink in the other
class Halves(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = nn.ModuleList([nn.Linear(100, 100) for _ in range(8)])
        #                          ^^^^^^^^^^^^^^^^^^^ warning initializer-does-not-fit-activation: ReLU needs 2
        #                          ^^^^^^^^^^^^^^^^^^^ fix: Use nn.init.kaiming_normal_(…, nonlinearity='relu') in 2 calls
        self.narrow = nn.ModuleList([nn.Linear(100, 100) for _ in range(8)])
        for layer in self.wide:
            nn.init.normal_(layer.weight, std=0.29)
            nn.init.zeros_(layer.bias)
        for layer in self.narrow:
            nn.init.normal_(layer.weight, std=0.071)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in [*self.wide, *self.narrow]:
            x = F.relu(layer(x))
        return x


# ### Glorot's initializer under ReLU in a network of five layers
class Glorot(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.ReLU()) for _ in range(5)])
        #                                         ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: xavier_uniform_
        #                                         ^^^^^^^^^^^^^^^^^^^ fix: Use nn.init.kaiming_normal_(…, nonlinearity='relu')
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### Kaiming's initializer with the slope of a leaky rectifier that is not there
class Slope(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 64, 3)
        #        ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: kaiming_uniform_
        #        ^^^^^^^^^^^^^^^^^^^ fix: Use nn.init.kaiming_normal_(…, nonlinearity='relu')
        self.b = nn.Conv2d(64, 64, 3)
        self.c = nn.Conv2d(64, 64, 3)
        self.d = nn.Conv2d(64, 64, 3)
        for layer in (self.a, self.b, self.c, self.d):
            nn.init.kaiming_uniform_(layer.weight, a=1)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = self.a(x).relu()
        x = self.b(x).relu()
        x = self.c(x).relu()
        return self.d(x).relu()


# ### A slope that was taken for a scale: the message says that it works the other way round
class Scaled(nn.Module):
    # ^^^^^^ warning vanishing-gradient: kaiming_uniform_(a=5**0.5 * scale) … gives σ_w² = 0.0952 (∝ 2/(1 + a²), less for larger a), ReLU needs 2
    # ^^^^^^ fix: Use nn.init.kaiming_normal_(…, nonlinearity='relu')
    def __init__(self, scale=2.0):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(64, 64) for _ in range(4)])
        #                            ^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: gives σ_w² = 0.0952 (∝ 2/(1 + a²), less for larger a), ReLU needs 2
        for layer in self.layers:
            nn.init.kaiming_uniform_(layer.weight, a=5**0.5 * scale)

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return x


# ### No fix: the call also draws layers that feed another activation
class Both(nn.Module):
    # ^^^^ hint vanishing-gradient: xavier_uniform_ (line 93) gives σ_w² = 1
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(64, 64) for _ in range(5)])
        #                            ^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: ReLU needs 2
        #                            ^^^^^^^^^^^^^^^^^ no fix
        self.last = nn.Linear(64, 64)
        self.head = nn.Linear(64, 64)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.head(torch.tanh(self.last(x)))


# ### Silent: the slope is that of the activation
class Sloped(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(64, 64) for _ in range(8)])
        for layer in self.layers:
            nn.init.kaiming_uniform_(layer.weight, a=0.5)

    def forward(self, x):
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.5)
        return x


# ### Silent: the same in a network of three layers is harmless
class Three(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### Silent: a layer before batch normalization may have any scale
class Normalized(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            *[nn.Sequential(nn.Conv2d(64, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU()) for _ in range(6)]
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.xavier_uniform_(module.weight)

    def forward(self, x):
        return self.body(x)


# ### Silent: tanh at PyTorch's gain of 5/3
class Tanh(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.Tanh()) for _ in range(6)])
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_normal_(module.weight, gain=nn.init.calculate_gain('tanh'))
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### Silent: beside a skip connection a small branch is no fault
class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ModuleList([nn.Linear(128, 128) for _ in range(12)])
        self.b = nn.ModuleList([nn.Linear(128, 128) for _ in range(12)])
        for layer in [*self.a, *self.b]:
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for a, b in zip(self.a, self.b):
            x = x + b(F.relu(a(x)))
        return x


# ### Silent: He's initializer by fan_out, whose first layer and changes of width are off by a factor
class FanOut(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Conv2d(64, 128, 3), nn.ReLU(), nn.Conv2d(128, 128, 3)
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### PyTorch's default under the frequency of a SIREN
class Sine(nn.Module):
    def __init__(self, inputs, outputs, w0=30.0):
        super().__init__()
        self.w0 = w0
        self.linear = nn.Linear(inputs, outputs)
        #             ^^^^^^^^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: sin needs 0.00222: nn.init.uniform_(w, -(6 / fan_in) ** 0.5 / 30, (6 / fan_in) ** 0.5 / 30)

    def forward(self, x):
        return torch.sin(self.w0 * self.linear(x))


class Field(nn.Module):
    # ^^^^^ error exploding-gradient: χ₁ = 150
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(Sine(2, 256), *[Sine(256, 256) for _ in range(4)], nn.Linear(256, 1))

    def forward(self, x):
        return self.net(x)


# ### Silent: the initializer that Sitzmann et al. 2020 derived for it
class Siren(nn.Module):
    def __init__(self, inputs, outputs, first=False, w0=30.0):
        super().__init__()
        self.w0 = w0
        self.linear = nn.Linear(inputs, outputs)
        with torch.no_grad():
            bound = 1 / inputs if first else (6 / inputs) ** 0.5 / w0
            self.linear.weight.uniform_(-bound, bound)

    def forward(self, x):
        return torch.sin(self.w0 * self.linear(x))


class SirenField(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(Siren(2, 256, True), *[Siren(256, 256) for _ in range(4)], nn.Linear(256, 1))

    def forward(self, x):
        return self.net(x)


# ### Silent: a policy whose last layer starts small, and whose first is narrow
class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(17, 64)
        self.b = nn.Linear(64, 64)
        self.mean = nn.Linear(64, 6)
        for layer in (self.a, self.b):
            nn.init.orthogonal_(layer.weight, 2**0.5)
            nn.init.zeros_(layer.bias)
        nn.init.orthogonal_(self.mean.weight, 0.01)
        nn.init.zeros_(self.mean.bias)

    def forward(self, x):
        return self.mean(torch.tanh(self.b(torch.tanh(self.a(x)))))


# ### Silent: a sigmoid behind the last layer is the answer that the loss asks for
class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64)
        self.c = nn.Linear(64, 64)
        self.out = nn.Linear(64, 1)
        for layer in (self.a, self.b, self.c):
            nn.init.kaiming_normal_(layer.weight)
        nn.init.normal_(self.out.weight, std=0.05)

    def forward(self, x):
        x = torch.relu(self.a(x))
        x = torch.relu(self.b(x))
        x = torch.relu(self.c(x))
        return torch.sigmoid(self.out(x))

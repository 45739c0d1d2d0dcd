import torch
from torch import nn
import torch.nn.functional as F


# ### Dropout in a self-normalizing network: the mean square settles elsewhere
class Normalizing(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            *[nn.Sequential(nn.Linear(256, 256), nn.SELU(), nn.Dropout(0.1)) for _ in range(4)], nn.Linear(256, 10)
            #                                               ^^^^^^^^^^^^^^^ information dropout-breaks-self-normalization: grow by 1.111 where it should stay at 1, so that it settles at q* = 1.626: self-normalization is lost. Use nn.AlphaDropout
            #                                               ^^^^^^^^^^^^^^^ fix: Use nn.AlphaDropout
        )
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity='linear')
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### At half of the units it has no bound
class Half(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64)
        self.c = nn.Linear(64, 10)
        for layer in (self.a, self.b, self.c):
            nn.init.normal_(layer.weight, std=1 / 8)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = F.dropout(F.selu(self.a(x)), 0.5, self.training)
        #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information dropout-breaks-self-normalization: without a bound
        #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ fix: Use F.alpha_dropout
        x = F.dropout(F.selu(self.b(x)), 0.5, self.training)
        return self.c(x)


# ### With PyTorch's default the fixed point is not there either
class Default(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 256)
        self.act = nn.SELU()
        self.drop = nn.Dropout(p=0.2)
        #           ^^^^^^^^^^^^^^^^^ hint dropout-breaks-self-normalization: Use nn.AlphaDropout, which keeps mean 0 and variance 1, and σ_w² = 1 instead of 0.333: nn.init.kaiming_normal_(w, nonlinearity='linear').
        #           ^^^^^^^^^^^^^^^^^ fix: Use nn.AlphaDropout
        self.fc2 = nn.Linear(256, 10)

    def forward(self, x):
        return self.fc2(self.drop(self.act(self.fc1(x))))


# ### Silent: alpha dropout is made for it
class Alpha(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(256, 256), nn.SELU(), nn.AlphaDropout(0.1), nn.Linear(256, 10))

    def forward(self, x):
        return self.body(x)


# ### Silent: a normalization keeps the mean square
class Normalized(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(256, 256), nn.BatchNorm1d(256), nn.SELU(), nn.Dropout(0.5), nn.Linear(256, 10)
        )

    def forward(self, x):
        return self.body(x)


# ### Silent: another activation has no such fixed point
class Exponential(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(256, 256), nn.ELU(), nn.Dropout(0.1), nn.Linear(256, 10))

    def forward(self, x):
        return self.body(x)


# ### No fix: the same dropout follows a ReLU elsewhere
class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64)
        self.c = nn.Linear(64, 10)
        self.drop = nn.Dropout(p=0.2)
        #           ^^^^^^^^^^^^^^^^^ hint dropout-breaks-self-normalization: Use nn.AlphaDropout
        #           ^^^^^^^^^^^^^^^^^ no fix

    def forward(self, x):
        x = self.drop(F.selu(self.a(x)))
        return self.c(self.drop(F.relu(self.b(x))))


# ### No fix: a function that is not told whether it trains
class Untold(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 10)

    def forward(self, x):
        return self.b(F.dropout(F.selu(self.a(x)), 0.5))
        #             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint dropout-breaks-self-normalization: Use nn.AlphaDropout
        #             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no fix

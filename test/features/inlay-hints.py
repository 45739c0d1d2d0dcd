import torch
from torch import nn
import torch.nn.functional as F


# ### Each layer has its σ_w² and the χ₁ of the activation that it feeds
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(784, 256)
        #        ^^^^^^^^^^^^^^^^^^^ hint: σ_w² = 0.333, χ₁ = 0.167
        self.b = nn.Linear(256, 10)
        #        ^^^^^^^^^^^^^^^^^^ hint: σ_w² = 0.333

    def forward(self, x):
        return self.b(F.relu(self.a(x)))


# ### A width that is not known keeps σ_w² where the initializer scales with it
class Symbolic(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.a = nn.Linear(784, hidden)
        #        ^^^^^^^^^^^^^^^^^^^^^^ hint: σ_w² = 2, χ₁ = 1
        self.b = nn.Linear(hidden, 10)
        #        ^^^^^^^^^^^^^^^^^^^^^ hint: σ_w² = 2
        for layer in (self.a, self.b):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))


# ### Layers of nn.Sequential
net = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1))
#                   ^^^^^^^^^^^^^^^^ hint: σ_w² = 0.333, χ₁ = 0.167
#                                                ^^^^^^^^^^^^^^^^ hint: σ_w² = 0.333

import torch
from torch import nn
import torch.nn.functional as F


# ### uniform_ without bounds is U(0, 1)
class Graph(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(64, 64) for _ in range(3)])
        #                            ^^^^^^^^^^^^^^^^^ warning nonzero-mean-weights: uniform_ (line 14) draws the weights of layers.0 and 2 more around 0.5 instead of 0: all units start nearly alike (correlation 0.75 or more), and positive signals grow 32-fold
        #                            ^^^^^^^^^^^^^^^^^ fix: Use nn.init.kaiming_uniform_
        for layer in self.layers:
            nn.init.uniform_(layer.weight)

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return x


# ### The method of the tensor has the same bounds
class Method(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(256, 1)
        #           ^^^^^^^^^^^^^^^^^ warning nonzero-mean-weights: positive signals grow 128-fold
        #           ^^^^^^^^^^^^^^^^^ no fix
        self.head.weight.data.uniform_()

    def forward(self, x):
        return self.head(x)


# ### Mean and deviation were mixed up
class Swapped(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(64, 64, 3, padding=1)
        #           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ information nonzero-mean-weights: around 0.02 instead of 0
        #           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no fix
        nn.init.normal_(self.conv.weight, 0.02, 0.01)

    def forward(self, x):
        return F.relu(self.conv(x))


# ### torch.rand, copied into a layer
class Copied(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(128, 32)
        #         ^^^^^^^^^^^^^^^^^^ warning nonzero-mean-weights: positive signals grow 64-fold
        self.fc.weight = nn.Parameter(torch.rand(32, 128))

    def forward(self, x):
        return self.fc(x)


# ### Behind batch normalization only the likeness stays
class Normalized(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(128, 32)
        #         ^^^^^^^^^^^^^^^^^^ hint nonzero-mean-weights: all units start nearly alike (correlation 0.75 or more). Use bounds around 0
        #         ^^^^^^^^^^^^^^^^^^ fix: Use nn.init.kaiming_uniform_
        self.bn = nn.BatchNorm1d(32)
        nn.init.uniform_(self.fc.weight)

    def forward(self, x):
        return F.relu(self.bn(self.fc(x)))


# ### Silent: bounds around zero
class Centered(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(128, 32)
        nn.init.uniform_(self.fc.weight, -0.1, 0.1)

    def forward(self, x):
        return self.fc(x)


# ### Silent: small positive weights that average their inputs, as convex networks have
class Averaging(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(128, 32)
        nn.init.uniform_(self.fc.weight, 0, 1 / 128)

    def forward(self, x):
        return self.fc(x)


# ### Silent: what layer normalization has centered adds up to 0
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(64)
        self.fc = nn.Linear(64, 10)
        nn.init.uniform_(self.fc.weight)

    def forward(self, x):
        return self.fc(F.dropout(self.norm(x)))


# ### Silent: biases, scales, tables and a single weight may have any mean
class Others(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(100, 32)
        self.norm = nn.LayerNorm(32)
        self.fc = nn.Linear(32, 32)
        self.slope = nn.Linear(1, 1)
        nn.init.uniform_(self.table.weight)
        nn.init.normal_(self.norm.weight, 1.0, 0.02)
        nn.init.uniform_(self.fc.bias)
        nn.init.uniform_(self.slope.weight)

    def forward(self, x):
        return self.fc(self.norm(self.table(x))), self.slope(x)


# ### Silent: a constant is no draw
class Box(nn.Module):
    def __init__(self):
        super().__init__()
        self.blur = nn.Conv2d(16, 16, 5, bias=False)
        nn.init.constant_(self.blur.weight, 1 / 25)

    def forward(self, x):
        return self.blur(x)


# ### No fix: the loop also writes vectors, for which Kaiming is not defined
class AllParameters(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)
        #         ^^^^^^^^^^^^^^^^^ warning nonzero-mean-weights: around 0.5
        #         ^^^^^^^^^^^^^^^^^ no fix
        for parameter in self.parameters():
            nn.init.uniform_(parameter)

    def forward(self, x):
        return torch.tanh(self.fc(x))

import torch
from torch import nn


# ### children() sees the sequence, not the layers in it
class Children(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh())
        self.head = nn.Linear(64, 10)
        for module in self.children():
            #         ^^^^^^^^^^^^^^^ warning unreached-layers: self.children() goes one level deep: 2 of 3 Linear layers (body.0 and body.2) keep the PyTorch default. Use modules() instead.
            #         ^^^^^^^^^^^^^^^ fix: Use self.modules()
            if isinstance(module, nn.Linear):
                nn.init.orthogonal_(module.weight)

    def forward(self, x):
        return self.head(self.body(x))


# ### A loop over a sequence whose layers stand in blocks of it
class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(self.block(3, 16), self.block(16, 16))
        for layer in self.body:
            #        ^^^^^^^^^ hint unreached-layers: self.body goes one level deep: 2 of 2 Conv2d layers (body.0.0 and body.1.0) keep the PyTorch default. Loop over .modules() instead.
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight)

    def block(self, a, b):
        return nn.Sequential(nn.Conv2d(a, b, 3), nn.ReLU())

    def forward(self, x):
        return self.body(x)


# ### apply before the layers are there
class Early(nn.Module):
    def __init__(self):
        super().__init__()
        self.apply(self._init)
#       ^^^^^^^^^^^^^^^^^^^^^^ warning unreached-layers: self.apply(self._init) runs before these layers are made: 2 of 2 Linear layers (a and b) keep the PyTorch default. Move it to the end
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64)

    def _init(self, module):
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)

    def forward(self, x):
        return self.b(torch.tanh(self.a(x)))


# ### A head that is made after the loop
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64)
        for name, parameter in self.named_parameters():
            #                  ^^^^^^^^^^^^^^^^^^^^^^^ hint unreached-layers: runs before this layer is made: 1 of 3 Linear layers (head) keeps
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.b(torch.tanh(self.a(x))))


# ### An initializer for layers that this model does not have
class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64)
        for module in self.modules():
            #         ^^^^^^^^^^^^^^ hint unreached-layers: self.modules() initializes nothing: no part of the model passes its tests, so that all 2 layers (Linear) keep the PyTorch default.
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)

    def forward(self, x):
        return self.b(torch.tanh(self.a(x)))


# ### Silent: every layer is reached, by recursion, or by the parts themselves
class Recursive(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64))
        self.head = nn.Linear(64, 10)
        self.init(self)

    def init(self, module):
        for child in module.children():
            if isinstance(child, nn.Linear):
                nn.init.orthogonal_(child.weight)
            else:
                self.init(child)

    def forward(self, x):
        return self.head(self.body(x))


class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)
        nn.init.orthogonal_(self.fc.weight)

    def forward(self, x):
        return torch.tanh(self.fc(x))


class Parts(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()
        self.head = nn.Linear(64, 10)
        for module in self.children():
            if isinstance(module, nn.Linear):
                nn.init.orthogonal_(module.weight)

    def forward(self, x):
        return self.head(self.part(x))


# ### Silent: layers of another kind, or left out by a test on purpose
class Kinds(nn.Module):
    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(100, 64)
        self.conv = nn.Conv1d(64, 64, 1)
        self.norm = nn.BatchNorm1d(64)
        self.a = nn.Linear(64, 64)
        self.head = nn.Linear(64, 10)
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear) and 'head' not in name:
                nn.init.orthogonal_(module.weight)

    def forward(self, x):
        return self.head(self.a(self.norm(self.conv(self.token(x)))))


# ### Silent: a subclass adds a head, which its base cannot know
class Trunk(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.orthogonal_(module.weight)

    def forward(self, x):
        return self.b(torch.tanh(self.a(x)))


class Classifier(Trunk):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(super().forward(x))


# ### Silent: a loop over blocks that initializes one layer of each by name
class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64)) for _ in range(2)])
        for block in self.blocks:
            nn.init.zeros_(block[2].weight)

    def forward(self, x):
        for block in self.blocks:
            x = x + block(x)
        return x

import math
import torch
from torch import nn
import torch.nn.functional as F


# ### A weight of torch.empty that nothing writes
class Empty(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(10, 64))
        #                          ^^^^^^^^^^^^^^^^^^^ error undefined-parameter: weight starts with whatever is in memory
        #                          ^^^^^^^^^^^^^^^^^^^ no fix
        self.fc = nn.Linear(128, 64)

    def forward(self, x):
        return F.linear(self.fc(x), self.weight)


# ### torch.Tensor and torch.FloatTensor with sizes allocate and write nothing
class Old(nn.Module):
    def __init__(self, nodes=20, heads=4):
        super().__init__()
        self.fc = nn.Linear(64, 64)
        self.scoring = nn.Parameter(torch.Tensor(1, heads, 16))
        #                           ^^^^^^^^^^^^^^^^^^^^^^^^^^ error undefined-parameter: scoring and embeddings start with
        self.embeddings = nn.Parameter(torch.FloatTensor(nodes, heads))

    def forward(self, x):
        return self.fc(x)


# ### A method that would initialize it is defined but never called
class NeverCalled(nn.Module):
    def __init__(self, tags=5):
        super().__init__()
        self.transitions = nn.Parameter(torch.empty(tags, tags))
        #                               ^^^^^^^^^^^^^^^^^^^^^^^ information undefined-parameter: transitions starts with whatever is in memory, at times NaN, unless code elsewhere calls
        self.fc = nn.Linear(32, tags)

    def reset_parameters(self):
        nn.init.uniform_(self.transitions, -0.1, 0.1)

    def forward(self, x):
        return self.fc(x)


# ### A loop over the layers does not reach a parameter of the model itself
class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 64)
        self.register_parameter('scale', nn.Parameter(torch.empty(64)))
        #                                             ^^^^^^^^^^^^^^^ error undefined-parameter: scale
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)

    def forward(self, x):
        return self.fc(x) * self.scale


# ### Silent: initialized by the method that the constructor calls
class Reset(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(10, 64))
        self.bias = nn.Parameter(torch.Tensor(10))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        self.bias.data.uniform_(-0.1, 0.1)

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)


# ### Silent: the framework's own reset_parameters does not undo what a subclass has written
class Gained(nn.Conv2d):
    def __init__(self, a, b):
        super().__init__(a, b, 3)
        self.gain = nn.Parameter(torch.empty(b, 1, 1, 1))
        self.reset_parameters()

    def reset_parameters(self):
        if hasattr(self, 'gain'):
            nn.init.ones_(self.gain)
            super().reset_parameters()


class Gains(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = Gained(3, 8)

    def forward(self, x):
        return self.conv(x)


# ### Silent: every way of writing counts, also into a part of it
class Written(nn.Module):
    def __init__(self, table):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.a = nn.Parameter(torch.empty(4, 4).normal_())
        self.b = nn.Parameter(torch.empty(4, 4))
        self.c = nn.Parameter(torch.empty(4, 4))
        self.d = nn.Parameter(torch.empty(4, 4))
        self.e = nn.Parameter(torch.empty(4, 4))
        self.f = nn.Parameter(torch.empty(4, 4))
        self.b.data.copy_(table)
        with torch.no_grad():
            self.c[0] = 1.0
            nn.init.normal_(self.d[1])
            self.e.view(-1).fill_(0.0)
        for row in self.f:
            nn.init.zeros_(row)

    def forward(self, x):
        return self.fc(x)


# ### Silent: a function that cannot be read was given the tensor, its module, or a list of tensors
class Foreign(nn.Module):
    def __init__(self):
        super().__init__()
        from somewhere import fill, prepare, spread
        self.fc = nn.Linear(8, 8)
        self.a = nn.Parameter(torch.empty(4, 4))
        fill(self.a)
        self.inner = nn.Module()
        self.inner.b = nn.Parameter(torch.empty(4, 4))
        prepare(module=self.inner)
        self.c = nn.Parameter(torch.empty(4, 4))
        spread([self.c])

    def forward(self, x):
        return self.fc(x)


# ### Silent: loops over parameters reach it
class Parameters(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.query = nn.Parameter(torch.Tensor(8, 8))
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x):
        return self.fc(x) @ self.query


# ### Silent: torch.Tensor of a list holds numbers, a frozen tensor is not trained, and loaded weights are written
class NotEmpty(nn.Module):
    def __init__(self, path='weights.pt'):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.temperature = nn.Parameter(torch.Tensor([0.07]))
        self.codes = nn.Parameter(torch.empty(4, 4), requires_grad=False)
        self.inner = nn.Module()
        self.inner.table = nn.Parameter(torch.empty(4, 4))
        self.inner.load_state_dict(torch.load(path))

    def forward(self, x):
        return self.fc(x) / self.temperature


# ### Silent: a base class that is not there may initialize everything
from transformers import PreTrainedModel


class Pretrained(PreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.fc = nn.Linear(8, 8)
        self.token = nn.Parameter(torch.empty(1, 8))
        self.post_init()

    def forward(self, x):
        return self.fc(x + self.token)


# ### Silent: written in a branch that may be the one that runs, by a method that it calls, or after one that may return
class Undecided(nn.Module):
    def __init__(self, orthogonal: bool, pretrained: bool, size=8):
        super().__init__()
        self.fc = nn.Linear(size, size)
        self.a = nn.Parameter(torch.empty(size, size))
        self.b = nn.Parameter(torch.empty(size, size))
        self.c = nn.Parameter(torch.empty(size, size))
        self.d = nn.Parameter(torch.empty(size, size))
        if orthogonal:
            nn.init.orthogonal_(self.fc.weight)
        elif size > 4:
            nn.init.normal_(self.a)
            self.b.data[0] = 1.0
        else:
            self.c += 1.0
        self.finish(pretrained)

    def finish(self, pretrained):
        if pretrained:
            return
        self.fill()

    def fill(self):
        self.d.data.zero_()

    def forward(self, x):
        return self.fc(x)


# ### A branch that may run is no excuse for a tensor that it does not write
class Elsewhere(nn.Module):
    def __init__(self, deep: bool):
        super().__init__()
        self.scale = nn.Parameter(torch.empty(64))
        #                         ^^^^^^^^^^^^^^^ error undefined-parameter: scale
        if deep:
            self.body = nn.Linear(64, 64)
        else:
            self.body = self.make(64)

    def make(self, size):
        return nn.Sequential(nn.Linear(size, size), nn.ReLU())

    def forward(self, x):
        return self.body(x) * self.scale


# ### The initializer of another class writes the tensor, and nothing builds both here
class Codebook(nn.Module):
    def __init__(self, codes: int):
        super().__init__()
        self.codewords = nn.Parameter(torch.empty(codes, 64))

    def forward(self, x):
        return x @ self.codewords.T


class PreTrained(nn.Module):
    def _init_weights(self, module):
        if isinstance(module, Codebook):
            nn.init.uniform_(module.codewords)


# ### A part that the initializer of a model from elsewhere would write: what calls it is not here
class Decay(nn.Module):
    def __init__(self, heads=4):
        super().__init__()
        self.rate = nn.Parameter(torch.empty(heads))
        self.proj = nn.Linear(32, heads)

    def forward(self, x):
        return self.proj(x) * torch.exp(self.rate)


class FromElsewhere(elsewhere.PreTrained):
    def _init_weights(self, module):
        if isinstance(module, Decay):
            nn.init.uniform_(module.rate, 0.001, 0.1)

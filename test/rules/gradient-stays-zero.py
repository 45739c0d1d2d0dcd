import torch
from torch import nn
import torch.nn.functional as F


# ### Both factors of a low-rank update
class Adapter(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(64, 64)
        self.down = nn.Linear(64, 8, bias=False)
        self.up = nn.Linear(8, 64, bias=False)
        nn.init.zeros_(self.down.weight)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning gradient-stays-zero: down.weight and up.weight never get a gradient, because they are multiplied by other factors that are zero as well. Start with one factor at zero
        nn.init.zeros_(self.up.weight)

    def forward(self, x):
        return self.base(x) + 0.5 * self.up(self.down(x))


# ### The same as plain tensors
class Tensors(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(64, 64)
        self.a = nn.Parameter(torch.zeros(64, 8))
        #                     ^^^^^^^^^^^^^^^^^^ warning gradient-stays-zero: a and b never get a gradient
        self.b = nn.Parameter(torch.zeros(8, 64))

    def forward(self, x):
        return self.base(x) + x @ self.a @ self.b


# ### Through an activation that keeps zero, with biases
class Bottleneck(nn.Module):
    def __init__(self):
        super().__init__()
        self.inside = nn.Linear(64, 16)
        self.outside = nn.Linear(16, 64)
        for layer in (self.inside, self.outside):
            nn.init.constant_(layer.weight, 0)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning gradient-stays-zero: inside.weight and outside.weight never get a gradient, and 1 more tensor with them, because
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return x + self.outside(torch.tanh(self.inside(x)))


# ### A gate at zero on a branch that ends at zero
class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        self.b = nn.Linear(64, 64, bias=False)
        self.gate = nn.Parameter(torch.zeros(1))
        #                        ^^^^^^^^^^^^^^ warning gradient-stays-zero: gate and b.weight never get a gradient, and 2 more tensors with them
        self.b.weight.data.zero_()

    def forward(self, x):
        return x + self.gate * self.b(torch.tanh(self.a(x)))


# ### Silent: one factor is zero, as LoRA has it, or a branch that ends at zero
class Lora(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Linear(64, 64)
        self.a = nn.Parameter(torch.randn(64, 8) * 0.1)
        self.b = nn.Parameter(torch.zeros(8, 64))
        self.gate = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return self.base(x) + self.gate * torch.tanh(self.base(x)) + x @ self.a @ self.b


# ### Silent: a bias moves, and then the factor after it does
class Bias(nn.Module):
    def __init__(self):
        super().__init__()
        self.inside = nn.Linear(64, 16)
        self.outside = nn.Linear(16, 64)
        nn.init.zeros_(self.inside.weight)
        nn.init.ones_(self.inside.bias)
        nn.init.zeros_(self.outside.weight)

    def forward(self, x):
        return x + self.outside(torch.tanh(self.inside(x)))


# ### Silent: an activation that is not zero at zero, and a factor that is used elsewhere too
class Elsewhere(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64, bias=False)
        self.b = nn.Linear(64, 64, bias=False)
        self.c = nn.Linear(64, 64, bias=False)
        self.d = nn.Linear(64, 64, bias=False)
        for layer in (self.a, self.b, self.c, self.d):
            nn.init.zeros_(layer.weight)

    def forward(self, x):
        y = self.c(x)
        return x + self.b(torch.sigmoid(self.a(x))) + self.d(torch.tanh(y)) + y


# ### Silent: zero modulation of a branch, whose gate and projection move by turns
class Modulated(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(64, elementwise_affine=False)
        self.modulation = nn.Linear(64, 192)
        self.mlp = nn.Linear(64, 64)
        self.last = nn.Linear(64, 64)
        for layer in (self.modulation, self.last):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x, condition):
        shift, scale, gate = self.modulation(F.silu(condition)).chunk(3, dim=-1)
        x = x + gate * self.mlp(self.norm(x) * (1 + scale) + shift)
        return self.last(self.norm(x))


# ### Silent: it is not known whether both are zero
class Maybe(nn.Module):
    def __init__(self, zero: bool):
        super().__init__()
        self.down = nn.Linear(64, 8, bias=False)
        self.up = nn.Linear(8, 64, bias=False)
        nn.init.zeros_(self.up.weight)
        if zero:
            nn.init.zeros_(self.down.weight)

    def forward(self, x):
        return x + self.up(self.down(x))


# ### Silent: code outside of this file may initialize it
class Later(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.zeros(64, 8))
        self.b = nn.Parameter(torch.zeros(8, 64))

    def init_weights(self):
        nn.init.normal_(self.a, std=0.02)

    def forward(self, x):
        return x + x @ self.a @ self.b

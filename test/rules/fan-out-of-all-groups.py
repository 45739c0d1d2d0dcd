import math
import torch
from torch import nn
import torch.nn.functional as F


# ### A depthwise convolution under kaiming_normal_ with fan_out, in a chain: the gradient's finding says the rest
class Chain(nn.Module):
    # ^^^^^ error vanishing-gradient: Gradients vanish
    def __init__(self):
        super().__init__()
        layers = []
        for _ in range(5):
            layers += [nn.Conv2d(32, 32, 3, padding=1, groups=32), nn.ReLU(), nn.Conv2d(32, 32, 1), nn.ReLU()]
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint fan-out-of-all-groups: divides by the fan-out of all 32 groups of body.0 and 4 more: each output sums 9 weights, so their variance is 32 times too small (σ_w² = 0.0625, χ₁ = 0.0313 with ReLU). Use mode='fan_in'
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ fix: Use mode='fan_in'
        self.body = nn.Sequential(*layers)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### The loop that many models copy, in residual blocks
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False)
        #                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint fan-out-of-all-groups: 64 times too small (σ_w² = 0.0313, χ₁ = 0.0156 with ReLU). Divide by the fan-in
        #                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no fix
        self.pointwise = nn.Conv2d(width, width, 1, bias=False)

    def forward(self, x):
        return x + self.pointwise(F.relu(self.depthwise(x)))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(64) for _ in range(4)])
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                n = m.kernel_size[0] * m.kernel_size[1] * m.out_channels
                m.weight.data.normal_(0, math.sqrt(2.0 / n))

    def forward(self, x):
        return self.blocks(x)


# ### Four groups lose three quarters
class Grouped(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(64, 64, 3, groups=4)
        #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint fan-out-of-all-groups: 4 times too small (σ_w² = 0.5, χ₁ = 0.25 with ReLU)
        #        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ fix: Use mode='fan_in'
        self.b = nn.Conv2d(64, 64, 3, groups=4)
        for layer in (self.a, self.b):
            nn.init.kaiming_uniform_(layer.weight, mode='fan_out', nonlinearity='relu')
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return F.relu(self.b(F.relu(self.a(x))))


# ### Silent: batch normalization divides the scale out
class Mobile(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for _ in range(3):
            layers += [nn.Conv2d(32, 32, 3, padding=1, groups=32, bias=False), nn.BatchNorm2d(32), nn.ReLU6()]
            layers += [nn.Conv2d(32, 32, 1, bias=False), nn.BatchNorm2d(32)]
        self.body = nn.Sequential(*layers)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out')

    def forward(self, x):
        return self.body(x)


# ### Silent: the branch of a residual block that normalizes, as in Visformer
class Branch(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.norm = nn.BatchNorm2d(width)
        self.a = nn.Conv2d(width, width, 1, bias=False)
        self.b = nn.Conv2d(width, width, 3, padding=1, groups=8, bias=False)
        self.c = nn.Conv2d(width, width, 1, bias=False)

    def forward(self, x):
        return x + self.c(F.gelu(self.b(F.gelu(self.a(self.norm(x))))))


class Visformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(*[Branch() for _ in range(7)])
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode='fan_out', nonlinearity='relu')

    def forward(self, x):
        return self.blocks(x)


# ### Silent: a grouped layer that opens a gate, as in ResNeSt
class Gate(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.fc = nn.Conv2d(width, width, 1, groups=4)
        nn.init.kaiming_normal_(self.fc.weight, mode='fan_out', nonlinearity='relu')

    def forward(self, x):
        return torch.sigmoid(self.fc(x))


# ### Silent: the fan-in counts one group, and without groups the fans are the same
class FanIn(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(64, 64, 3, groups=64)
        self.b = nn.Conv2d(64, 64, 3)
        nn.init.kaiming_normal_(self.a.weight, nonlinearity='relu')
        nn.init.kaiming_normal_(self.b.weight, mode='fan_out', nonlinearity='relu')
        nn.init.zeros_(self.a.bias)
        nn.init.zeros_(self.b.bias)

    def forward(self, x):
        return F.relu(self.b(F.relu(self.a(x))))


# ### Silent: a loop that divides by the groups, as EfficientNet's does
class Divided(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(64, 64, 3, groups=64, bias=False)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                fan_out = m.kernel_size[0] * m.kernel_size[1] * m.out_channels // m.groups
                m.weight.data.normal_(0, math.sqrt(2.0 / fan_out))

    def forward(self, x):
        return F.relu(self.a(x))


# ### No fix: the same call draws layers whose fans differ
class Widening(nn.Module):
    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(32, 32, 3, groups=32)
        #                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint fan-out-of-all-groups: 32 times too small
        #                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no fix
        self.pointwise = nn.Conv2d(32, 128, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out', nonlinearity='relu')

    def forward(self, x):
        return F.relu(self.pointwise(F.relu(self.depthwise(x))))


# ### Silent: saved weights are loaded over what was drawn
class Loaded(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(64, 64, 3, groups=64, bias=False)
        nn.init.kaiming_normal_(self.a.weight, mode='fan_out', nonlinearity='relu')
        self.load_state_dict(torch.load('weights.pt'))

    def forward(self, x):
        return F.relu(self.a(x))

import math
import torch
from torch import nn
import torch.nn.functional as F


# ### A layer: where its numbers come from, and what they mean
class Net(nn.Module):
    # ^^^ error vanishing-gradient: Gradients vanish
    # ^^^ hover: Gradients vanish: squared, they shrink
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(256, 256) for _ in range(12)])
        #                            ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: χ₁
        #                            ^^^^^^^^^^^^^^^^^^^ hover: σ_w²: 0.333 · PyTorch default: uniform, variance 1/(3·fan_in)
        #                            ^^^^^^^^^^^^^^^^^^^ hover: χ₁: 0.167 · squared gradients shrink 6-fold in each such layer
        #                            ^^^^^^^^^^^^^^^^^^^ hover: ξ_c: 0.56 layers
        #                            ^^^^^^^^^^^^^^^^^^^ hover: This line makes 12 layers: layers.0 to layers.11

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
            #   ^^^^^^^^^^^^^^^^ hover: relu is fed by
        return x


# ### A layer with an initializer names the call and its line
class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)
        #         ^^^^^^^^^^^^^^^^^^ hover: kaiming_normal_
        nn.init.kaiming_normal_(self.fc.weight, nonlinearity='relu')

    def forward(self, x):
        return self.fc(x)


# ### Nothing of meanfield: no hover
class Plain:
    # ^^^^^ hover: nothing
    pass


# ### Which initializer wrote a weight, and that none reached another
class Partly(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        #        ^^^^^^^^^^^^^^^^^ hover: σ_w²: 2 · kaiming_normal_(nonlinearity='relu') (line 55): normal, variance 2/fan_in
        #        ^^^^^^^^^^^^^^^^^ hover: critical: σ_w² = 2, σ_b² = 0 · keep signals and gradients of relu
        self.b = nn.Linear(64, 10)
        #        ^^^^^^^^^^^^^^^^^ hover: set by: no initializer: none reaches it, while kaiming_normal_(nonlinearity='relu') (line 55) is run for 1 other
        #        ^^^^^^^^^^^^^^^^^ hover: activation: none before the next layer or the output
        nn.init.kaiming_normal_(self.a.weight, nonlinearity='relu')
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hover: kaiming_normal_(nonlinearity='relu') writes the weights of a

    def forward(self, x):
        return self.b(F.relu(self.a(x)))


# ### An initializer: whom it writes, and what comes of it
class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(64, 64) for _ in range(2)])
        self.narrow = nn.Linear(64, 16)
        for layer in (*self.layers, self.narrow):
            nn.init.xavier_uniform_(layer.weight)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hover: xavier_uniform_ writes the weights of layers.0, layers.1 and narrow
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hover: σ_w²: 1 … 1.6
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hover: χ₁: 0.5 … 0.8 · factor on squared gradients in each of these layers
            nn.init.constant_(layer.bias, 0.1)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hover: constant_(0.1) writes the biases of layers.0, layers.1 and narrow

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return F.relu(self.narrow(x))


# ### What a layer writes itself is its own
class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(64, 4)
        #                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hover: σ_w²: 0.5 · the layer's own xavier_uniform_: uniform, variance 2/(fan_in + fan_out)
        #                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hover: fan_out: counts query, key and value together · their variance is half

    def forward(self, x):
        return self.attention(x, x, x)[0]


# ### The slope of a gain falls as it rises
class Slope(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        #        ^^^^^^^^^^^^^^^^^ hover: gain: √(2/(1 + a²)) = 0.316 at a = 4.359 · the slope of a leaky ReLU, no scale: a larger a makes smaller weights
        self.b = nn.Linear(64, 64)
        nn.init.kaiming_uniform_(self.a.weight, a=19**0.5)
        nn.init.kaiming_uniform_(self.b.weight, a=19**0.5)

    def forward(self, x):
        return F.leaky_relu(self.b(torch.tanh(self.a(x))), 19**0.5)


# ### Bounds of a truncated normal are absolute
class Truncated(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        #        ^^^^^^^^^^^^^^^^^ hover: bounds: −2 … 2, absolute: 100 deviations · as a plain normal
        self.b = nn.Linear(64, 64)
        #        ^^^^^^^^^^^^^^^^^ hover: bounds: −2 … 2, absolute: 2 deviations · variance times 0.774, deviation 0.88 instead of 1
        nn.init.trunc_normal_(self.a.weight, std=0.02)
        nn.init.trunc_normal_(self.b.weight)

    def forward(self, x):
        return self.b(torch.tanh(self.a(x)))


# ### What would be critical, and whether it attracts
class Critical(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        #        ^^^^^^^^^^^^^^^^^ hover: critical: σ_w² = 2.194, σ_b² = 0.0672 · keep signals and gradients of gelu at q = 1, which is unstable: the verdict rests on the way of the signal from the input
        self.b = nn.Linear(64, 64)
        #        ^^^^^^^^^^^^^^^^^ hover: critical: σ_w² = 2.153, σ_b² = 0.151 · keep signals and gradients of tanh at q = 1

    def forward(self, x):
        return torch.tanh(self.b(F.gelu(self.a(x))))


# ### A bias as a prior, and a forget gate
class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(32, 64)
        #           ^^^^^^^^^^^^^^^ hover: forget gate: keeps 0.5 of the state in each step at a bias of 0 in all · a memory of 2 steps
        #           ^^^^^^^^^^^^^^^ hover: steps: squared gradients change by χ = 0.364 with each step back in time · ξ = 0.99 steps
        self.head = nn.Linear(64, 80)
        #           ^^^^^^^^^^^^^^^^^ hover: start: as logits of a sigmoid, outputs begin near a rate of 0.01 at the bias −4.595
        nn.init.constant_(self.head.bias, -math.log((1 - 0.01) / 0.01))

    def forward(self, x):
        return self.head(self.lstm(x)[0])


# ### Both biases of an LSTM add up
class Remembering(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(32, 64)
        #           ^^^^^^^^^^^^^^^^^^^ hover: forget gate: keeps 0.881 of the state in each step at a bias of 2 in all · a memory of 8.389 steps
        for name, parameter in self.cell.named_parameters():
            if 'bias' in name:
                nn.init.ones_(parameter)

    def forward(self, x):
        return self.cell(x)[0]


# ### The forget gate alone, in both biases or in one
class Forgetting(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.LSTM(32, 64)
        #          ^^^^^^^^^^^^^^^ hover: forget gate: keeps 0.731 of the state in each step at a bias of 1 in all · a memory of 3.718 steps
        self.both = nn.LSTM(64, 64, batch_first=True)
        #           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hover: forget gate: keeps 0.881 of the state in each step at a bias of 2 in all
        self.one.bias_hh_l0.data[64:128].fill_(1.0)
        for name, bias in self.both.named_parameters():
            if 'bias' in name:
                n = bias.size(0)
                bias.data.fill_(0.0)
                nn.init.constant_(bias[n // 4 : n // 2], 1.0)

    def forward(self, x):
        return self.both(self.one(x)[0])[0]

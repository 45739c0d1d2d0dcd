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

import torch
from torch import nn
import torch.nn.functional as F


# ### Phase, χ₁ and trainable depth above the class
class Net(nn.Module):
    # ^^^ error vanishing-gradient: Gradients vanish
    # ^^^ lens: Analyze initialization · ordered · χ₁ 0.167 · trainable 3 of 12 layers
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(256, 256) for _ in range(12)])
        #                            ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: χ₁

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return x


# ### Above the variable that holds an nn.Sequential
critical = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.ReLU()) for _ in range(5)])
# <- lens: Analyze initialization · critical · χ₁ 1 · 5 layers
for module in critical.modules():
    if isinstance(module, nn.Linear):
        nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(module.bias)


# ### No lens over what is no model
class Plain:
    def forward(self, x):
        return x


# ### Normalized branches have no phase, but an answer
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        return x + self.fc2(F.relu(self.fc1(self.norm(x))))


class Stream(nn.Module):
    # ^^^^^^ lens: Analyze initialization · normalized · 14 layers
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(64, 128)
        self.blocks = nn.Sequential(*[Block(128) for _ in range(6)])
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)))

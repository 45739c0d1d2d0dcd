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

"""A small residual network with batch normalization.

What to look at: the layers sit in blocks made by a helper method, some of them with a projection on the shortcut, and each
appears in the table under the path that PyTorch gives it (`stages.1.0.shortcut.0`). Batch normalization resets the length
of the signal, so the scale of a single layer says little here; the shortcuts carry the gradient.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Identity()
        if stride != 1 or in_channels != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(channels),
            )

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + self.shortcut(x))


class SmallResNet(nn.Module):
    def __init__(self, blocks_per_stage=3, num_classes=10):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(16)
        self.stages = nn.Sequential(
            self.make_stage(16, 16, blocks_per_stage, stride=1),
            self.make_stage(16, 32, blocks_per_stage, stride=2),
            self.make_stage(32, 64, blocks_per_stage, stride=2),
        )
        self.head = nn.Linear(64, num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def make_stage(self, in_channels, channels, count, stride):
        blocks = [Block(in_channels, channels, stride)]
        blocks += [Block(channels, channels) for _ in range(count - 1)]
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = F.relu(self.bn(self.stem(x)))
        x = self.stages(x)
        x = F.adaptive_avg_pool2d(x, 1)
        return self.head(torch.flatten(x, 1))


if __name__ == "__main__":
    print(SmallResNet()(torch.randn(2, 3, 32, 32)).shape)

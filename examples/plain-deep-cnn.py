"""A VGG-like network without batch normalization, at PyTorch's default initialization.

What to look at: the warning at the class and the hints behind each `nn.Conv2d`. PyTorch draws these weights with
σ_w² = 1/3, a ReLU network keeps its signals at σ_w² = 2, so each layer divides the squared gradient by six: χ₁ = 1/6.
After thirteen convolutions nothing that the input says reaches the output. Take the quick fix, or set
`good_start=True` where the model is built at the end of this file, and watch the numbers change while you type.
"""

import torch
from torch import nn


def conv(in_channels, out_channels):
    return [nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1), nn.ReLU(inplace=True)]


class PlainDeepCnn(nn.Module):
    def __init__(self, num_classes=10, good_start=False):
        super().__init__()
        layers = []
        channels = 3
        for width, count in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
            for _ in range(count):
                layers += conv(channels, width)
                channels = width
            layers.append(nn.MaxPool2d(kernel_size=2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(512, num_classes)
        if good_start:
            for module in self.modules():
                if isinstance(module, nn.Conv2d):
                    nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                    nn.init.zeros_(module.bias)

    def forward(self, x):
        x = self.features(x)
        return self.classifier(torch.flatten(x, 1))


if __name__ == "__main__":
    model = PlainDeepCnn(good_start=False)
    print(model(torch.randn(2, 3, 32, 32)).shape)

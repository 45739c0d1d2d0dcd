import torch
from torch import nn
import torch.nn.functional as F


# ### Twelve ReLU layers at PyTorch's default
class Net(nn.Module):
    # ^^^ error vanishing-gradient: PyTorch default gives σ_w² = 0.333, ReLU needs 2: nn.init.kaiming_normal_(w, nonlinearity='relu').
    # ^^^ fix: Initialize Linear layers with nn.init.kaiming_normal_
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(256, 256) for _ in range(12)])
        #                            ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: layers.0 and

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return x


# ### The same as nn.Sequential
net = nn.Sequential(*[part for _ in range(12) for part in (nn.Linear(256, 256), nn.ReLU())])
# <- error vanishing-gradient: χ₁ = 0.167
#                                                          ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: χ₁ = 0.167


# ### Sixteen convolutions without batch normalization, as VGG has them
class Vgg(nn.Module):
    # ^^^ error vanishing-gradient: χ₁ = 0.167
    # ^^^ fix: Initialize Conv2d layers with nn.init.kaiming_normal_
    def __init__(self, widths=(64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)):
        super().__init__()
        layers = []
        channels = 3
        for width in widths:
            layers += [nn.Conv2d(channels, width, kernel_size=3, padding=1), nn.ReLU(inplace=True)]
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: ReLU needs 2
            channels = width
        self.features = nn.Sequential(*layers)

    def forward(self, x):
        return self.features(x)


# ### Glorot's initializer under ReLU over twenty layers
class Glorot(nn.Module):
    # ^^^^^^ error vanishing-gradient: xavier_normal_
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.ReLU()) for _ in range(20)])
        #                                         ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: χ₁ = 0.5
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_normal_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### Kaiming's initializer of the nonlinearity 'linear' under ReLU, through apply
def initialize(module):
    if isinstance(module, nn.Linear):
        nn.init.kaiming_uniform_(module.weight, nonlinearity='linear')
        nn.init.constant_(module.bias, 0)


class Applied(nn.Module):
    # ^^^^^^^ error vanishing-gradient: χ₁ = 0.5
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.ReLU()) for _ in range(20)])
        #                                         ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: ReLU needs 2
        self.apply(initialize)

    def forward(self, x):
        return self.body(x)


# ### Sigmoid has no critical initialization
class Sigmoid(nn.Module):
    # ^^^^^^^ error vanishing-gradient: no initialization makes sigmoid critical
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(64, 64)
        #        ^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: sigmoid
        self.b = nn.Linear(64, 64)
        self.c = nn.Linear(64, 64)
        self.d = nn.Linear(64, 64)
        self.e = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.sigmoid(self.a(x))
        x = torch.sigmoid(self.b(x))
        x = torch.sigmoid(self.c(x))
        x = torch.sigmoid(self.d(x))
        return self.e(x)


# ### Silent: two layers at the default, as in most tutorials
class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 128)
        self.output = nn.Linear(128, 10)

    def forward(self, x):
        return self.output(F.relu(self.hidden(x)))


# ### Silent: fifty ReLU layers at He's initializer
class He(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.ReLU()) for _ in range(50)])
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### Silent: SELU at LeCun's initializer over thirty layers
class Selu(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.SELU()) for _ in range(30)])
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity='linear')
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### SELU at PyTorch's gain of 3/4 over thirty layers keeps its gradients
class SeluGain(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*[nn.Sequential(nn.Linear(128, 128), nn.SELU()) for _ in range(30)])
        #                                         ^^^^^^^^^^^^^^^^^^^ hint gain-breaks-self-normalization: gradients keep their size (χ₁ = 1.004)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity='selu')
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.body(x)


# ### Silent: batch normalization after each convolution keeps the signal, and its gradients are not those of bare layers
class Normalized(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        channels = 3
        for width in (64, 64, 128, 128, 256, 256, 256, 512):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        self.features = nn.Sequential(*layers)

    def forward(self, x):
        return self.features(x)


# ### Silent: what the user has looked at and accepts
class Accepted(nn.Module):  # meanfield: ignore[vanishing-gradient]
    def __init__(self):
        super().__init__()
        # meanfield: ignore[initializer-does-not-fit-activation]
        self.layers = nn.ModuleList([nn.Linear(256, 256) for _ in range(12)])

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return x


# ### Parallel branches at the framework's default
class Parallel(nn.Module):
    # ^^^^^^^^ error vanishing-gradient: nn.init.kaiming_normal_(w, nonlinearity='relu').
    def __init__(self, width=64, depth=14):
        super().__init__()
        self.stem = nn.Linear(32, width)
        self.left = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.right = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        x = self.stem(x)
        for left, right in zip(self.left, self.right):
            x = torch.relu(left(x)) + torch.relu(right(x))
        return self.head(x)


# ### Silent: a skip connection around each default layer
class Skips(nn.Module):
    def __init__(self, width=64, depth=14):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        for layer in self.layers:
            x = x + torch.relu(layer(x))
        return self.head(x)


# ### A discriminator whose weights are divided by their top singular value: its gradients shrink, and no initializer changes that
class Discriminator(nn.Module):
    # ^^^^^^^^^^^^^ hint vanishing-gradient: keeps σ_w² at 0.155 to 0.64, whatever the initializer: use fewer such layers
    def __init__(self):
        super().__init__()
        plan = [(3, 64, 3, 1), (64, 64, 4, 2), (64, 128, 3, 1), (128, 128, 4, 2), (128, 256, 3, 1), (256, 256, 4, 2), (256, 512, 3, 1)]
        parts = []
        for inputs, outputs, kernel, stride in plan:
            parts += [nn.utils.spectral_norm(nn.Conv2d(inputs, outputs, kernel, stride, 1)), nn.LeakyReLU(0.1)]
        self.net = nn.Sequential(*parts)
        self.head = nn.utils.spectral_norm(nn.Linear(512 * 4 * 4, 1))

    def forward(self, x):
        return self.head(self.net(x).view(-1, 512 * 4 * 4))


# ### Silent: a head that was made small on purpose scales all gradients once
class Quantiles(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = drawn(nn.Linear(64, 256))
        self.b = drawn(nn.Linear(256, 256))
        self.c = drawn(nn.Linear(256, 256))
        self.d = drawn(nn.Linear(256, 256))
        self.head = drawn(nn.Linear(256, 120), 1e-3)

    def forward(self, x):
        for layer in (self.a, self.b, self.c, self.d):
            x = torch.relu(layer(x))
        return self.head(x)


def drawn(layer, gain=1.2):
    nn.init.orthogonal_(layer.weight)
    layer.weight.data.mul_(gain)
    nn.init.zeros_(layer.bias)
    return layer


# ### Silent: the same behind residual blocks
class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(64, 128)
        self.inner = nn.ModuleList(nn.Linear(128, 128) for _ in range(4))
        self.head = nn.Linear(128, 10)
        nn.init.normal_(self.head.weight, std=0.001)

    def forward(self, x):
        x = self.first(x)
        for layer in self.inner:
            x = x + 0.5 * torch.relu(layer(x))
        return self.head(x)


# ### All layers are small, so the head is no exception
class AllSmall(nn.Module):
#     ^^^^^^^^ error vanishing-gradient: from output to input of 5 layers
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(128, 128) for _ in range(5))
        #                           ^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: layers.0 and 3 more layers
        for layer in self.layers:
            nn.init.normal_(layer.weight, std=0.01)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


# ### Convolutions and dense layers are drawn by calls of their own
class ConvolutionsAndDense(nn.Module):
#     ^^^^^^^^^^^^^^^^^^^^ error vanishing-gradient: gives σ_w² = 0.0896 to 1, ReLU needs 2
#     ^^^^^^^^^^^^^^^^^^^^ fix: Use nn.init.kaiming_normal_(…, nonlinearity='relu') in 2 calls
    def __init__(self):
        super().__init__()
        sizes = [3, *[64] * 10]
        convolutions = [nn.Conv2d(i, o, 3, padding=1, padding_mode="circular") for i, o in zip(sizes, sizes[1:])]
        #               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint initializer-does-not-fit-activation: χ₁ = 0.0448 to 0.5
        #               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ fix: Use nn.init.kaiming_normal_(…, nonlinearity='relu') in 2 calls
        self.features = nn.Sequential(*[part for layer in convolutions for part in (layer, nn.ReLU())])
        self.classifier = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 10))
        self.apply(initialize)

    def forward(self, x):
        return self.classifier(self.features(x).amax((2, 3)))


def initialize(module):
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_normal_(module.weight)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.01)
        nn.init.zeros_(module.bias)


# ### Ten ReLU layers behind a recurrent one
class BehindRecurrence(nn.Module):
    # ^^^^^^^^^^^^^^^^ error vanishing-gradient: ReLU needs 2
    # ^^^^^^^^^^^^^^^^ fix: Initialize Linear layers with nn.init.kaiming_normal_
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(64, 128, batch_first=True)
        self.layers = nn.ModuleList([nn.Linear(128, 128) for _ in range(10)])

    def forward(self, x):
        x, _ = self.gru(x)
        for layer in self.layers:
            x = F.relu(layer(x))
        return x


# ### Four convolutions before recurrent layers, which take most of what gradients lose
class BeforeRecurrence(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(*[part for i in (9, 64, 64, 64) for part in (nn.Conv1d(i, 64, 5), nn.ReLU())])
        self.lstm = nn.LSTM(64, 128, num_layers=2, dropout=0.5)
        self.head = nn.Linear(128, 18)

    def forward(self, x):
        x, _ = self.lstm(self.features(x).permute(2, 0, 1))
        return self.head(x[-1])


# ### Four stacked LSTM layers
class Stacked(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(1000, 128)
        self.lstm = nn.LSTM(128, 128, num_layers=4, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.lstm(self.embed(x))[0])


# ### Silent: sigmoids of gates are no layers that another activation would help
class Gated(nn.Module):
    def __init__(self, channels=64):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        self.convs = nn.ModuleList([nn.Conv2d(channels, channels, 3, padding=1) for _ in range(12)])
        self.squeezes = nn.ModuleList([nn.Linear(channels, channels // 4) for _ in range(12)])
        self.excites = nn.ModuleList([nn.Linear(channels // 4, channels) for _ in range(12)])
        for conv in [self.stem, *self.convs]:
            nn.init.kaiming_normal_(conv.weight, nonlinearity='relu')

    def forward(self, x):
        x = F.relu(self.stem(x))
        for conv, squeeze, excite in zip(self.convs, self.squeezes, self.excites):
            x = F.relu(conv(x))
            gate = torch.sigmoid(excite(F.relu(squeeze(x.mean((2, 3))))))
            x = x * gate[:, :, None, None]
        return x


# ### Silent: so are those of a softmax over the channels
class Shared(nn.Module):
    def __init__(self, channels=64):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, 3, padding=1)
        self.convs = nn.ModuleList([nn.Conv2d(channels, channels, 3, padding=1) for _ in range(12)])
        self.squeezes = nn.ModuleList([nn.Linear(channels, channels // 4) for _ in range(12)])
        self.excites = nn.ModuleList([nn.Linear(channels // 4, channels) for _ in range(12)])
        for conv in [self.stem, *self.convs]:
            nn.init.kaiming_normal_(conv.weight, nonlinearity='relu')

    def forward(self, x):
        x = F.relu(self.stem(x))
        for conv, squeeze, excite in zip(self.convs, self.squeezes, self.excites):
            x = F.relu(conv(x))
            gate = 64 * torch.softmax(excite(F.relu(squeeze(x.mean((2, 3))))), dim=1)
            x = 0.5 * x * gate[:, :, None, None]
        return x


# ### Silent: a mean over all positions divides squared norms by their number, which weights make up for
class Pooled(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1)
        )
        self.head = nn.Linear(64, 10)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity='relu')

    def forward(self, x):
        return self.head(self.body(x).flatten(1))


# ### Silent: so is that over the members of a set
class Sets(nn.Module):
    def __init__(self):
        super().__init__()
        self.each = nn.Sequential(nn.Linear(3, 128), nn.ReLU(), nn.Linear(128, 128))
        self.all = nn.Sequential(nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity='relu')

    def forward(self, points):
        return self.all(self.each(points).mean(dim=1))

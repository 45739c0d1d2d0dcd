"""Measures the singular values of Jacobians of random PyTorch networks: the numbers that test/propagation compares the theory with.

    /usr/bin/python3 test/oracle/isometry.py > test/golden/isometry.json

Needs PyTorch (made with 1.13). Each source is a model as a user writes it; `net` is drawn anew for each seed, and J is the derivative of
`features` of it with respect to one input of second moment 1. Over the seeds: mean and standard deviation of the logarithm of
m1 = mean(s^2), of m2/m1^2 - 1, and of s_max/sqrt(m1), s the singular values of J. Named on the command line, only those cases are measured.
"""

import json
import sys

import torch

torch.set_num_threads(1)

HEAD = "import torch\nfrom torch import nn\n\n"

SEQUENTIAL = HEAD + """def build():
    layers = []
    for i in range({depth}):
        layer = nn.Linear({width}, {width})
        {init}
        nn.init.{bias}
        layers += [layer, nn.{activation}]
    return nn.Sequential(*layers)

net = build()
"""

MIXED = HEAD + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [400, 800, 600, 400, 500]
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(widths[:-1], widths[1:]))
        self.head = nn.Linear(500, 10)
        for k, layer in enumerate(self.layers):
            if k % 2 == 0:
                nn.init.orthogonal_(layer.weight, gain=1.2)
            else:
                nn.init.kaiming_normal_(layer.weight, nonlinearity='linear')
            nn.init.zeros_(layer.bias)

    def features(self, x):
        for k, layer in enumerate(self.layers):
            x = layer(x)
            x = torch.tanh(x) if k % 2 else nn.functional.leaky_relu(x, 0.3)
        return x

    def forward(self, x):
        return self.head(self.features(x))

net = Net()
"""

CONV = HEAD + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv1d(64, 64, {kernel}, padding={padding}, padding_mode='circular') for _ in range({depth}))
        for layer in self.layers:
            {init}
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for layer in self.layers:
            x = {activation}(layer(x))
        return x

net = Net()
"""

RESIDUAL = HEAD + """class Block(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)
        nn.init.kaiming_normal_(self.first.weight, nonlinearity='linear')
        nn.init.normal_(self.second.weight, std=({gain} / width) ** 0.5)
        nn.init.zeros_(self.first.bias)
        nn.init.zeros_(self.second.bias)

    def forward(self, x):
        return x + self.second(torch.{activation}(self.first(x)))

class Net(nn.Module):
    def __init__(self, width=400, depth={depth}):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(width, depth) for _ in range(depth)])

    def forward(self, x):
        return self.blocks(x)

net = Net()
"""

NORMALIZED = HEAD + """class Net(nn.Module):
    def __init__(self, width=500):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(6))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(6))

    def forward(self, x):
        for layer, norm in zip(self.layers, self.norms):
            x = torch.relu(norm(layer(x)))
        return x

net = Net()
"""

SHORTCUT = HEAD + """class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.first = nn.Linear(i, o)
        self.second = nn.Linear(o, o)
        self.shortcut = nn.Linear(i, o, bias=False) if i != o else nn.Identity()
        for layer in (self.first, self.second):
            nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')
            nn.init.zeros_(layer.bias)
        if i != o:
            nn.init.xavier_normal_(self.shortcut.weight)

    def forward(self, x):
        return self.shortcut(x) + 0.5 * self.second(torch.relu(self.first(x)))

net = nn.Sequential(nn.Linear(300, 400), Block(400, 600), Block(600, 600), Block(600, 600))
"""


def dense(depth, width, init, activation, bias="zeros_(layer.bias)"):
    return SEQUENTIAL.format(depth=depth, width=width, init=init, activation=activation, bias=bias)


DELTA = """nn.init.zeros_(layer.weight)
            nn.init.orthogonal_(layer.weight[:, :, 1], gain=1.1)"""

CASES = [
    ("tanh, orthogonal, critical", 16, [400], dense(20, 400, "nn.init.orthogonal_(layer.weight, gain=1.01)", "Tanh()"), "net"),
    ("tanh, orthogonal, with biases", 12, [400],
     dense(10, 400, "nn.init.orthogonal_(layer.weight, gain=1.327)", "Tanh()", "normal_(layer.bias, std=0.2236)"), "net"),
    ("tanh, uniform default", 16, [400], SEQUENTIAL.format(depth=6, width=400, init="pass", activation="Tanh()", bias="zeros_(layer.bias)"), "net"),
    ("ReLU, He", 24, [500], dense(6, 500, "nn.init.kaiming_normal_(layer.weight)", "ReLU()"), "net"),
    ("ReLU, orthogonal", 16, [500], dense(6, 500, "nn.init.orthogonal_(layer.weight, gain=2 ** 0.5)", "ReLU()"), "net"),
    ("leaky ReLU, orthogonal", 16, [400], dense(10, 400, "nn.init.orthogonal_(layer.weight, gain=1.3)", "LeakyReLU(0.4)"), "net"),
    ("GELU, Gaussian", 24, [500], dense(5, 500, "nn.init.normal_(layer.weight, std=(2 / 500) ** 0.5)", "GELU()"), "net"),
    ("SiLU, orthogonal, fading signal", 12, [400],
     dense(20, 400, "nn.init.orthogonal_(layer.weight, gain=1.05)", "SiLU()", "normal_(layer.bias, std=0.05)"), "net"),
    ("Hardswish, orthogonal, fading signal", 16, [400],
     dense(10, 400, "nn.init.orthogonal_(layer.weight, gain=1.05)", "Hardswish()", "normal_(layer.bias, std=0.05)"), "net"),
    ("SELU, orthogonal", 16, [400], dense(10, 400, "nn.init.orthogonal_(layer.weight)", "SELU()"), "net"),
    ("mixed widths and activations, with a head", 24, [400], MIXED, "net.features"),
    ("dropout", 24, [500], HEAD + """net = nn.Sequential(
    nn.Linear(500, 500), nn.ReLU(), nn.Dropout(0.3), nn.Linear(500, 400), nn.Tanh(), nn.Dropout(0.2), nn.Linear(400, 600),
)
""", "net"),
    ("convolutions, delta-orthogonal", 16, [64, 8], CONV.format(depth=8, kernel=3, padding=1, init=DELTA, activation="torch.tanh"), "net"),
    ("convolutions, Gaussian", 24, [64, 8], CONV.format(depth=4, kernel=3, padding=1,
     init="nn.init.kaiming_normal_(layer.weight)", activation="torch.relu"), "net"),
    ("convolutions, orthogonal as matrices", 24, [64, 8], CONV.format(depth=5, kernel=3, padding=1,
     init="nn.init.orthogonal_(layer.weight)", activation="torch.tanh"), "net"),
    ("convolutions of 5 taps, Xavier", 24, [64, 10], CONV.format(depth=4, kernel=5, padding=2,
     init="nn.init.xavier_uniform_(layer.weight)", activation="torch.tanh"), "net"),
    ("residual blocks, ReLU, small branches", 12, [400], RESIDUAL.format(gain="1 / depth", activation="relu", depth=20), "net"),
    ("residual blocks, tanh, strong branches", 12, [400], RESIDUAL.format(gain="1", activation="tanh", depth=5), "net"),
    ("layer normalization", 24, [500], NORMALIZED, "net"),
    ("shortcuts with weights", 24, [300], SHORTCUT, "net"),
]


def jacobian(function, shape):
    x = torch.randn(shape)
    x = (x / x.square().mean().sqrt()).unsqueeze(0).requires_grad_()
    torch.manual_seed(torch.initial_seed() + 10_000)
    state = torch.get_rng_state()
    size = function(x).numel()
    torch.set_rng_state(state)
    # Copies of the input along the batch give one row of J each, but normalizations and dropout masks must be those of one input.
    y = function(x).flatten()
    rows = [torch.autograd.grad(y[i], x, retain_graph=True)[0].flatten() for i in range(size)]
    return torch.stack(rows).double()


def measure(source, features, shape, seeds):
    runs = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        names = {}
        exec(source, names)
        s = torch.linalg.svdvals(jacobian(eval(features, names), shape))
        square = s.square()
        m1 = square.mean()
        runs.append([m1.log().item(), (square.square().mean() / m1 ** 2 - 1).item(), (s.max() / m1.sqrt()).item()])
    return torch.tensor(runs, dtype=torch.float64)


def main():
    cases = []
    for name, seeds, shape, source, features in CASES:
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        runs = measure(source, features, shape, seeds)
        columns = ["logMean", "variance", "max"]
        row = {"name": name, "seeds": seeds, "source": source}
        for column, mean, spread in zip(columns, runs.mean(0).tolist(), runs.std(0).tolist()):
            row[column] = float(f"{mean:.5g}")
            row[column + "Error"] = float(f"{spread / seeds ** 0.5:.3g}")
        cases.append(row)
        print(name, {key: value for key, value in row.items() if key not in ("name", "source")}, file=sys.stderr)
    print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")


main()

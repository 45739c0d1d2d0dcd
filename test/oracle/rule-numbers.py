"""Measures what the messages of numeric rules claim, in PyTorch: the numbers that test/rules/measured.test.ts compares them with.

    /usr/bin/python3 test/oracle/rule-numbers.py > test/golden/rule-numbers.json

Needs PyTorch (made with 1.13). Each case is a model as a user writes it, a pattern with one group that finds the number in the message of the
rule, and a function that measures it on one draw of the model; the golden number is the mean over the draws, with three standard errors
as its tolerance; the rounding of the message comes on top.
"""

import json
import statistics
import sys

import torch

torch.set_num_threads(1)

HEAD = "import math\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n"

LINEAR = HEAD + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear({inputs}, {outputs}, bias=False)
        {init}

    def forward(self, x):
        return self.fc(x)

net = Net()
"""


def growth(net):
    """Average over the units, divided by that over inputs of one sign."""
    x = torch.randn(64, net.fc.in_features).relu()
    return (net(x).mean() / x.mean()).item()


def likeness(net):
    """Correlation of two units over inputs with independent entries of mean 0."""
    y = net(torch.randn(20000, net.fc.in_features))
    correlations = torch.corrcoef(y.T)
    count = len(correlations)
    return ((correlations.sum() - count) / (count * (count - 1))).item()


SIREN = HEAD + """class Sine(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)

    def forward(self, x):
        return torch.sin(30.0 * self.linear(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(*[Sine(400, 400) for _ in range(6)], nn.Linear(400, 1))

    def forward(self, x):
        return self.net(x)

net = Net()
"""


def slope(net):
    """Factor on the squared gradient in a layer in the middle of the network."""
    outputs = []
    for layer in list(net.net)[2:4]:
        layer.linear.register_forward_hook(lambda module, inputs, output: outputs.append(output))
    y = net(torch.randn(64, 400))
    later, earlier = torch.autograd.grad(y.sum(), [outputs[1], outputs[0]])
    return (earlier.square().sum() / later.square().sum()).item()


DEEP = HEAD + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([{block} for _ in range({depth})])
        for layer in self.modules():
            if isinstance(layer, (nn.Linear, nn.Conv2d)):
                {init}
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x

net = Net()
"""
DROPPED = DEEP.format(
    block="nn.Sequential(nn.Linear(1000, 1000), nn.SELU(), nn.Dropout(0.1))",
    depth=40,
    init="nn.init.kaiming_normal_(layer.weight, nonlinearity='linear')",
)
GAINED = DEEP.format(
    block="nn.Sequential(nn.Linear(1000, 1000), nn.SELU())",
    depth=40,
    init="nn.init.kaiming_normal_(layer.weight, nonlinearity='selu')",
)
DEPTHWISE = DEEP.format(
    block="nn.Sequential(nn.Conv2d(64, 64, 5, padding=2, padding_mode='circular', groups=64), nn.ReLU())",
    depth=2,
    init="nn.init.kaiming_normal_(layer.weight, mode='fan_out', nonlinearity='relu')",
)


def settled(net):
    """Mean square of the outputs of layers deep in the network."""
    squares = []
    for block in net.blocks:
        block[0].register_forward_hook(lambda module, inputs, output: squares.append(output.square().mean().item()))
    net(torch.randn(64, 1000))
    return statistics.fmean(squares[25:])


def low(net):
    """Mean square of the outputs of layers, for an input that is nearly where it settles."""
    squares = []
    for block in net.blocks:
        block[0].register_forward_hook(lambda module, inputs, output: squares.append(output.square().mean().item()))
    net(0.2 * torch.randn(64, 1000))
    return statistics.fmean(squares[20:])


def late(net):
    """Factor on the squared gradient in a layer, over twenty layers deep in the network, for such an input."""
    outputs = []
    for block in net.blocks:
        block[0].register_forward_hook(lambda module, inputs, output: outputs.append(output))
    net(0.2 * torch.randn(64, 1000))
    (below,) = torch.autograd.grad(outputs[35], [outputs[15]], above := torch.randn_like(outputs[35]))
    return (below.square().sum() / above.square().sum()).item() ** (1 / 20)


def missing(net):
    """Variance that would keep the signal (2 over the weights summed into one output), divided by the variance that was drawn."""
    weight = net.blocks[0][0].weight
    return (2 / weight[0].numel() / weight.var()).item()


def spread(net):
    """Factor by which squared gradients change from the output of the second layer to that of the first."""
    outputs = []
    for block in net.blocks:
        block[0].register_forward_hook(lambda module, inputs, output: outputs.append(output))
    net(torch.randn(4, 64, 16, 16))
    above = torch.randn_like(outputs[1])
    (below,) = torch.autograd.grad(outputs[1], [outputs[0]], above)
    return (below.square().sum() / above.square().sum()).item()


HEADED = HEAD + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding({classes}, 256)
        self.norm = nn.LayerNorm(256)
        self.head = nn.Linear(256, {classes}, bias=False)
        nn.init.normal_(self.head.weight, std={std})

    def forward(self, x):
        return self.head(self.norm(self.emb(x)))

net = Net()
"""
VOCABULARY = HEADED.format(classes=5000, std=1.0)
TEN = HEADED.format(classes=10, std=0.25)


def loss(net):
    """Cross-entropy of the first step, with targets that the logits know nothing of."""
    classes = net.head.out_features
    with torch.no_grad():
        return torch.nn.functional.cross_entropy(net(torch.randint(classes, (512,))), torch.randint(classes, (512,))).item()


def deviation(net):
    with torch.no_grad():
        return net(torch.randint(net.head.out_features, (512,))).std().item()


UNIFORM = LINEAR.format(inputs=64, outputs=64, init="nn.init.uniform_(self.fc.weight)")
SHIFTED = LINEAR.format(inputs=256, outputs=128, init="nn.init.normal_(self.fc.weight, 0.05, 0.05)")

CASES = [
    ("positive signals through U(0, 1)", "nonzero-mean-weights", UNIFORM, r"grow ([\d.,]+)-fold", growth, 40),
    ("likeness of units drawn from U(0, 1)", "nonzero-mean-weights", UNIFORM, r"correlation ([\d.]+)", likeness, 10),
    ("positive signals through N(0.05, 0.05²)", "nonzero-mean-weights", SHIFTED, r"grow ([\d.,]+)-fold", growth, 40),
    ("likeness of units drawn from N(0.05, 0.05²)", "nonzero-mean-weights", SHIFTED, r"correlation ([\d.]+)", likeness, 10),
    ("default weights under the frequency of a SIREN", "exploding-gradient", SIREN, r"χ₁ = ([\d.]+)", slope, 20),
    ("SELU with dropout settles", "dropout-breaks-self-normalization", DROPPED, r"q\* = ([\d.]+)", settled, 16, 0.01),
    ("SELU at its gain settles", "gain-breaks-self-normalization", GAINED, r"settles at ([\d.]+)", low, 16, 0.01),
    ("slope of SELU at its gain", "gain-breaks-self-normalization", GAINED, r"χ₁ = ([\d.]+)", late, 16),
    ("variance of depthwise weights", "fan-out-of-all-groups", DEPTHWISE, r"variance is (\d+) times", missing, 20),
    ("gradient through depthwise weights", "fan-out-of-all-groups", DEPTHWISE, r"χ₁ = ([\d.]+)", spread, 400),
    ("deviation of 5000 logits", "large-initial-logits", VOCABULARY, r"deviation ([\d.]+)", deviation, 10),
    ("cross-entropy of 5000 logits", "large-initial-logits", VOCABULARY, r"cross-entropy at ([\d.]+)", loss, 40),
    ("cross-entropy of 10 logits", "large-initial-logits", TEN, r"cross-entropy at ([\d.]+)", loss, 200),
]


def measure(name, rule, source, pattern, function, draws, tolerance=0.002):
    values = []
    for seed in range(draws):
        torch.manual_seed(seed)
        scope = {}
        exec(source, scope)
        values.append(function(scope["net"]))
    error = statistics.stdev(values) / len(values) ** 0.5 if draws > 1 else 0
    return {
        "id": name,
        "inputs": {"rule": rule, "source": source, "pattern": pattern},
        "expected": {"number": round(statistics.fmean(values), 6)},
        "tolerance": {"rel": tolerance, "abs": round(3 * error, 6)},
    }


named = sys.argv[1:]
print(json.dumps([measure(*case) for case in CASES if not named or case[0] in named], indent=1, ensure_ascii=False))

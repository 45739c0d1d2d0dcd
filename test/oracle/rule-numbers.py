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


UNIFORM = LINEAR.format(inputs=64, outputs=64, init="nn.init.uniform_(self.fc.weight)")
SHIFTED = LINEAR.format(inputs=256, outputs=128, init="nn.init.normal_(self.fc.weight, 0.05, 0.05)")

CASES = [
    ("positive signals through U(0, 1)", "nonzero-mean-weights", UNIFORM, r"grow ([\d.,]+)-fold", growth, 40),
    ("likeness of units drawn from U(0, 1)", "nonzero-mean-weights", UNIFORM, r"correlation ([\d.]+)", likeness, 10),
    ("positive signals through N(0.05, 0.05²)", "nonzero-mean-weights", SHIFTED, r"grow ([\d.,]+)-fold", growth, 40),
    ("likeness of units drawn from N(0.05, 0.05²)", "nonzero-mean-weights", SHIFTED, r"correlation ([\d.]+)", likeness, 10),
    ("default weights under the frequency of a SIREN", "exploding-gradient", SIREN, r"χ₁ = ([\d.]+)", slope, 20),
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

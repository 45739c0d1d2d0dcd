"""Measures what random PyTorch networks make of a circle of inputs: the numbers that test/analysis compares the theory with.

    /usr/bin/python3 test/oracle/circle.py > test/golden/circle.json

Needs PyTorch (made with 1.13). A circle of second moment 1 is fed in at equal angles. At each named module: the length of the curve
relative to that of the circle, the sum of the angles between its chords over 2 pi, and the sign changes of a unit on the way round. Means over
seeds with their standard errors. In networks with kinks the sum of angles depends on the step, and is left out.
"""

import json
import math
import sys

import torch

torch.set_num_threads(1)

HEAD = "import torch\nfrom torch import nn\n\n"

CHAIN = HEAD + """def build():
    layers = []
    for i in range({depth}):
        layer = nn.Linear({width}, {width})
        nn.init.{weight}
        nn.init.normal_(layer.bias, std={bias})
        layers += [layer, nn.{activation}]
    return nn.Sequential(*layers)

net = build()
"""

RESIDUAL = HEAD + """class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)
        for layer in (self.first, self.second):
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return x + self.second(torch.tanh(self.first(x)))

net = nn.Sequential(*[Block({width}) for _ in range(5)])
"""

MIXED = HEAD + """net = nn.Sequential(
    nn.Linear(600, 900), nn.GELU(), nn.LayerNorm(900), nn.Linear(900, 600), nn.Sigmoid(), nn.Linear(600, 800), nn.Tanh(), nn.Linear(800, 10),
)
"""

CASES = [
    ("tanh, chaotic", 12, CHAIN.format(depth=7, width=600, weight="normal_(layer.weight, std=(3 / 600) ** 0.5)", bias=0.1 ** 0.5, activation="Tanh()"),
     {str(2 * i): str(2 * i) for i in range(7)}, True),
    ("tanh, orthogonal, ordered", 12, CHAIN.format(depth=7, width=600, weight="orthogonal_(layer.weight)", bias=0.2, activation="Tanh()"),
     {str(2 * i): str(2 * i) for i in range(7)}, True),
    ("GELU, sigmoid, tanh and a norm", 12, MIXED, {i: i for i in ("0", "3", "5")}, True),
    ("residual blocks", 12, RESIDUAL.format(width=600), {f"{i}.second": str(i) for i in range(5)}, True),
    ("ReLU, with biases", 12, CHAIN.format(depth=6, width=600, weight="kaiming_normal_(layer.weight)", bias=0.3, activation="ReLU()"),
     {str(2 * i): str(2 * i) for i in range(6)}, False),
]


def measure(source, places, smooth, seeds, steps=1000):
    runs = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        names = {}
        exec(source, names)
        net = names["net"].double().eval()
        modules = dict(net.named_modules())
        seen = {}
        for path, place in places.items():
            modules[place].register_forward_hook(lambda module, inputs, output, path=path: seen.__setitem__(path, output))
        width = next(net.parameters()).shape[1]
        basis = torch.linalg.qr(torch.randn(width, 2, dtype=torch.float64))[0].T * math.sqrt(width)
        angle = torch.arange(steps, dtype=torch.float64) * (2 * math.pi / steps)
        with torch.no_grad():
            net(torch.stack([angle.cos(), angle.sin()], 1) @ basis)
        run = []
        for path in places:
            h = seen[path]
            chord = h.roll(-1, 0) - h
            length = chord.norm(dim=1)
            # The root mean square of the speed, as the theory has it.
            speed = math.sqrt(length.square().mean().item() / h.shape[1]) * steps / (2 * math.pi)
            tangent = chord / length.unsqueeze(1)
            turns = (tangent.roll(-1, 0) - tangent).norm(dim=1).square().mean().sqrt().item() * steps / (2 * math.pi)
            signs = (h.roll(-1, 0).sign() != h.sign()).double().sum(0).mean().item()
            run.append([math.log(speed), turns, signs])
        runs.append(run)
    runs = torch.tensor(runs, dtype=torch.float64)
    mean, error = runs.mean(0), runs.std(0) / seeds ** 0.5
    rows = []
    for i, path in enumerate(places):
        row = {"path": path}
        for k, column in enumerate(["logLength", "turning", "crossings"]):
            if column == "turning" and not smooth:
                continue
            row[column] = float(f"{mean[i, k]:.5g}")
            row[column + "Error"] = float(f"{error[i, k]:.3g}")
        rows.append(row)
    return rows


def main():
    cases = []
    for name, seeds, source, places, smooth in CASES:
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        points = measure(source, places, smooth, seeds)
        cases.append({"name": name, "seeds": seeds, "source": source, "points": points})
        print(name, points, file=sys.stderr)
    print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")


main()

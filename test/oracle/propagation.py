"""Measures second moments and gradients in random PyTorch networks: the numbers that test/propagation compares the theory with.

    /usr/bin/python3 test/oracle/propagation.py > test/golden/propagation.json

Needs PyTorch (made with 1.13). Each network is drawn anew for each seed; f = sum(output * N(0, 1)). `q` is the mean square of a node's output,
`gradient` the mean square of df/doutput, both as means over seeds with the standard deviation of log10 over seeds.
"""

import json
import math

import torch
import torch.nn.functional as F

torch.set_num_threads(1)

ACTIVATIONS = {
    "relu": F.relu,
    "tanh": torch.tanh,
    "gelu": F.gelu,
    "selu": F.selu,
    "silu": F.silu,
    "elu": F.elu,
    "leaky_relu": F.leaky_relu,
}


def dense(i, o, sw2=None, sb2=0.0):
    """sw2 None: PyTorch's default, uniform with variance 1/(3 i) for weight and bias."""
    return {"op": "dense", "in": i, "out": o, "sigmaW2": sw2, "sigmaB2": sb2}


def conv(i, o, k=3, stride=1, padding=None, sw2=None, sb2=0.0):
    return {"op": "conv", "in": i, "out": o, "kernel": k, "stride": stride, "padding": k // 2 if padding is None else padding,
            "sigmaW2": sw2, "sigmaB2": sb2}


def act(name):
    return {"op": "activation", "name": name}


def chain(widths, activation, sw2=None, sb2=0.0):
    layers = []
    for i, o in zip(widths[:-1], widths[1:]):
        layers += [dense(i, o, sw2, sb2), act(activation)]
    return layers[:-1]


def vgg(plan, classes, size):
    layers, channels = [], 3
    for step in plan:
        if step == "M":
            layers.append({"op": "maxpool", "kernel": 2})
        else:
            layers += [conv(channels, step), act("relu")]
            channels = step
    flat = channels * size * size
    return layers + [{"op": "flatten"}, dense(flat, 512), act("relu"), {"op": "dropout", "rate": 0.5}, dense(512, 512), act("relu"),
                     {"op": "dropout", "rate": 0.5}, dense(512, classes)]


VGG16 = [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]

CASES = [
    ("tanh, default", [256], chain([256] * 7 + [10], "tanh"), 30, 32),
    ("tanh, chaotic", [512], chain([512] * 12, "tanh", 2.5, 0.1), 12, 32),
    ("tanh, critical", [512], chain([512] * 16, "tanh", 1.760955, 0.05), 12, 32),
    ("ReLU, He", [512], chain([512] * 8, "relu", 2.0), 30, 32),
    ("ReLU, default, shrinking", [784], chain([784, 512, 256, 128, 10], "relu"), 30, 64),
    ("GELU", [512], chain([512] * 8, "gelu", 2.0, 0.1), 20, 32),
    ("SELU, LeCun", [512], chain([512] * 16, "selu", 1.0), 12, 32),
    ("SiLU, default", [512], chain([512] * 6, "silu"), 12, 32),
    ("unequal widths", [400], chain([400, 1600, 400, 100, 400], "relu", 2.0), 30, 64),
    ("dropout", [512], [dense(512, 512, 1.5, 0.05), act("tanh"), {"op": "dropout", "rate": 0.1}] * 6 + [dense(512, 100, 1.5, 0.05)], 12, 64),
    ("convolutions with zero padding", [3, 16, 16], [conv(3, 128, sw2=2.0), act("relu")] + [conv(128, 128, sw2=2.0), act("relu")] * 4
     + [conv(128, 128, sw2=2.0)], 16, 4),
    ("strided convolutions", [3, 32, 32], [conv(3, 128, 5, 2, sw2=1.7, sb2=0.05), act("tanh"), conv(128, 256, 3, 2, sw2=1.7, sb2=0.05), act("tanh"),
     conv(256, 256, 3, 1, sw2=1.7, sb2=0.05), act("tanh"), {"op": "globalaverage"}, dense(256, 10, 1.0)], 16, 4),
    ("average pooling", [3, 32, 32], [conv(3, 128, sw2=2.0), act("relu"), {"op": "averagepool", "kernel": 2}, conv(128, 128, sw2=2.0), act("relu"),
     {"op": "averagepool", "kernel": 2}, conv(128, 128, sw2=2.0), act("relu"), {"op": "flatten"}, dense(128 * 64, 10, 1.0)], 16, 4),
    ("max pooling", [3, 32, 32], [conv(3, 128, sw2=2.0), act("relu"), {"op": "maxpool", "kernel": 2}, conv(128, 128, sw2=2.0), act("relu"),
     {"op": "maxpool", "kernel": 2}, conv(128, 128, sw2=2.0), act("relu"), {"op": "globalaverage"}, dense(128, 10, 1.0)], 16, 4),
    ("batch normalization", [256], [dense(256, 256), {"op": "batchnorm"}, act("relu")] * 5 + [dense(256, 256)], 10, 128),
    ("batch normalization of small maps", [3, 12, 12], [conv(3, 128), {"op": "batchnorm"}, act("relu")]
     + [conv(128, 128), {"op": "batchnorm"}, act("relu")] * 7 + [{"op": "globalaverage"}, dense(128, 10, 1.0)], 24, 4),
    ("layer normalization", [512], [dense(512, 512), act("gelu"), {"op": "layernorm"}] * 5 + [dense(512, 512)], 10, 32),
    ("VGG-16, default", [3, 64, 64], vgg(VGG16, 100, 2), 6, 2),
]


def parameters(op):
    if op["op"] == "dense":
        shape, fan = (op["out"], op["in"]), op["in"]
    else:
        shape, fan = (op["out"], op["in"], op["kernel"], op["kernel"]), op["in"] * op["kernel"] ** 2
    if op["sigmaW2"] is None:
        bound = 1 / math.sqrt(fan)
        return torch.empty(shape).uniform_(-bound, bound), torch.empty(op["out"]).uniform_(-bound, bound)
    return torch.randn(shape) * math.sqrt(op["sigmaW2"] / fan), torch.randn(op["out"]) * math.sqrt(op["sigmaB2"])


def apply(op, x, weights):
    kind = op["op"]
    if kind in ("dense", "conv"):
        w, b = parameters(op)
        w.requires_grad_()
        weights.append(w)
        return F.linear(x, w, b) if kind == "dense" else F.conv2d(x, w, b, stride=op["stride"], padding=op["padding"])
    if kind == "activation":
        return ACTIVATIONS[op["name"]](x)
    if kind == "dropout":
        return F.dropout(x, op["rate"])
    if kind == "flatten":
        return x.flatten(1)
    if kind == "maxpool":
        return F.max_pool2d(x, op["kernel"])
    if kind == "averagepool":
        return F.avg_pool2d(x, op["kernel"])
    if kind == "globalaverage":
        return x.mean((2, 3))
    if kind == "batchnorm":
        return F.batch_norm(x, None, None, training=True)
    return F.layer_norm(x, x.shape[1:])


def measure(shape, ops, seeds, batch):
    runs = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        x = torch.randn(batch, *shape)
        weights, outputs = [], []
        for op in ops:
            x = apply(op, x, weights)
            x.requires_grad_() if not x.requires_grad else None
            x.retain_grad()
            outputs.append(x)
        (x * torch.randn_like(x)).sum().backward()
        runs.append((
            [o.detach().square().mean().item() for o in outputs],
            [o.grad.square().mean().item() for o in outputs],
            math.log10(weights[-1].grad.norm() / weights[0].grad.norm()),
        ))
    return runs


def statistics(columns):
    rows = torch.tensor(columns, dtype=torch.float64)
    return rows.mean(0).tolist(), rows.log10().std(0).tolist()


def rounded(values):
    return [float(f"{value:.5g}") for value in values]


def main():
    cases = []
    for name, shape, ops, seeds, batch in CASES:
        runs = measure(shape, ops, seeds, batch)
        q, q_spread = statistics([run[0] for run in runs])
        gradient, gradient_spread = statistics([run[1] for run in runs])
        ratios = torch.tensor([run[2] for run in runs])
        cases.append({
            "name": name, "input": shape, "batch": batch, "seeds": seeds, "operations": ops,
            "q": rounded(q), "qSpread": rounded(q_spread), "gradient": rounded(gradient), "gradientSpread": rounded(gradient_spread),
            "log10GradientRatio": round(ratios.mean().item(), 4), "log10GradientRatioSpread": round(ratios.std().item(), 4),
        })
    print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")


main()

"""Parameters of freshly made layers as PyTorch draws them, written to test/golden/pytorch-defaults.json. Needs torch: python3 test/oracle/pytorch-defaults.py

One case: the class below torch.nn, its arguments by name, and for each parameter in PyTorch's order its shape and the moments of its entries over `draws`
fresh layers: mean, variance, fourth central moment over the square of the variance, and their number.
"""

import json
import math
import pathlib
import sys

import torch
from torch import nn

CASES = [
    ("Linear", dict(in_features=50, out_features=70)),
    ("Linear", dict(in_features=50, out_features=70, bias=False)),
    ("Bilinear", dict(in1_features=20, in2_features=10, out_features=30)),
    *[(f"Conv{n}d", dict(in_channels=8, out_channels=12, kernel_size=3)) for n in (1, 2, 3)],
    ("Conv2d", dict(in_channels=8, out_channels=12, kernel_size=(3, 5), groups=4, stride=2, padding=1)),
    ("Conv2d", dict(in_channels=16, out_channels=16, kernel_size=3, groups=16, bias=False)),
    *[(f"ConvTranspose{n}d", dict(in_channels=8, out_channels=12, kernel_size=3)) for n in (1, 2, 3)],
    ("ConvTranspose2d", dict(in_channels=8, out_channels=12, kernel_size=4, stride=2, groups=2)),
    ("Embedding", dict(num_embeddings=20, embedding_dim=30)),
    ("Embedding", dict(num_embeddings=20, embedding_dim=30, padding_idx=3)),
    ("EmbeddingBag", dict(num_embeddings=20, embedding_dim=30)),
    ("RNN", dict(input_size=9, hidden_size=16, num_layers=2)),
    ("GRU", dict(input_size=9, hidden_size=16, bidirectional=True)),
    ("LSTM", dict(input_size=9, hidden_size=16, num_layers=2, bidirectional=True)),
    ("LSTM", dict(input_size=9, hidden_size=16, num_layers=2, proj_size=5, bias=False)),
    ("RNNCell", dict(input_size=9, hidden_size=16)),
    ("GRUCell", dict(input_size=9, hidden_size=16)),
    ("LSTMCell", dict(input_size=9, hidden_size=16, bias=False)),
    *[(f"BatchNorm{n}d", dict(num_features=6)) for n in (1, 2, 3)],
    ("BatchNorm2d", dict(num_features=6, affine=False)),
    ("SyncBatchNorm", dict(num_features=6)),
    *[(f"InstanceNorm{n}d", dict(num_features=6)) for n in (1, 2, 3)],
    ("InstanceNorm2d", dict(num_features=6, affine=True)),
    ("LayerNorm", dict(normalized_shape=6)),
    ("LayerNorm", dict(normalized_shape=(4, 6))),
    ("LayerNorm", dict(normalized_shape=6, elementwise_affine=False)),
    ("GroupNorm", dict(num_groups=2, num_channels=6)),
    ("GroupNorm", dict(num_groups=2, num_channels=6, affine=False)),
    ("LocalResponseNorm", dict(size=2)),
    ("PReLU", dict()),
    ("PReLU", dict(num_parameters=5, init=0.1)),
]
ENTRIES = 60_000


def moments(make):
    first = dict(make().named_parameters())
    total = {name: [] for name in first}
    smallest = min((one.numel() for one in first.values()), default=ENTRIES)
    # A tensor of 12 entries needs many layers, a large one few.
    for _ in range(max(1, min(4000, math.ceil(ENTRIES / smallest)))):
        for name, one in make().named_parameters():
            total[name].append(one.detach().double().flatten())
    result = []
    for name, one in first.items():
        entries = torch.cat(total[name])
        centred = entries - entries.mean()
        variance = float(centred.square().mean())
        kurtosis = float(centred.pow(4).mean()) / variance**2 if variance > 0 else None
        result.append(dict(name=name, shape=list(one.shape), count=entries.numel(), mean=float(entries.mean()), variance=variance, kurtosis=kurtosis))
    return result


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    cases = []
    for name, arguments in CASES:
        case = dict(module=name, arguments=arguments, parameters=moments(lambda: getattr(nn, name)(**arguments)))
        cases.append(case)
        for one in case["parameters"]:
            kurtosis = "-" if one["kurtosis"] is None else f"{one['kurtosis']:.3f}"
            print(f"{name:18} {one['name']:22} {str(one['shape']):20} mean {one['mean']:10.3g} variance {one['variance']:10.4g} kurtosis {kurtosis}")
    target = pathlib.Path(__file__).parent.parent / "golden" / "pytorch-defaults.json"
    target.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    print(f"torch {torch.__version__}: {len(cases)} cases", file=sys.stderr)


main()

"""Second moments and gradients of the models in test/fixtures/propagation/rectified_again.py, as means over random PyTorch networks.

    python3 test/oracle/rectified-again.py > test/golden/rectified_again.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import rectified_again as models

INPUTS = {
    models.Dense: lambda: torch.randn(4, 3, 16, 16),
    models.Summed: lambda: torch.randn(4, 64),
    models.Zeros: lambda: torch.randn(4, 64),
    models.Shifted: lambda: torch.randn(8, 3, 16, 16),
    models.Maxima: lambda: torch.randn(8, 3, 24, 24),
    models.Decoder: lambda: torch.randn(4, 32),
}
measured = {make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}
# What starts at 0 sends no gradient down, and nothing forwards.
for layers in measured.values():
    for path in [path for path, values in layers.items() if 0 in values.values()]:
        del layers[path]
print(json.dumps(measured, indent=1))

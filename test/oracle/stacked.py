"""Second moments and gradients of the models in test/fixtures/propagation/stacked.py, as means over random PyTorch networks.

    python3 test/oracle/stacked.py > test/golden/stacked.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import stacked as models

INPUTS = {
    models.Summed: lambda: torch.randn(64, 128),
    models.SummedBehind: lambda: torch.randn(64, 128),
    models.Averaged: lambda: torch.randn(64, 128),
    models.Skips: lambda: torch.randn(2, 16, 64),
}
print(json.dumps({make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}, indent=1))

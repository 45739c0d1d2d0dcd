"""Second moments and gradients of the models in test/fixtures/propagation/overlapping_windows.py, as means over random PyTorch networks.

    python3 test/oracle/overlapping-windows.py > test/golden/overlapping_windows.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import overlapping_windows as models

INPUTS = {make: lambda: torch.randn(8, 3, 48, 48) for make in (models.Resnet, models.Wide)}
print(json.dumps({make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}, indent=1))

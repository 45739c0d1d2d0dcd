"""Second moments and gradients of the models in test/fixtures/propagation/upsampled.py, as means over random PyTorch networks.

    python3 test/oracle/upsampled.py > test/golden/upsampled.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import upsampled as models

INPUTS = {make: lambda: torch.randn(4, 3, 12, 12) for make in (models.Linear, models.Aligned, models.Nearest)}
print(json.dumps({make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}, indent=1))

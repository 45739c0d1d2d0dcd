"""Second moments and gradients of the models in test/fixtures/propagation/encoded_places.py, as means over random PyTorch networks.

    python3 test/oracle/encoded-places.py > test/golden/encoded_places.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import encoded_places as models

INPUTS = {
    models.Counted: lambda: torch.randn(4, 3, 64, 64),
    models.Ranged: lambda: torch.randn(4, 3, 64, 64),
    models.Constant: lambda: torch.randn(4, 32),
}
print(json.dumps({make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}, indent=1))

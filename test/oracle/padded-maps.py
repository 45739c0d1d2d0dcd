"""Second moments and gradients of the models in test/fixtures/propagation/padded_maps.py, as means over random PyTorch networks.

    python3 test/oracle/padded-maps.py > test/golden/padded_maps.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import padded_maps as models

INPUTS = {
    models.Zeros: lambda: torch.randn(4, 3, 8, 8),
    models.Reflected: lambda: torch.randn(4, 3, 8, 8),
    models.OneSided: lambda: torch.randn(4, 3, 16, 16),
    models.WiderShortcut: lambda: torch.randn(8, 3, 16, 16),
}
print(json.dumps({make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}, indent=1))

"""Second moments and gradients of the models in test/fixtures/propagation/nested_skips.py, as means over random PyTorch networks.

    python3 test/oracle/nested-skips.py > test/golden/nested_skips.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import nested_skips as models

INPUTS = {
    models.Nested: lambda: torch.randn(4, 8, 12, 12),
    models.Doubled: lambda: torch.randn(4, 64),
    models.Gates: lambda: torch.randn(4, 64),
}
print(json.dumps({make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}, indent=1))

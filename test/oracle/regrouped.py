"""Second moments and gradients of the models in test/fixtures/propagation/regrouped.py, as means over random PyTorch networks.

    python3 test/oracle/regrouped.py > test/golden/regrouped.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import regrouped as models

SHAPES = {
    models.MergedPatches: (4, 3, 64, 64),
    models.MergedInARow: (4, 3, 64, 64),
    models.MergedTokens: (8, 64, 48),
    models.Unshuffled: (4, 3, 64, 64),
    models.Shuffled: (4, 3, 32, 32),
}
measured = {make.__name__: measure(make, lambda shape=shape: torch.randn(shape)) for make, shape in SHAPES.items()}
print(json.dumps(measured, indent=1))

"""Second moments and gradients of the models in test/fixtures/propagation/reductions.py, as means over random PyTorch networks.

    python3 test/oracle/reductions.py > test/golden/reductions.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import reductions as models

INPUTS = {
    models.MeanOfTokens: lambda: torch.stack([torch.randperm(5000)[:128] for _ in range(8)]),
    models.SumOfTokens: lambda: torch.stack([torch.randperm(5000)[:128] for _ in range(8)]),
    models.Sets: lambda: torch.randn(8, 128, 48),
    models.Mixture: lambda: torch.randn(64, 48),
}
measured = {make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}
MAPS = (models.MeanOfGroups, models.SpatialGate, models.SplitAttention, models.Deep)
measured |= {make.__name__: measure(make, lambda: torch.randn(4, 16, 32, 32)) for make in MAPS}
print(json.dumps(measured, indent=1))

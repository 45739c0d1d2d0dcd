"""Second moments and gradients of the models in test/fixtures/propagation/pooled_attention.py, as means over random PyTorch networks.

    python3 test/oracle/pooled-attention.py > test/golden/pooled_attention.json

Needs PyTorch 2.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import pooled_attention as models

INPUTS = {
    models.Written: lambda: torch.randn(4, 64, 96),
    models.Called: lambda: torch.randn(4, 64, 96),
    models.Windowed: lambda: torch.randn(4, 96, 8, 8),
    models.MeanToken: lambda: torch.randn(4, 3, 64, 64),
}
print(json.dumps({make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}, indent=1))

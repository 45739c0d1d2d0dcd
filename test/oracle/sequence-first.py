"""Second moments and gradients of the models in test/fixtures/propagation/sequence_first.py, as means over random PyTorch networks.

    python3 test/oracle/sequence-first.py > test/golden/sequence_first.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import sequence_first as models

INPUTS = {
    models.Features: lambda: torch.randn(48, 4, 32),
    models.Ids: lambda: torch.randint(500, (48, 4)),
    models.Turned: lambda: torch.randn(4, 48, 32),
    models.Dropped: lambda: torch.randn(48, 4, 32),
}
print(json.dumps({make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}, indent=1))

"""Second moments and gradients of the models in test/fixtures/propagation/numbers_as_tokens.py, as means over random PyTorch networks.

    python3 test/oracle/numbers-as-tokens.py > test/golden/numbers_as_tokens.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import numbers_as_tokens as models

INPUTS = {
    models.TableFirst: lambda: torch.randn(64, 12),
    models.NumbersFirst: lambda: torch.randn(64, 12),
    models.LastToken: lambda: torch.randn(4, 3, 24, 24),
}
print(json.dumps({make.__name__: measure(make, inputs) for make, inputs in INPUTS.items()}, indent=1))

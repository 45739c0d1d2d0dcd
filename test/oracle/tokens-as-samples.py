"""Second moments and gradients of the models in test/fixtures/propagation/tokens_as_samples.py, as means over random PyTorch networks.

    python3 test/oracle/tokens-as-samples.py > test/golden/tokens_as_samples.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import tokens_as_samples as models

MODELS = (models.Normalized, models.Viewed)
measured = {make.__name__: measure(make, lambda: torch.randn(8, 3, 32, 32)) for make in MODELS}
print(json.dumps(measured, indent=1))

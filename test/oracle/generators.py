"""Second moments and gradients of the models in test/fixtures/propagation/generators.py, as means over random PyTorch networks.

    python3 test/oracle/generators.py > test/golden/generators.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import generators

MODELS = [(generators.Normalized, (100, 1, 1)), (generators.Bare, (256, 1, 1)), (generators.FromVector, (32,))]
print(json.dumps({make.__name__: measure(make, lambda: torch.randn(64, *size)) for make, size in MODELS}, indent=1))

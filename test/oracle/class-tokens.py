"""Second moments and gradients of the models in test/fixtures/propagation/class_tokens.py, as means over random PyTorch networks.

    python3 test/oracle/class-tokens.py > test/golden/class_tokens.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import class_tokens as models

MODELS = [models.ReadsToken, models.ReadsMap, models.ReadsAll]
print(json.dumps({make.__name__: measure(make, lambda: torch.randn(4, 3, 24, 24)) for make in MODELS}, indent=1))

"""Second moments and gradients of the models in test/fixtures/propagation/talking_heads.py, as means over random PyTorch networks.

    python3 test/oracle/talking-heads.py > test/golden/talking_heads.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import talking_heads as models

MODELS = (models.Dense, models.DenseWithBias, models.Convolutions)
print(json.dumps({make.__name__: measure(make, lambda: torch.randn(4, 48, 128)) for make in MODELS}, indent=1))

"""Second moments and gradients of the models in test/fixtures/propagation/sinusoids.py, as means over random PyTorch networks.

    python3 test/oracle/sinusoids.py > test/golden/sinusoids.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import sinusoids as models

MODELS = [models.Long, models.Short]
print(json.dumps({make.__name__: measure(make, lambda: torch.randint(0, 1000, (16, 20))) for make in MODELS}, indent=1))

"""Second moments and gradients of the models in test/fixtures/propagation/written_activations.py, as means over random PyTorch networks.

    python3 test/oracle/written-activations.py > test/golden/written_activations.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import written_activations as models

MODELS = [getattr(models, name) for name in vars(models) if name.startswith('Of')]
print(json.dumps({make.__name__: measure(make, lambda: torch.randn(256, 128)) for make in MODELS}, indent=1))

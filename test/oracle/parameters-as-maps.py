"""Second moments and gradients of the models in test/fixtures/propagation/parameters_as_maps.py, as means over random PyTorch networks.

    python3 test/oracle/parameters-as-maps.py > test/golden/parameters_as_maps.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import parameters_as_maps as models

MODELS = (models.Responses, models.ScaledChannels, models.Gated)
measured = {make.__name__: measure(make, lambda: torch.randn(4, 3, 32, 32)) for make in MODELS}
print(json.dumps(measured, indent=1))

"""Second moments and gradients of the models in test/fixtures/propagation/clamps.py, as means over random PyTorch networks.

    python3 test/oracle/clamps.py > test/golden/clamps.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import clamps as models

SHAPES = {models.OneSided: (64, 128), models.Temperature: (4, 48, 128)}
measured = {make.__name__: measure(make, lambda shape=shape: torch.randn(shape)) for make, shape in SHAPES.items()}
print(json.dumps(measured, indent=1))

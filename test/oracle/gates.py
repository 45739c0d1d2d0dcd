"""Second moments and gradients of the models in test/fixtures/propagation/gates.py, as means over random PyTorch networks.

    python3 test/oracle/gates.py > test/golden/gates.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import gates as models

print(json.dumps({make.__name__: measure(make, lambda: torch.randn(256, 128)) for make in (models.Highway, models.Steps, models.Fused)}, indent=1))

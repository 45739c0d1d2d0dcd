"""Second moments and gradients of the model in test/fixtures/propagation/shifted_colours.py, as means over random PyTorch networks.

    python3 test/oracle/shifted-colours.py > test/golden/shifted_colours.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import shifted_colours as models

print(json.dumps({'Enlarge': measure(models.Enlarge, lambda: torch.randn(4, 3, 24, 24))}, indent=1))

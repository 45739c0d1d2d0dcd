"""Second moments and gradients of the models in test/fixtures/propagation/patches.py, as means over random PyTorch networks.

    python3 test/oracle/patches.py > test/golden/patches.json

Needs PyTorch and einops.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import patches

MODELS = [patches.WithEinops, patches.ByHand]
print(json.dumps({make.__name__: measure(make, lambda: torch.randn(4, 3, 48, 48)) for make in MODELS}, indent=1))

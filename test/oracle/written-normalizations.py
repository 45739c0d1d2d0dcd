"""Second moments and gradients of the models in test/fixtures/propagation/written_normalizations.py, as means over random PyTorch networks.

    python3 test/oracle/written-normalizations.py > test/golden/written_normalizations.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import written_normalizations as models

DENSE = [models.ByDeviation, models.ByVariance, models.ByRoot, models.ByNorm, models.ByScaledNorm]
MAPS = [models.OfChannels, models.OfPixels, models.OfMaps, models.OfGroups, models.OfViews]
measured = {make.__name__: measure(make, lambda: torch.randn(64, 256)) for make in DENSE}
measured |= {make.__name__: measure(make, lambda: torch.randn(4, 3, 32, 32)) for make in MAPS}
print(json.dumps(measured, indent=1))

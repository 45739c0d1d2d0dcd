"""Second moments and gradients of the models in test/fixtures/propagation/calculated_weights.py, as means over random PyTorch networks.

    python3 test/oracle/calculated-weights.py > test/golden/calculated_weights.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import calculated_weights as models

DENSE = {
    models.ByEqualLinear: models.EqualLinear,
    models.ByNoisyLinear: models.NoisyLinear,
    models.ByNoisyB: models.NoisyB,
    models.ByLoRALinear: models.LoRALinear,
    models.ByFactored: models.Factored,
    models.ByHand: models.Hand,
}
MAPS = {models.ByEqualConv2d: models.EqualConv2d, models.ByWSConv2d: models.WSConv2d, models.ByWSConv2dB: models.WSConv2dB, models.ByWSConv2dC: models.WSConv2dC}
measured = {make.__name__: measure(make, lambda: torch.randn(64, 256), kinds=kind) for make, kind in DENSE.items()}
measured |= {make.__name__: measure(make, lambda: torch.randn(4, 3, 32, 32), kinds=kind) for make, kind in MAPS.items()}
print(json.dumps(measured, indent=1))

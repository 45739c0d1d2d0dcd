"""Second moments and gradients of the models in test/fixtures/propagation/rescaled_inputs.py, as means over random PyTorch networks: on
inputs that have second moment 1 once forward() has brought them to their size.

    python3 test/oracle/rescaled-inputs.py > test/golden/rescaled_inputs.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import numpy as np
import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import rescaled_inputs as models

LOW, HIGH = np.array([-3.0, 0.0]), np.array([1.0, 5.0])


def image():
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return torch.randn(4, 20, 20, 3) * std + mean


def within(i):
    return (torch.randn(64, 1) + 1) / 2 * float(HIGH[i] - LOW[i]) + float(LOW[i])


MODELS = {
    'Pixels': (models.Pixels, lambda: 255 * torch.randn(4, 4, 20, 20)),
    'Standardized': (models.Standardized, image),
    'Ranges': (lambda: models.Ranges(LOW, HIGH), lambda: (within(0), within(1))),
    'Measured': (lambda: models.Measured(3 * torch.ones(8), 2 * torch.ones(8)), lambda: 3 + 2 * torch.randn(64, 8)),
}
print(json.dumps({name: measure(*how) for name, how in MODELS.items()}, indent=1))

"""Second moments and gradients of the models in test/fixtures/propagation/joined_branches.py, as means over random PyTorch networks.

    python3 test/oracle/joined-branches.py > test/golden/joined_branches.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import joined_branches as models

measured = {
    'Decoder': measure(models.Decoder, lambda: torch.randn(4, 3, 32, 32)),
    'Encoded': measure(models.Encoded, lambda: torch.randn(256, 3)),
    'Attended': measure(models.Attended, lambda: torch.randn(4, 3, 16, 16)),
}
# Neither queries nor keys pass much on beside the values: their gradients are a matter of the second order.
for name in ('query', 'key'):
    del measured['Attended'][name]
print(json.dumps(measured, indent=1))

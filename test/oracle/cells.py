"""Second moments and gradients of the models in test/fixtures/propagation/cells.py, as means over random PyTorch networks.

    python3 test/oracle/cells.py > test/golden/cells.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import cells as models


class Answer(models.Long):
    def forward(self, x, state=None):
        return super().forward(x, state)[0]


INPUTS = {
    'Long': (Answer, lambda: torch.randn(64, 128)),
    'Gated': (models.Gated, lambda: torch.randn(64, 128)),
    'Handed': (models.Handed, lambda: torch.randn(32, 60, 96)),
    'Plain': (models.Plain, lambda: (torch.randn(64, 128), torch.zeros(64, 128))),
}
print(json.dumps({name: measure(*how) for name, how in INPUTS.items()}, indent=1))

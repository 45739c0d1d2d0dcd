"""Second moments and gradients of the models in test/fixtures/propagation/recurrent.py, as means over random PyTorch networks.

    python3 test/oracle/recurrent.py > test/golden/recurrent.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import recurrent as models


class Logits(models.Characters):
    """What a loss reads of it."""

    def forward(self, tokens):
        return super().forward(tokens)[0]


def tokens():
    return torch.randint(models.VOCABULARY, (16, 30))


def series():
    return torch.randn(16, 30, 8)


MODELS = {
    'Average': (models.Average, tokens),
    'BothEnds': (models.BothEnds, tokens),
    'LastOutput': (models.LastOutput, tokens),
    'Tagger': (models.Tagger, tokens),
    'Characters': (Logits, lambda: tokens().T),
    'Forecast': (models.Forecast, series),
    'Remembering': (models.Remembering, series),
    'Plain': (models.Plain, series),
}
print(json.dumps({name: measure(make, inputs) for name, (make, inputs) in MODELS.items()}, indent=1))

"""Second moments and gradients of the models in test/fixtures/propagation/tables.py, as means over random PyTorch networks.

    python3 test/oracle/tables.py > test/golden/tables.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import tables

MODELS = [
    tables.RowForEach,
    tables.PartOfLongTable,
    tables.Map,
    tables.OneForAll,
    tables.OneForAllByView,
    tables.AroundOne,
]
means = {make.__name__: measure(make, lambda: torch.randn(4, 3, 48, 48)) for make in MODELS}
means['PartOfBuffer'] = measure(tables.PartOfBuffer, lambda: torch.randn(4, 3, 24, 24))
print(json.dumps(means, indent=1))

"""Second moments and gradients of the models in test/fixtures/propagation/padded_tokens.py, as means over random PyTorch networks.

    python3 test/oracle/padded-tokens.py > test/golden/padded_tokens.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import padded_tokens as models

measured = {'WithClassToken': measure(models.WithClassToken, lambda: torch.randn(4, 3, 32, 32))}
print(json.dumps(measured, indent=1))

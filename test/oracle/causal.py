"""Second moments and gradients of the models in test/fixtures/propagation/causal.py, as means over random PyTorch networks.

    python3 test/oracle/causal.py > test/golden/causal.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import causal

MODELS = [causal.fused, causal.masked, causal.by_module, causal.sharp, causal.next_token]
print(json.dumps({make.__name__: measure(make, lambda: torch.randint(causal.VOCABULARY, (4, causal.TOKENS))) for make in MODELS}, indent=1))

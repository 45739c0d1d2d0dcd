"""Second moments and gradients of the models in test/fixtures/propagation/unsaid_lengths.py, as means over random PyTorch networks.

    python3 test/oracle/unsaid-lengths.py > test/golden/unsaid_lengths.json

Needs PyTorch.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import unsaid_lengths as models

INPUTS = {
    models.Encoder: lambda: torch.randn(128, 4, 64),
    models.Translator: lambda: (torch.randint(1000, (4, 128)), torch.randint(1000, (4, 128))),
    models.Phrases: lambda: torch.randint(1, 1000, (4, 128)),
    models.Words: lambda: torch.randint(1, 1000, (4, 128)),
}
WORDS = {models.Phrases: [1000], models.Words: [1000]}
print(json.dumps({make.__name__: measure(lambda: make(*WORDS.get(make, [])), inputs) for make, inputs in INPUTS.items()}, indent=1))

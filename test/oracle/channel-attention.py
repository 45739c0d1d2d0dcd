"""Second moments and gradients of the models in test/fixtures/propagation/channel_attention.py, as means over random PyTorch networks.

    python3 test/oracle/channel-attention.py > test/golden/channel_attention.json

Needs PyTorch 2.1.
"""
import json
import pathlib
import sys

import torch
from means import measure

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'fixtures' / 'propagation'))
import channel_attention as models

MODELS = (
    models.CrossCovariance,
    models.Fused,
    models.Unnormalized,
    models.LinearAttention,
    models.OfMaps,
    models.WithSoftmax,
    models.SoftmaxOfTokens,
)
print(json.dumps({make.__name__: measure(make, lambda: torch.randn(4, 3, 32, 32)) for make in MODELS}, indent=1))

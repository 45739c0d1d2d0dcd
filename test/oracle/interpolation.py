"""Golden numbers of linear and cubic interpolation: PyTorch's own matrices, from which all moments follow without sampling.

    python3 test/oracle/interpolation.py > test/golden/interpolation.json
"""
import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

CASES = [
    dict(before=[8, 8], after=[16, 16], mode='bilinear', align_corners=False),
    dict(before=[6, 10], after=[13, 25], mode='bilinear', align_corners=True),
    dict(before=[20, 20], after=[7, 9], mode='bilinear', align_corners=False),
    dict(before=[12], after=[30], mode='linear', align_corners=False),
    dict(before=[8, 8], after=[16, 16], mode='bicubic', align_corners=False),
    dict(before=[15, 15], after=[14, 14], mode='bicubic', align_corners=False),
    dict(before=[6, 10], after=[13, 25], mode='bicubic', align_corners=True),
]


def row(before, after, mode, align_corners):
    count = 1
    for size in before:
        count *= size
    matrix = F.interpolate(torch.eye(count).reshape(count, 1, *before), size=after, mode=mode, align_corners=align_corners)
    matrix = matrix.reshape(count, -1)  # from inputs to outputs
    outputs = matrix.shape[1]
    return {
        'inputs': dict(before=before, after=after, mode=mode, align_corners=align_corners),
        'expected': {
            # Independent positions of second moment 1.
            'q': (matrix**2).sum().item() / outputs,
            # Squared norm of the input's gradient for an output's of 1: independent, and the same at all outputs.
            'independent': (matrix**2).sum().item() / outputs,
            'equal': (matrix.sum(1) ** 2).sum().item() / outputs,
        },
    }


print(json.dumps([row(**case) for case in CASES], indent=1))

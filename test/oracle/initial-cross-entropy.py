"""Cross-entropy of independent Gaussian logits by drawing them: the numbers that test/meanfield/initial-cross-entropy.test.ts compares with.

    /usr/bin/python3 test/oracle/initial-cross-entropy.py > test/golden/initial-cross-entropy.json

Needs NumPy. E log sum exp(z_k), z_k ~ N(0, s^2); the tolerance is four standard errors.
"""

import json
import math

import numpy as np

rng = np.random.default_rng(1)
rows = []
for classes, s in [(1, 1), (2, 1), (10, 0.1), (10, 0.29), (10, 0.31), (10, 1), (10, 3), (10, 30), (1000, 0.5), (1000, 3), (1000, 8), (30000, 2), (30000, 22.6)]:
    draws = 200000 if classes <= 10 else 4000 if classes <= 1000 else 400
    values = []
    for _ in range(0, draws, 400):
        z = s * rng.standard_normal((400, classes))
        top = z.max(axis=1, keepdims=True)
        # The mean of the logits has mean 0: without it less is left to chance.
        values.append(np.log(np.exp(z - top).sum(axis=1)) + top[:, 0] - z.mean(axis=1))
    values = np.concatenate(values)
    rows.append(
        {
            "id": f"{classes} logits of deviation {s}",
            "inputs": {"classes": classes, "variance": s * s},
            "expected": {"crossEntropy": round(float(values.mean()), 8)},
            "tolerance": {"rel": 1e-4, "abs": float(f"{1e-6 + 4 * values.std() / math.sqrt(len(values)):.3g}")},
        }
    )
print(json.dumps(rows, indent=1))

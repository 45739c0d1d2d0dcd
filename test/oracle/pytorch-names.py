"""Public names of torch.nn, torch.nn.functional and torch.nn.init, written to test/golden/pytorch-names.json. Needs torch: python3 test/oracle/pytorch-names.py"""

import inspect
import json
import pathlib

import torch
from torch import nn


def public(module, wanted):
    return sorted(name for name in dir(module) if not name.startswith("_") and wanted(name, getattr(module, name)))


names = {
    "torch": torch.__version__,
    "modules": public(nn, lambda _, one: inspect.isclass(one) and issubclass(one, nn.Module)),
    "functions": public(nn.functional, lambda name, one: callable(one) and name[0].islower() and "torch" in str(getattr(one, "__module__", "torch") or "torch")),
    "initializers": public(nn.init, lambda name, one: inspect.isfunction(one)),
}
target = pathlib.Path(__file__).parent.parent / "golden" / "pytorch-names.json"
target.write_text(json.dumps(names, indent=1) + "\n")
print({key: len(value) for key, value in names.items()})

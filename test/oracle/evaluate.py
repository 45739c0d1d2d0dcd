"""Layers, fans, weight and bias variances that meanfield reads in the source of torchvision or timm, against the models themselves.

    python3 evaluate.py NODE CLI [torchvision|timm] [--only NAME]

Each factory of the package whose model meanfield lists is built with random weights. A weight's sampled variance agrees if it lies within
5 % and five standard errors of the stated one. Columns: layers by path, reported layers that exist, fan-in and fan-out, weight variance,
bias variance (or rightly none), layers that are missing without any note of the report that says why.
"""
import importlib
import inspect
import json
import math
import os
import pkgutil
import subprocess
import sys
import warnings

warnings.filterwarnings("ignore")
import torch  # noqa: E402

LAYERS = (torch.nn.Linear, torch.nn.Bilinear, torch.nn.modules.conv._ConvNd, torch.nn.Embedding, torch.nn.RNNBase)
COLUMNS = ("found", "true", "exist", "said", "fan", "init", "bias", "silent")


def main():
    node, cli, *rest = sys.argv[1:]
    only = rest[rest.index("--only") + 1] if "--only" in rest else ""
    package = next((word for word in rest if word in ("torchvision", "timm")), "torchvision")
    total = dict.fromkeys(COLUMNS, 0)
    print(f"{'':34}" + "".join(f"{head:>9}" for head in ("models", "path", "exist", "fan", "init", "bias", "silent")))
    models = 0
    for file, factories in sources(package):
        report = analyze(node, cli, file)
        for name, factory in factories:
            if only not in name or name not in report:
                continue
            try:
                torch.manual_seed(0)
                model = build(factory)
            except Exception as error:  # a factory that wants weights or arguments is not the subject
                print(f"{name:34} not built: {type(error).__name__}")
                continue
            row = compare(model, report[name])
            models += 1
            for key in COLUMNS:
                total[key] += row[key]
            if "--all" in rest or row["found"] < row["true"] or row["init"] < row["found"]:
                show(name, 1, row)
    show("TOTAL", models, total)


def sources(package):
    """(file, [(name, function)]) of the modules with model factories."""
    if package == "timm":
        import timm

        by_file = {}
        for name in timm.list_models():
            function = timm.model_entrypoint(name)
            by_file.setdefault(inspect.getsourcefile(function), []).append((name, lambda name=name: timm.create_model(name, pretrained=False)))
        yield from sorted(by_file.items())
        return
    root = importlib.import_module("torchvision.models")
    for found in pkgutil.walk_packages(root.__path__, "torchvision.models."):
        module = importlib.import_module(found.name)
        factories = [
            (name, function)
            for name, function in vars(module).items()
            if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
        ]
        # Quantized models have no floating point weights to compare.
        if factories and ".quantization" not in found.name:
            yield inspect.getsourcefile(module), factories


def build(factory):
    """With random weights, also in a backbone that would be loaded."""
    names = inspect.signature(factory).parameters
    return factory(**({"weights_backbone": None} if "weights_backbone" in names else {}))


def analyze(node, cli, file):
    done = subprocess.run([node, cli, "analyze", file, "--format", "json"], capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    return {model["entry"]: model for one in report["files"] for model in one["models"]}


def compare(model, said):
    row = dict.fromkeys(COLUMNS, 0)
    layers = {layer["path"]: layer for layer in said["layers"] if layer["weight"]}
    explained = [unknown["path"] or "" for unknown in said["summary"]["unknown"]]
    modules = dict(model.named_modules())
    # The projection inside an attention layer may be reported or left to the attention layer.
    true = {path: module for path, module in modules.items() if isinstance(module, LAYERS) and "NonDynamically" not in type(module).__name__}
    row["true"] = len(true)
    row["exist"] = sum(path in modules for path in layers)
    row["said"] = len(layers)
    for path, module in true.items():
        layer = layers.get(path)
        if layer is None:
            row["silent"] += 0 if explained else 1
            continue
        row["found"] += 1
        weight = next(module.parameters())
        row["fan"] += fans(weight) is None or fans(weight) == (layer["fanIn"], layer["fanOut"])
        row["init"] += agrees(weight, layer["weight"])
        bias = getattr(module, "bias", None)
        if isinstance(bias, torch.nn.Parameter):
            row["bias"] += layer["bias"] is not None and agrees(bias, layer["bias"])
        else:
            row["bias"] += layer["bias"] is None or isinstance(module, torch.nn.RNNBase)
    return row


def fans(weight):
    return tuple(torch.nn.init._calculate_fan_in_and_fan_out(weight)) if weight.dim() >= 2 else None


def agrees(tensor, stated):
    if stated["variance"] is None or stated["mean"] is None:
        return False
    wanted = stated["variance"] + stated["mean"] ** 2
    values = tensor.detach().double()
    measured = (values**2).mean().item()
    if wanted == 0:
        return measured < 1e-12
    spread = ((values**2).std(unbiased=False).item() / measured) if values.numel() > 1 and measured > 0 else 1.5
    return abs(measured / wanted - 1) <= 0.05 + 5 * max(spread, 0.5) / math.sqrt(values.numel())


def show(name, models, row):
    def percent(part, whole):
        return f"{100 * part / whole:8.1f} " if whole else "       - "

    found = row["found"]
    cells = [percent(found, row["true"]), percent(row["exist"], row["said"]), percent(row["fan"], found), percent(row["init"], found)]
    cells += [percent(row["bias"], found), percent(row["silent"], row["true"])]
    print(f"{name:34}{models:8d} " + "".join(cells), flush=True)


if __name__ == "__main__":
    sys.path = [path for path in sys.path if os.path.abspath(path or ".") != os.path.dirname(os.path.abspath(__file__))]
    main()

"""What meanfield reads in the source of torchvision or timm, against the models that these build and run.

    python3 evaluate.py NODE CLI [torchvision|timm] [--only NAME] [--all] [--every] [--differences]

A row for each model with a difference (`--all`: for each; `--differences`: with its layers), and a total. Columns, in percent:
    path    layers with weights that are reported under their path       exist   reported layers that there are
    fan     fan-in and fan-out of the layers found                       init    mean square of the weight, as sampled
    bias    the same of the bias, or rightly none                        act     first activation behind the layer, as a run shows
    silent  layers that are missing though no unknown of the report covers them
Seconds are those of the command on the file, shared among its models.
A sampled mean square agrees if it lies within 5 % and five standard errors of what is stated. Of timm, one model of each family is
compared (`--every`: all of them); a model that the report leaves out because its file has too many is named and not counted.
"""
import importlib
import importlib.util
import inspect
import json
import math
import os
import pkgutil
import subprocess
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
LAYERS = (torch.nn.Linear, torch.nn.Bilinear, torch.nn.modules.conv._ConvNd, torch.nn.Embedding, torch.nn.RNNBase)
COLUMNS = ("found", "true", "exist", "said", "fan", "init", "bias", "called", "act", "silent")
HEADS = ("models", "layers", "path", "exist", "fan", "init", "bias", "act", "silent", "seconds")
# Models with more parameters are built but not run.
LARGEST_RUN = 100e6
SAMPLE = """
    resnet18 resnet50 resnet26d resnext50_32x4d seresnet50 ecaresnet26t skresnet18 resnest14d resnetv2_50 resnetblur50
    res2net50_26w_4s gernet_s repvgg_b0 nf_resnet50 nfnet_l0 eca_nfnet_l0 densenet121 dla34 dpn68 hrnet_w18_small inception_v3
    inception_v4 inception_resnet_v2 xception41 vgg11_bn vovnet39a cspresnet50 darknet53 selecsls42 mobilenetv2_100
    mobilenetv3_small_100 mnasnet_100 efficientnet_b0 tf_efficientnetv2_b0 ghostnet_100 lcnet_050 tinynet_e regnetx_002 regnety_002
    rexnet_100 convnext_atto convnextv2_atto convmixer_768_32 mixer_s32_224 gmlp_s16_224 resmlp_12_224 vit_tiny_patch16_224
    vit_small_patch32_224 deit3_small_patch16_224 cait_xxs24_224 xcit_nano_12_p8_224 swin_tiny_patch4_window7_224
    swinv2_cr_tiny_ns_224 pvt_v2_b0 poolformer_s12 levit_128s coat_lite_tiny convit_tiny crossvit_tiny_240 pit_ti_224 twins_svt_small
    visformer_tiny volo_d1_224 mobilevit_xxs edgenext_xx_small beit_base_patch16_224 botnet26t_256 sehalonet33ts cpubone_nano csatv2
    davit_tiny efficientformer_l1 efficientformerv2_s0 efficientvit_b0 efficientvit_m0 eva02_tiny_patch14_224 fasternet_t0 fastvit_t8
    focalnet_tiny_srf gcvit_xxtiny gemma4_vit_167m hardcorenas_a hgnet_tiny hiera_tiny_224 sam2_hiera_tiny inception_next_atto
    lcnetv2_small lowformer_b0 mambaout_femto coatnet_nano_rw_224 maxvit_pico_rw_256 mobilenetv5_base mvitv2_tiny
    naflexvit_base_patch16_gap nasnetalarge nest_tiny nextvit_small pnasnet5large rdnet_tiny repghostnet_050 repvit_m0_9
    legacy_seresnet18 sequencer2d_s shvit_s1 starnet_s1 swiftformer_xs swinv2_tiny_window8_256 tiny_vit_5m_224 tnt_s_patch16_224
    tresnet_m vit_tiny_r_s16_p8_224 vit_relpos_small_patch16_224 samvit_base_patch16_224 vitamin_small_224 legacy_xception
""".split()


def main():
    node, cli, *rest = sys.argv[1:]
    only = rest[rest.index("--only") + 1] if "--only" in rest else ""
    package = next((word for word in rest if word in ("torchvision", "timm")), "torchvision")
    total = dict.fromkeys((*COLUMNS, "seconds"), 0)
    print(f"{'':34}" + "".join(f"{head:>8}" for head in HEADS))
    models = 0
    for file, factories in sources(package, "--every" in rest):
        factories = [(name, factory) for name, factory in factories if only in name]
        if not factories:
            continue
        started = time.time()
        report, problems = analyze(node, cli, file)
        seconds = time.time() - started
        total["seconds"] += seconds
        for name, factory in factories:
            if name not in report:
                if package == "timm" or only:
                    print(f"{name:34} not in the report: {'; '.join(problems[-1:]) or 'SILENTLY'}")
                continue
            try:
                torch.manual_seed(0)
                model = build(factory)
            except Exception as error:  # a factory that wants weights or arguments is not the subject
                print(f"{name:34} not built: {type(error).__name__}")
                continue
            differences = [] if "--differences" in rest else None
            row = compare(model, report[name], differences)
            row["seconds"] = seconds / len(report)
            models += 1
            for key in COLUMNS:
                total[key] += row[key]
            if "--all" in rest or row["found"] < row["true"] or row["init"] < row["found"] or row["act"] < row["called"]:
                show(name, 1, row)
            for difference in differences or ():
                print(f"    {difference}", flush=True)
    show("TOTAL", models, total)


def sources(package, every):
    """(file, [(name, function)]) of the modules with model factories."""
    if package == "timm":
        import timm

        by_file = {}
        for name in timm.list_models() if every else SAMPLE:
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
    files = json.loads(done.stdout)["files"]
    problems = [problem["message"] for one in files for problem in one["problems"]]
    return {model["entry"]: model for one in files for model in one["models"]}, problems


def compare(model, said, differences=None):
    """The counts of one model; in words, what differs, is appended to `differences`."""
    tell = (lambda *words: None) if differences is None else (lambda *words: differences.append(" ".join(map(str, words))))
    row = dict.fromkeys(COLUMNS, 0)
    layers = {layer["path"]: layer for layer in said["layers"] if layer["weight"]}
    covered = {unknown["path"] or "" for unknown in said["summary"]["unknown"]}
    activations = run(model)
    modules = dict(model.named_modules())
    # The projection inside an attention layer may be reported or left to the attention layer.
    true = {path: module for path, module in modules.items() if isinstance(module, LAYERS) and "NonDynamically" not in type(module).__name__}
    row["true"] = len(true)
    # A tensor that forward() uses as a layer's weight is reported under its own name.
    owners = {*modules, *(path for path, _ in model.named_parameters())}
    row["exist"] = sum(path in owners for path in layers)
    row["said"] = len(layers)
    for path, module in true.items():
        layer = layers.get(path)
        if layer is None:
            silent = not any(part == "" or path == part or path.startswith(part + ".") for part in covered)
            row["silent"] += silent
            tell(path, "is not reported", "and not named either" if silent else "")
            continue
        row["found"] += 1
        weight = next(module.parameters())
        row["fan"] += fans(weight) is None or fans(weight) == (layer["fanIn"], layer["fanOut"])
        if fans(weight) not in (None, (layer["fanIn"], layer["fanOut"])):
            tell(path, "fans", fans(weight), "not", (layer["fanIn"], layer["fanOut"]))
        row["init"] += agrees(weight, layer["weight"])
        if not agrees(weight, layer["weight"]):
            tell(path, "mean square", float((weight.detach().double() ** 2).mean()), "not", layer["weight"])
        bias = getattr(module, "bias", None)
        if isinstance(bias, torch.nn.Parameter):
            row["bias"] += layer["bias"] is not None and agrees(bias, layer["bias"])
        else:
            row["bias"] += layer["bias"] is None or isinstance(module, torch.nn.RNNBase)
        if activations and path in activations:
            row["called"] += 1
            right = plain(activations[path]) == plain(layer["activation"])
            row["act"] += right
            if not right:
                tell(path, "activation", activations[path], "not", layer["activation"])
    for path in layers:
        if path not in owners:
            tell(path, "is reported and does not exist")
    return row


def truth_of_fixtures():
    """How fixture-truth.py follows the activations of a run."""
    spec = importlib.util.spec_from_file_location("fixture_truth", os.path.join(HERE, "fixture-truth.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TRUTH = truth_of_fixtures()


def run(model):
    """{path: first activation that the layer's output reaches}; `None` where the model is not run."""
    if sum(p.numel() for p in model.parameters()) > LARGEST_RUN:
        return None
    size = getattr(model, "pretrained_cfg", {}).get("input_size") or (3, 224, 224)
    attempts = [
        lambda: TRUTH.first_activations(model.train(), (torch.randn(2, *size),)),
        lambda: TRUTH.first_activations(model.train(), (torch.randn(2, 3, 299, 299),)),
        lambda: TRUTH.first_activations(model.eval(), ([torch.rand(3, 128, 128)],)),
        lambda: TRUTH.first_activations(model.eval(), (torch.randn(1, 3, 8, 64, 64),)),
    ]
    for attempt in attempts:
        try:
            with torch.no_grad():
                return attempt()
        except Exception:  # the next shape may be the one that this model takes
            continue
    return None


def plain(activation):
    """A softmax is no activation of a layer in the theory."""
    return None if activation in ("softmax", "log_softmax") else activation


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
    # Of few values the spread is as uncertain as their mean: then it is taken as that of normal ones.
    return abs(measured / wanted - 1) <= 0.05 + 5 * max(spread, 1.5 if values.numel() < 100 else 0.5) / math.sqrt(values.numel())


def show(name, models, row):
    def percent(part, whole):
        return f"{100 * part / whole:8.1f}" if whole else "       -"

    found = row["found"]
    cells = [percent(found, row["true"]), percent(row["exist"], row["said"])]
    cells += [percent(row[key], found) for key in ("fan", "init", "bias")]
    cells += [percent(row["act"], row["called"]), percent(row["silent"], row["true"])]
    print(f"{name:34}{models:8d}{row['true']:8d}" + "".join(cells) + f"{row['seconds']:8.1f}", flush=True)


if __name__ == "__main__":
    sys.path = [path for path in sys.path if os.path.abspath(path or ".") != HERE]
    torch.set_num_threads(1)
    main()

"""What PyTorch measures in small models, for the simulation to be compared with: test/golden/simulation.json.

    python3 test/oracle/simulation.py > test/golden/simulation.json

Needs PyTorch (made with 2.13 for RMSNorm). Each model is built anew for each of DRAWS seeds, as its source below says, and run in pairs of
Gaussian inputs with correlation 0.5; f = sum(output * N(0, 1)). For each module that runs once: mean and standard deviation over draws of log10
of the mean square of its output for the first input, of the correlation of its outputs for a pair, and of log10 of the squared norm of
df/doutput for the first input relative to that of df/d(network's output), first and last over all inputs where batch normalization joins them;
and log10 of the ratio of the last to the first weight gradient, of the same inputs. The simulation reads the same sources.
"""

import json

import torch
from torch import nn

torch.set_num_threads(1)
DRAWS = 200

HEAD = "import copy\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n"

# name, input shape without batch, batch, mode, source of a class Net
MODELS = [
    ("dense layers with dropout and layer normalization", [48], 2, "train", """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(48, 64)
        self.act = nn.Tanh()
        self.drop = nn.Dropout(0.2)
        self.second = nn.Linear(64, 96, bias=False)
        self.norm = nn.LayerNorm(96)
        self.gelu = nn.GELU()
        self.rms = nn.RMSNorm(96)
        self.last = nn.Linear(96, 10)
        nn.init.normal_(self.last.weight, std=0.05)
        nn.init.constant_(self.last.bias, 0.1)

    def forward(self, x):
        x = self.drop(self.act(self.first(x)))
        return self.last(self.rms(self.gelu(self.norm(self.second(x)))))
"""),
    ("convolutions of all kinds", [3, 32, 32], 2, "train", """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 16, 5, stride=2, padding=2)
        self.group = nn.GroupNorm(4, 16)
        self.grouped = nn.Conv2d(16, 24, 3, padding=2, dilation=2, groups=4, bias=False)
        self.instance = nn.InstanceNorm2d(24, affine=True)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(3, 2, padding=1)
        self.reflect = nn.Conv2d(24, 24, 3, padding=1, padding_mode="reflect")
        self.circular = nn.Conv2d(24, 24, 3, padding="same", padding_mode="circular")
        self.silu = nn.SiLU()
        self.average = nn.AvgPool2d(2, padding=1)
        self.adaptive = nn.AdaptiveAvgPool2d(3)
        self.drop = nn.Dropout2d(0.25)
        self.flat = nn.Flatten()
        self.head = nn.Linear(24 * 9, 7)

    def forward(self, x):
        x = self.relu(self.instance(self.grouped(self.group(self.first(x)))))
        x = self.silu(self.circular(self.reflect(self.pool(x))))
        return self.head(self.flat(self.drop(self.adaptive(self.average(x)))))
"""),
    ("transposed convolution and a depthwise block with gate", [3, 32, 32], 2, "train", """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 16, 4, stride=4)
        self.up = nn.ConvTranspose2d(16, 12, 3, stride=2, padding=1, output_padding=1, groups=2)
        self.act = nn.LeakyReLU(0.2)
        self.depth = nn.Conv2d(12, 12, 3, padding=1, groups=12)
        self.point = nn.Conv2d(12, 24, 1)
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.gate = nn.Conv2d(24, 24, 1)
        self.sigmoid = nn.Sigmoid()
        self.last = nn.Conv2d(24, 8, 1)

    def forward(self, x):
        x = self.point(self.depth(self.act(self.up(self.down(x)))))
        x = x * self.sigmoid(self.gate(self.squeeze(x)))
        return self.last(x).mean((2, 3))
"""),
    ("residual blocks with batch normalization in training", [3, 32, 32], 16, "train", """
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(width)
        self.b = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return x + 0.5 * self.b(F.relu(self.bn(self.a(x))))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 12, 8, stride=8)
        self.one = Block(12)
        self.two = Block(12)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(12, 5)

    def forward(self, x):
        return self.head(torch.flatten(self.pool(self.two(self.one(self.stem(x)))), 1))
"""),
    ("batch normalization in evaluation", [40], 2, "eval", """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(40, 64)
        self.bn = nn.BatchNorm1d(64)
        self.act = nn.SELU()
        self.drop = nn.Dropout(0.5)
        self.b = nn.Linear(64, 20)

    def forward(self, x):
        return self.b(self.drop(self.act(self.bn(self.a(x)))))
"""),
    ("laws of initializers", [32], 2, "train", """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = nn.Linear(32, 64)
        self.narrow = nn.Linear(64, 24, bias=False)
        self.cut = nn.Linear(24, 48)
        self.eye = nn.Linear(48, 48)
        self.copied = copy.deepcopy(self.eye)
        self.uniform = nn.Linear(48, 48)
        self.copy = copy.deepcopy(self.uniform)
        self.tied = nn.Linear(48, 48)
        self.tied.weight = self.uniform.weight
        self.last = nn.Linear(48, 16)
        nn.init.orthogonal_(self.wide.weight, 1.3)
        nn.init.orthogonal_(self.narrow.weight)
        nn.init.trunc_normal_(self.cut.weight, std=0.2)
        nn.init.eye_(self.eye.weight)
        nn.init.constant_(self.last.weight, 0.01)

    def forward(self, x):
        x = self.cut(torch.tanh(self.narrow(torch.tanh(self.wide(x)))))
        x = self.tied(torch.tanh(self.copy(torch.tanh(self.uniform(self.eye(x))))))
        return self.last(x)
"""),
    ("concatenation, chunks, layer scale and softmax", [32], 2, "train", """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(32, 64)
        self.b = nn.Linear(32, 32)
        self.scale = nn.Parameter(0.3 * torch.ones(64))
        self.c = nn.Linear(64, 16)
        self.d = nn.Linear(96, 16)
        self.soft = nn.Softmax(-1)
        self.last = nn.Linear(16, 8)

    def forward(self, x):
        left, right = self.a(x).chunk(2, dim=-1)
        y = torch.cat([left * F.gelu(right), self.b(x)], dim=-1) * self.scale
        z = torch.cat([F.relu(self.c(y)), y, F.elu(self.c(y))], dim=-1)
        return self.last(self.soft(self.d(z)))
"""),
    ("one dimension", [4, 64], 2, "train", """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv1d(4, 24, 9, stride=16, padding=4, padding_mode="replicate")
        self.norm = nn.GroupNorm(1, 24)
        self.b = nn.Conv1d(24, 24, 3, padding=1)
        self.act = nn.Mish()
        self.head = nn.Linear(24, 6)

    def forward(self, x):
        x = self.act(self.b(self.norm(self.a(x))))
        return self.head(x.max(dim=2)[0])
"""),
    ("tokens", [16], 2, "train", """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(1000, 32)
        self.mix = nn.Linear(32, 48)
        self.norm = nn.LayerNorm(48)
        self.act = nn.Softplus()
        self.head = nn.Linear(48, 9)

    def forward(self, x):
        return self.head(self.act(self.norm(self.mix(self.tokens(x)))))
"""),
    ("attention by products of matrices, with a causal mask", [12, 32], 2, "train", """
# meanfield: input(2, 12, 32)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(32)
        self.qkv = nn.Linear(32, 3 * 32)
        self.out = nn.Linear(32, 32)
        self.up = nn.Linear(32, 64)
        self.act = nn.GELU()
        self.head = nn.Linear(64, 8)
        nn.init.normal_(self.qkv.weight, std=0.3)
        self.register_buffer("mask", torch.tril(torch.ones(12, 12)).view(1, 1, 12, 12))

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(self.norm(x)).split(32, dim=2)
        q = q.view(B, T, 4, C // 4).transpose(1, 2)
        k = k.view(B, T, 4, C // 4).transpose(1, 2)
        v = v.view(B, T, 4, C // 4).transpose(1, 2)
        weights = (q @ k.transpose(-2, -1)) * (C // 4) ** -0.5
        weights = F.softmax(weights.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf")), dim=-1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(B, T, C))
        return self.head(self.act(self.up(x)))
"""),
    ("attention with a class token, packed heads and einsum", [3, 16, 16], 2, "train", """
# meanfield: input(2, 3, 16, 16)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 24, 4, stride=4)
        self.token = nn.Parameter(torch.randn(1, 1, 24))
        self.places = nn.Parameter(0.5 * torch.randn(1, 17, 24))
        self.qkv = nn.Linear(24, 72)
        self.first = nn.Linear(24, 24)
        self.query = nn.Linear(24, 48)
        self.key = nn.Linear(24, 48)
        self.value = nn.Linear(24, 48)
        self.second = nn.Linear(48, 24)
        self.head = nn.Linear(24, 6)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.token.expand(x.shape[0], -1, -1), x), dim=1) + self.places
        B, N, C = x.shape
        q, k, v = self.qkv(x).reshape(B, N, 3, 3, C // 3).permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(q, k, v)
        x = x + self.first(y.permute(0, 2, 1, 3).flatten(2))
        q, k, v = self.query(x), self.key(x), self.value(x)
        weights = torch.einsum("bid,bjd->bij", q, k).mul(0.1).softmax(dim=-1)
        x = x + self.second(torch.einsum("bij,bjd->bid", weights, v))
        return self.head(x[:, 0])
"""),
    ("recurrent layers in both directions, samples first", [9, 16], 2, "train", """
# meanfield: input(2, 9, 16)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(16, 24)
        self.lstm = nn.LSTM(24, 32, num_layers=2, bidirectional=True, dropout=0.25, batch_first=True)
        self.act = nn.Tanh()
        self.last = nn.Linear(64, 10)
        for name, parameter in self.lstm.named_parameters():
            if "bias_hh" in name:
                parameter.data[parameter.size(0) // 4 : parameter.size(0) // 2].fill_(1.0)

    def forward(self, x):
        _, (hidden, _) = self.lstm(self.first(x))
        return self.last(self.act(torch.cat((hidden[-2], hidden[-1]), 1)))
"""),
    ("gated and plain recurrent layers, tokens first", [9, 16], 2, "train", """
# tokens first
# meanfield: input(9, 2, 16)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(16, 24)
        self.gru = nn.GRU(24, 32, bidirectional=True)
        self.rnn = nn.RNN(64, 48, nonlinearity="relu", bias=False)
        self.tanh = nn.RNN(48, 32)
        self.last = nn.Linear(32, 10)
        nn.init.orthogonal_(self.rnn.weight_hh_l0)

    def forward(self, x):
        x, _ = self.gru(self.first(x))
        x, _ = self.tanh(self.rnn(x)[0])
        return self.last(x[-1])
"""),
    ("attention over the first dimension", [9, 32], 2, "train", """
# tokens first
# meanfield: input(9, 2, 32)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(32, 32)
        self.norm = nn.LayerNorm(32)
        self.attend = nn.MultiheadAttention(32, 4)
        self.last = nn.Linear(32, 10)

    def forward(self, x):
        x = self.first(x)
        h = self.norm(x)
        x = x + self.attend(h, h, h)[0]
        return self.last(x.mean(0))
"""),
]


def gaussian_pairs(batch, shape):
    x = torch.randn(batch, *shape)
    x[1::2] = 0.5 * x[0::2] + 0.75**0.5 * x[1::2]
    return x


def cosine(x):
    a, b = x[0::2].flatten(1).double(), x[1::2].flatten(1).double()
    return ((a * b).sum() / ((a * a).sum() / 2 + (b * b).sum() / 2)).item()


def draw(source, shape, batch, mode, seed):
    torch.manual_seed(seed)
    space = {}
    exec(HEAD + source, space)
    net = space["Net"]()
    net.train(mode == "train")
    outputs, ran = {}, []

    def hook(path):
        def run(_, __, output):
            output = output[0] if isinstance(output, tuple) else output
            ran.append(path)
            if output.requires_grad:
                output.retain_grad()
            outputs[path] = output
        return run

    leaves = [(path, module) for path, module in net.named_modules() if not list(module.children())]
    for path, module in leaves:
        module.register_forward_hook(hook(path))
    x = torch.randint(0, 1000, (batch, *shape)) if "Embedding" in source else gaussian_pairs(batch, shape)
    tokens_first = "# tokens first" in source
    y = net(x.transpose(0, 1) if tokens_first else x)
    y.retain_grad()
    shown = slice(None) if "BatchNorm" in source and mode == "train" else slice(0, 1)
    up = torch.randn_like(y)
    up_shown = torch.zeros_like(up)
    up_shown[shown] = up[shown]
    layers = [module for path, module in ((p, dict(leaves)[p]) for p in ran) if isinstance(module, (nn.Linear, nn.Embedding)) or "Conv" in type(module).__name__]
    (y * up).sum().backward(retain_graph=True)
    unit = y.grad[shown].double().square().sum()
    once = [path for path in outputs if ran.count(path) == 1]
    samples = lambda tensor: tensor.transpose(0, 1) if tokens_first and tensor.dim() == 3 else tensor
    measured = {path: (samples(outputs[path])[shown].double().square().mean().log10().item(), cosine(samples(outputs[path])),
                       (samples(outputs[path].grad)[shown].double().square().sum() / unit).log10().item())
                for path in once if outputs[path].grad is not None}
    # Last, because gradients that outputs retain would be added to.
    first, last = torch.autograd.grad(y, [layers[0].weight, layers[-1].weight], up_shown)
    return measured, (last.double().norm() / first.double().norm()).log10().item()


def spread(values):
    values = torch.tensor(values, dtype=torch.float64)
    return {"mean": round(values.mean().item(), 5), "deviation": round(values.std().item(), 5)}


def main():
    cases = []
    for name, shape, batch, mode, source in MODELS:
        runs = [draw(source, shape, batch, mode, seed) for seed in range(DRAWS)]
        modules = {path: {what: spread([run[path][i] for run, _ in runs]) for i, what in enumerate(["q", "c", "gradient"])} for path in runs[0][0]}
        cases.append({"name": name, "input": shape, "batch": batch, "mode": mode, "draws": DRAWS, "source": HEAD + source.lstrip("\n"),
                      "modules": modules, "ratio": spread([ratio for _, ratio in runs])})
    print(json.dumps(cases, indent=1))


if __name__ == "__main__":
    main()

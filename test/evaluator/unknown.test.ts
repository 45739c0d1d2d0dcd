import { describe, expect, test } from 'vitest';
import type { Network } from '../../language-server/network/graph.js';
import { show } from '../../language-server/network/quantity.js';
import { evaluateText } from './evaluate-text.js';

const head = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n';

function only(text: string): Network {
  const { networks } = evaluateText(head + text);
  expect(networks.length).toBe(1);
  return networks[0]!;
}

/** The source lines at which something is not known, with the reasons. */
function unknowns(network: Network): string[] {
  return network.unknown.map(({ reason, location }) => `${location.range.start.line + 1}: ${reason}`);
}

test('a layer of a library that is not there leaves the rest of the model analysed', () => {
  const network = only(`from apex.layers import FusedThing

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 16)
        self.mystery = FusedThing(16, 32)
        self.b = nn.Linear(32, 4)

    def forward(self, x):
        return self.b(torch.relu(self.mystery(self.a(x))))
`);
  expect(network.layers.map(({ path }) => path)).toEqual(['a', 'b']);
  expect(unknowns(network).join('\n')).toMatch(/FusedThing|apex/);
  expect(network.nodes.map(({ kind }) => kind)).toContain('opaque');
});

test('a size that comes from a file is unknown with its reason, and the layers after it are kept', () => {
  const network = only(`import json

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        size = json.load(open("sizes.json"))["hidden"]
        self.a = nn.Linear(8, size)
        self.b = nn.Linear(size, 4)
        self.c = nn.Linear(4, 4)

    def forward(self, x):
        return self.c(self.b(torch.relu(self.a(x))))
`);
  expect(network.layers.map(({ path, fanIn, fanOut }) => [path, show(fanIn!), show(fanOut!)])).toEqual([
    ['a', '8', 'size'],
    ['b', 'size', '4'],
    ['c', '4', '4'],
  ]);
  expect(unknowns(network).join('\n')).toMatch(/^9: .*(open|Files|json)/m);
});

test('an initializer that is not known makes the distribution unknown instead of leaving the default', () => {
  const network = only(`import numpy as np
from my_inits import magic_

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 16)
        self.b = nn.Linear(16, 16)
        self.c = nn.Linear(16, 4)
        magic_(self.a.weight)
        self.b.weight.data = torch.from_numpy(np.load("b.npy"))
        with torch.no_grad():
            self.c.weight[0] = torch.load("row.pt")

    def forward(self, x):
        return self.c(self.b(self.a(x)))
`);
  expect(network.layers.map(({ weight }) => weight?.writes.at(-1)?.variance ?? null)).toEqual([null, null, null]);
  expect(network.layers.map(({ bias }) => bias?.writes.at(-1)?.variance === null)).toEqual([false, false, false]);
});

test('a condition that cannot be decided is said', () => {
  const network = only(`import os

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        if os.environ.get("BIG"):
            self.fc = nn.Linear(8, 1024)
        else:
            self.fc = nn.Linear(8, 16)

    def forward(self, x):
        return self.fc(x)
`);
  expect(network.layers.length).toBe(1);
  expect(unknowns(network).join('\n')).toMatch(/9: .*BIG/);
});

test('an operation that the theory does not know stops the signal with a reason', () => {
  const network = only(`class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        x = torch.fft.fft(self.a(x)).real
        return torch.relu(self.b(x))
`);
  const opaque = network.nodes.find((node) => node.kind === 'opaque');
  expect(opaque?.kind === 'opaque' && opaque.reason).toMatch(/fft/);
  expect(unknowns(network).some((line) => line.startsWith('11:'))).toBe(true);
});

test('a model without forward is shown with its layers and the reason', () => {
  const network = only(`class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
`);
  expect(network.layers.map(({ path }) => path)).toEqual(['fc']);
  expect(unknowns(network).join()).toMatch(/forward/);
});

test('a model that is half typed keeps what is complete', () => {
  const network = only(`class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 16)
        self.b = nn.Linear(16,
        self.c = nn.Line

    def forward(self, x):
        return self.c(self.b(torch.relu(self.a(x`);
  expect(network.layers[0]).toMatchObject({ path: 'a', fanIn: 8, fanOut: 16 });
});

test('a base class that is not there is said, and the class is still analysed', () => {
  const network = only(`from mmengine.model import BaseModule

class Net(BaseModule):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 16)
        self.b = nn.Linear(16, 2)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))
`);
  expect(network.layers.map(({ path }) => path)).toEqual(['a', 'b']);
  expect(unknowns(network).join()).toMatch(/BaseModule/);
});

test('zip() with something that is not known runs as often as what is', () => {
  const { networks } = evaluateText(`import elsewhere
from torch import nn
net = nn.Sequential(*[nn.Linear(width, width) for width, _ in zip((8, 16, 32), elsewhere.sizes())])
`);
  expect(networks[0]!.layers.map(({ path }) => path)).toEqual(['0', '1', '2']);
  expect(networks[0]!.unknown[0]!.reason).toContain('elsewhere.sizes');
});

test('parts from a library that is not there are named by their paths, each in the model that has them', () => {
  const { networks } = evaluateText(`from torch import nn
from elsewhere import FocalLoss, MixBlock, make_norm

class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.loss = FocalLoss(4)
    def forward(self, x):
        return self.fc(x)

class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(8, 32)
        self.norm = make_norm(32)
        self.stack = nn.Sequential(nn.Linear(32, 32), MixBlock(32))
        self.spare = MixBlock(32)
    def forward(self, x):
        return self.stack(self.norm(self.stem(x)))

plain, mixed = Plain(), Mixed()
`);
  const told = networks.map(({ name, unknown }) => [
    name,
    ...unknown.map(({ path, reason }) => `${path}: ${reason.split(' ')[0]}`),
  ]);
  expect(told).toEqual([
    ['Plain'],
    ['Mixed', "norm: 'elsewhere.make_norm'", "spare: 'elsewhere.MixBlock'", "stack.1: 'elsewhere.MixBlock'"],
  ]);
});

test.each([
  ['a class', 'elsewhere.Backbone(32)'],
  ['a part of what a function gives', 'elsewhere.backbone(pretrained=True).features[:18].eval()'],
  ['parts of it in a container', 'nn.Sequential(*list(elsewhere.backbone().features.children())[:35])'],
])('a model of which no layer is known says so: %s', (_, body) => {
  const { networks, problems } = evaluateText(`from torch import nn
import elsewhere

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = ${body}
    def forward(self, x):
        return self.body(x)
`);
  expect(networks).toEqual([]);
  const name = body.match(/elsewhere\.\w+/)![0];
  expect(problems.map(({ message }) => message)).toEqual([
    `Not analysed: no layer of 'Net' is known. '${name}' is not in the files that could be read.`,
  ]);
});

test('signals stop in a container of parts that are not there; a number that comes from them is no part', () => {
  const network = only(`import elsewhere

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        body = elsewhere.backbone()
        self.features = nn.Sequential(*body.features)
        self.size = body.config.hidden_size
        self.fc = nn.Linear(8, 8)
    def forward(self, x):
        return self.fc(self.features(x).view(-1, self.size))
`);
  expect(network.unknown.filter(({ path }) => path !== null).map(({ path }) => path)).toEqual(['features.0']);
  expect(network.nodes.map(({ kind }) => kind)).toContain('opaque');
});

test('a class without forward() is a module where its missing base is called like one, and makes layers', () => {
  const { networks } = evaluateText(`from torch import nn
from elsewhere import BaseAgent, BaseBlock, BaseModel

class Part(BaseBlock):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

class Settings(BaseModel):
    width = 4

class Agent(BaseAgent):
    def __init__(self):
        self.net = nn.Sequential(nn.Linear(Settings().width, 8), nn.ReLU(), nn.Linear(8, 2))

agent, part = Agent(), Part()
`);
  expect(networks.map(({ name, layers }) => `${name}: ${layers.map(({ path }) => path)}`)).toEqual([
    'Sequential: 0,2',
    'Part: fc',
  ]);
});

test('what an initializer of a missing base class may write is not known', () => {
  const network = only(`from elsewhere import BaseModule

class Net(BaseModule):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 8)
        self.init_weights()
        self.b = nn.Linear(8, 8)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))
`);
  expect(network.layers.map(({ weight }) => weight?.writes.at(-1)?.variance ?? null)).toEqual([null, 1 / 24]);
});

test('a tensor of contents that are not known is no constant', () => {
  const network = only(`import numpy as np

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        table = torch.tensor(np.load("table.npy"))
        self.table = nn.Embedding(9, 8, _weight=table)
        self.a = nn.Linear(8, 8)
        self.a.weight.data = table

    def forward(self, x):
        return self.a(self.table(x))
`);
  expect(network.layers.map(({ weight }) => weight?.writes.at(-1)?.variance)).toEqual([null, null]);
});

test('a convolution with a weight that is calculated from its own has the size that its own gives', () => {
  const network = only(`class Standardized(nn.Conv2d):
    def forward(self, x):
        weight = F.batch_norm(self.weight.reshape(1, self.out_channels, -1), None, None, training=True)
        return F.conv2d(x, weight.reshape_as(self.weight), self.bias, self.stride, self.padding, self.dilation, self.groups)

class Net(nn.Module):
    def __init__(self, size=16):
        super().__init__()
        self.stem = nn.Sequential(Standardized(3, 8, 3, stride=2), nn.ReLU(), Standardized(8, 12, 3))
        with torch.no_grad():
            _, channels, height, width = self.stem(torch.zeros(1, 3, size, size)).shape
        self.head = nn.Linear(channels * height * width, 10)

    def forward(self, x):
        return self.head(self.stem(x).flatten(1))
`);
  expect(network.layers.map(({ path }) => path)).toEqual(['stem.0', 'stem.2', 'head']);
  // PyTorch: 16 → 7 → 5 pixels a side.
  expect(network.layers.at(-1)!.fanIn).toBe(12 * 5 * 5);
});

test.each([
  ['in a loop', 'for i, size in enumerate(SIZES):\n            layers.append(nn.Linear(8, size))'],
  ['reversed', 'for size in reversed(SIZES):\n            layers.append(nn.Linear(8, size))'],
  ['in a comprehension', 'layers += [nn.Linear(8, size) for size in SIZES]'],
  ['by pairs', 'layers += [nn.Linear(a, b) for a, b in zip(SIZES[:-1], SIZES[1:])]'],
  ['by default', 'layers += [nn.Linear(8, size) for size in (sizes or SIZES)]'],
])('sizes from a file that cannot be read are said to be missing: %s', (_, loop) => {
  const network = only(`from config import SIZES

class Net(nn.Module):
    def __init__(self, sizes=None):
        super().__init__()
        layers = []
        ${loop}
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)
`);
  expect(network.layers.map(({ path }) => path)).toEqual(['layers.0']);
  expect(unknowns(network).join('\n')).toContain("'config.SIZES' is not in the files that could be read");
});

test('a loop over an argument that nobody gives is said to be open', () => {
  const network = only(`class Net(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        layers = []
        for width in hidden:
            layers += [nn.Linear(64, width), nn.ReLU()]
        self.net = nn.Sequential(*layers, nn.Linear(64, 10))

    def forward(self, x):
        return self.net(x)
`);
  expect(network.layers.map(({ path }) => path)).toEqual(['net.0', 'net.2']);
  expect(unknowns(network).join('\n')).toMatch(/^\d+: It is not known what this runs over: .*shown as if it ran once/m);
});

test.each(['tqdm', 'tqdm.auto', 'tqdm.notebook'])('a progress bar of %s passes on what it shows', (module) => {
  const network = only(`from ${module} import tqdm, trange

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [nn.Linear(8, 8) for _ in tqdm(range(3), desc='layers')]
        for i in trange(2):
            layers.append(nn.Linear(8, 8))
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)
`);
  expect(network.layers.map(({ path }) => path)).toEqual(['net.0', 'net.1', 'net.2', 'net.3', 'net.4']);
  expect(unknowns(network)).toEqual([]);
});

describe('a file that trains a model which is not known', () => {
  const trained = (model: string) =>
    evaluateText(
      `import torch\nfrom torch import nn\nfrom elsewhere import make, settings\n${model}\nopt = torch.optim.Adam(model.parameters())\n`,
    ).problems.map(({ message }) => message);
  const missing = "which model is trained here is not known. 'elsewhere.make' is not in the files that could be read.";

  test('says so, with the reason', () => {
    expect(trained('model = make(3)')).toEqual([`Not analysed: ${missing}`]);
    expect(trained("model = nn.Sequential(nn.Linear(3, {}['width']))")).toEqual([
      'Not analysed: which model is trained here is not known. This would stop with KeyError: width',
    ]);
  });

  test('says nothing where it is known, or where it is trained in code that does not run', () => {
    expect(trained("model = nn.Linear(dict(settings)['width'], 3)")).toEqual([]);
    expect(trained('model = make(3)').length).toBe(1);
    expect(trained('def train(model):\n    return torch.optim.SGD(model.parameters())\nmodel = nn.Linear(2, 2)')).toEqual([]);
  });
});

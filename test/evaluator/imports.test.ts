import { expect, test } from 'vitest';
import { evaluateProject } from './evaluate-project.js';

const blocks = `import torch
from torch import nn

unused = nn.Linear(3, 3)

class Block(nn.Module):
    def __init__(self, width, act=nn.GELU):
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.act = act()
    def forward(self, x):
        return self.act(self.fc(x))

def head(width, classes=10):
    layer = nn.Linear(width, classes)
    nn.init.zeros_(layer.weight)
    return layer
`;

const net = (imports: string, use = 'Block(8), head(8)') => `import torch
from torch import nn
${imports}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(${use})
    def forward(self, x):
        return self.net(x)
`;

const layers = ['net.0.fc 8', 'net.1 8'];
const found = ({ networks }: ReturnType<typeof evaluateProject>) =>
  networks.map(({ layers }) => layers.map(({ path, fanIn }) => `${path} ${fanIn}`));

test.each([
  ['a module beside the file', 'from blocks import Block, head', undefined, '/project/blocks.py'],
  ['a module of a package', 'from parts.blocks import Block as B, head', 'B(8), head(8)', '/project/parts/blocks.py'],
  ['a name that a package hands on', 'from parts import Block, head', undefined, '/project/parts/blocks.py'],
  ['all names of a module', 'from blocks import *', undefined, '/project/blocks.py'],
  ['a module under another name', 'import parts.blocks as p', 'p.Block(8), p.head(8)', '/project/parts/blocks.py'],
  ['a module by its full name', 'import parts.blocks', 'parts.blocks.Block(8), parts.blocks.head(8)', '/project/parts/blocks.py'],
])('%s is followed', (_, imports, use, place) => {
  const files = {
    '/project/net.py': net(imports, use),
    '/project/parts/__init__.py': 'from .blocks import *\nfrom .other import nothing\n',
    '/project/parts/other.py': 'nothing = None\n',
    [place]: blocks,
  };
  const result = evaluateProject(files, '/project/net.py');
  expect(result.problems).toEqual([]);
  expect(found(result)).toEqual([layers]);
  expect(result.networks[0]!.unknown).toEqual([]);
  expect(result.networks[0]!.layers[1]!.weight!.writes.at(-1)!.family).toBe('zeros');
});

test('a file is read when one of its names is used, and not before', () => {
  const files = {
    '/project/net.py': net('from blocks import Block, head\nfrom heavy import thing'),
    '/project/blocks.py': blocks,
    '/project/heavy.py': 'thing = 1\n',
  };
  expect(evaluateProject(files, '/project/net.py').read.filter((path) => path.endsWith('heavy.py'))).toEqual([]);
});

test('imports that go round in a circle end', () => {
  const files = {
    '/project/net.py': net('from blocks import Block, head\nWIDTH = 8'),
    '/project/blocks.py': `from net import WIDTH\n${blocks}`.replace('nn.Linear(width, width)', 'nn.Linear(WIDTH, width)'),
  };
  expect(found(evaluateProject(files, '/project/net.py'))).toEqual([layers]);
});

test('what another file defines stands where this one calls it', () => {
  const text = net('from blocks import Block, head');
  const { networks } = evaluateProject({ '/project/net.py': text, '/project/blocks.py': blocks }, '/project/net.py');
  for (const { location } of networks[0]!.layers) {
    expect(location.file).toBe('/project/net.py');
    expect(text.split('\n')[location.range.start.line]).toContain('self.net = nn.Sequential(');
  }
});

test('models that an imported file builds are not reported here', () => {
  const files = {
    '/project/net.py': net('from blocks import *'),
    '/project/blocks.py': `${blocks}\nmodel = nn.Sequential(nn.Linear(1, 2), Block(2))\n`,
  };
  expect(evaluateProject(files, '/project/net.py').networks.map(({ name }) => name)).toEqual(['Net']);
});

test('a base class of another file is followed', () => {
  const files = {
    '/project/net.py': 'import torch\nfrom base import Base\n\nclass Net(Base):\n    width = 12\n',
    '/project/base.py':
      'from torch import nn\n\nclass Base(nn.Module):\n    width = 4\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(self.width, 2)\n    def forward(self, x):\n        return self.fc(x)\n',
  };
  expect(found(evaluateProject(files, '/project/net.py'))).toEqual([['fc 12']]);
});

test('a file that is broken costs what it defines', () => {
  const files = {
    '/project/net.py': net('from blocks import Block, head', 'nn.Linear(8, 8), Block(8)'),
    '/project/blocks.py': 'class Block(\n',
  };
  const { networks } = evaluateProject(files, '/project/net.py');
  expect(networks[0]!.layers.map(({ path }) => path)).toEqual(['net.0']);
  expect(networks[0]!.unknown.map(({ reason }) => reason).join()).toMatch(/Block/);
});

test('names of libraries that the tables describe need no file', () => {
  const files = {
    '/project/net.py': `import os
import torch
from torch import nn
from timm.models.layers import DropPath, trunc_normal_

WIDTH = int(os.environ.get("WIDTH", "8"))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(WIDTH, WIDTH)
        self.drop_path = DropPath(0.1)
        trunc_normal_(self.fc.weight, std=0.02)
    def forward(self, x):
        return x + self.drop_path(self.fc(x))
`,
  };
  const { networks, problems } = evaluateProject(files, '/project/net.py');
  expect(problems).toEqual([]);
  expect(networks[0]!.unknown).toEqual([]);
  expect(networks[0]!.layers[0]).toMatchObject({ path: 'fc', fanIn: 8 });
  expect(networks[0]!.layers[0]!.weight!.writes.at(-1)!.family).toBe('truncated-normal');
  expect(networks[0]!.nodes.find(({ kind }) => kind === 'dropout')).toMatchObject({ variant: 'path', rate: 0.1 });
});

test("a library's source that is there gives way to the tables", () => {
  const files = {
    '/project/net.py': net('from torchvision.ops import Conv2dNormActivation', 'nn.Flatten(), Conv2dNormActivation(3, 8)'),
    '/project/torchvision/__init__.py': '',
    '/project/torchvision/ops/__init__.py': 'from .misc import Conv2dNormActivation\n',
    '/project/torchvision/ops/misc.py': 'class Conv2dNormActivation:\n    pass\n',
  };
  const { networks } = evaluateProject(files, '/project/net.py');
  expect(networks[0]!.layers.map(({ path }) => path)).toContain('net.1.0');
});

test('imports that take too long to read leave the models of the file, and say so', () => {
  const files = {
    '/project/net.py': net('from slow import Block, width', 'nn.Linear(8, 8), Block(width)'),
    '/project/slow.py': `from torch import nn\nclass Block(nn.Linear):\n    pass\nx = 0\nwhile x < 10 ** 7:\n    x = x + 1\nwidth = 4\n`,
  };
  const result = evaluateProject(files, '/project/net.py');
  expect(found(result)[0]).toContain('net.0 8');
  expect(result.problems.map(({ message }) => message)).toEqual([
    'Analysis limited: what is imported takes too long to read; the rest of it is not known.',
  ]);
});

test('a decorator that the evaluation cannot follow leaves what it decorates', () => {
  const files = {
    '/project/net.py': `import torch
from torch import nn
from documentation import documented

@documented
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
    def forward(self, x):
        return self.fc(x)
`,
    '/project/documentation.py': `def documented(cls):\n    table = {}\n    cls.__doc__ = table[cls.__name__]\n    return cls\n`,
  };
  expect(found(evaluateProject(files, '/project/net.py'))).toEqual([['fc 8']]);
});

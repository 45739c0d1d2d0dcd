import { expect, test } from 'vitest';
import { evaluateProject } from './evaluate-project.js';

/** What the layers of the only model take in. */
function fansOf(files: Record<string, string>): (string | number | null | undefined)[] | null {
  const { networks } = evaluateProject(files, '/project/train.py');
  const [only] = networks;
  return only ? only.layers.map(({ fanIn }) => (typeof fanIn === 'number' ? fanIn : null)) : null;
}

const model = (name: string, register: string, width: number) => `from torch import nn
from .registry import *

${register}
class ${name}(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        self.net = nn.Sequential(*[nn.Linear(${width}, ${width}) for _ in range(depth)])

    def forward(self, x):
        return self.net(x)
`;

const table = `MODELS = {}
def register(name=None):
    def wrap(cls):
        MODELS[name or cls.__name__.lower()] = cls
        return cls
    return wrap
`;

const class_ = `class Registry:
    def __init__(self, name):
        self.name = name
        self._modules = dict()
    def get(self, key):
        return self._modules.get(key, None)
    def register_module(self):
        def wrap(cls):
            self._modules[cls.__name__] = cls
            return cls
        return wrap
MODELS = Registry('models')
`;

test.each([
  ['by its key', table, '@register()', '    return MODELS[name](**cfg)\n', 'wide'],
  [
    'after a look whether it is there',
    table,
    '@register()',
    '    if name not in MODELS:\n        raise ValueError(name)\n    return MODELS[name](**cfg)\n',
    'wide',
  ],
  ['by get()', table, '@register()', '    return MODELS.get(name)(**cfg)\n', 'wide'],
  [
    'of an object, with a check',
    class_,
    '@MODELS.register_module()',
    '    cls = MODELS.get(name)\n    if cls is None:\n        raise KeyError(name)\n    return cls(**cfg)\n',
    'Wide',
  ],
])('a model that its own file registers is found %s', (_, registry, register, build, key) => {
  const files = {
    '/project/models/__init__.py': 'from .build import build_model\nfrom . import narrow\nfrom .wide import Wide\n',
    '/project/models/registry.py': registry,
    '/project/models/build.py': `from .registry import MODELS\ndef build_model(cfg):\n    cfg = dict(cfg)\n    name = cfg.pop('type')\n${build}`,
    '/project/models/narrow.py': model('Narrow', register, 2),
    '/project/models/wide.py': model('Wide', register, 16),
    '/project/train.py': `import torch\nfrom models import build_model\ndef main():\n    model = build_model({'type': '${key}', 'depth': 3})\nif __name__ == '__main__':\n    main()\n`,
  };
  expect(fansOf(files)).toEqual([16, 16, 16]);
  // What speaks of another model waits.
  expect(evaluateProject(files, '/project/train.py').networks).toHaveLength(1);
});

test('a key that no file knows is no model, and is looked for once', () => {
  const files = {
    '/project/models/__init__.py': 'from .registry import MODELS\nfrom . import narrow\n',
    '/project/models/registry.py': table,
    '/project/models/narrow.py': model('Narrow', '@register()', 2),
    '/project/train.py': "import torch\nfrom models import MODELS\nmodel = MODELS['missing'](depth=3)\n",
  };
  expect(fansOf(files)).toBeNull();
});

test('a module of a package is found although two of its files import each other', () => {
  const files = {
    '/project/nets/__init__.py': 'from .whole import *\n',
    '/project/nets/builder.py': 'from torch import nn\ndef build(width):\n    return nn.Linear(width, width)\n',
    '/project/nets/whole.py':
      'from torch import nn\nfrom . import builder\nclass Whole(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n        self.fc = builder.build(width)\n    def forward(self, x):\n        return self.fc(x)\n',
    '/project/train.py': 'import torch\nfrom nets import Whole\nmodel = Whole(12)\n',
  };
  expect(fansOf(files)).toEqual([12]);
});

test('a module is imported by a name that is put together', () => {
  const files = {
    '/project/nets/__init__.py': '',
    '/project/nets/plain.py':
      'from torch import nn\ndef build(width):\n    return nn.Sequential(nn.Linear(width, width), nn.ReLU())\n',
    '/project/train.py':
      "import importlib\nimport torch\nname = 'plain'\nmodel = importlib.import_module('nets.' + name).build(9)\n",
  };
  expect(fansOf(files)).toEqual([9]);
});

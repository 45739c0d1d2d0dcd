import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

const head = 'import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n';
const told = (text: string) => {
  const { networks, problems } = evaluateText(head + text);
  return {
    models: networks.map(
      ({ entry, layers }) => `${entry}: ${layers.map(({ path, kind }) => `${path || 'itself'} ${kind}`).join(', ')}`,
    ),
    problems: problems.map(({ message }) => message),
  };
};

test("a class that derives from a framework's layer gets symbols for what the layer wants", () => {
  const text = `class ScaledLinear(nn.Linear):
    def forward(self, x):
        return torch.relu(F.linear(x, self.weight, self.bias))
`;
  expect(told(text)).toEqual({ models: ['ScaledLinear: itself Linear'], problems: [] });
});

test('a function that stops before it builds a module is no factory', () => {
  const text = `def devices():
    nn.Module
    raise RuntimeError("no device")

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
    def forward(self, x):
        return self.fc(x)

def net():
    model = Net()
    raise ValueError("half built")
    return model
`;
  expect(told(text).problems).toEqual(['Not analysed: building it stops with ValueError: half built']);
});

test('a statement that calls itself without end costs the file no models', () => {
  const text = `def forever(n):
    return forever(n + 1)

depth = forever(0)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
    def forward(self, x):
        return self.fc(x)
`;
  expect(told(text).models).toEqual(['Net: fc Linear']);
});

test('a default that cannot be followed costs a configuration this default only', () => {
  const text = `def field(*, default):
    def check(value):
        return value
    return check

class Config:
    width: int = 6
    scale: float = field(default=0.1)()

class Net(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.fc = nn.Linear(config.width, config.width)
    def forward(self, x):
        return self.fc(x)
`;
  const { networks } = evaluateText(head + text);
  expect(networks[0]!.layers.map(({ fanIn }) => fanIn)).toEqual([6]);
  expect(networks[0]!.arguments).toEqual([{ name: 'config', value: 'Config()', source: 'not given: the defaults of Config' }]);
});

test('a layer that is built to be copied is no model of its own', () => {
  const text = `layer = nn.TransformerEncoderLayer(32, 4)
encoder = nn.TransformerEncoder(layer, 2)
`;
  expect(evaluateText(head + text).networks.map(({ name }) => name)).toEqual(['encoder']);
});

import { expect, test } from 'vitest';
import { show } from '../../language-server/network/quantity.js';
import { evaluateText } from './evaluate-text.js';

const head = 'import torch\nfrom torch import nn\n\n';
const told = (text: string) => {
  const { networks, problems } = evaluateText(head + text);
  return {
    models: Object.fromEntries(networks.map(({ entry, assumed = [] }) => [entry, assumed])),
    layers: networks.map(({ layers }) => layers.length),
    unknown: networks.flatMap(({ unknown }) => unknown.map(({ reason }) => reason)),
    problems: problems.map(({ message }) => message),
  };
};

const net = (name: string, layers = 2) => `class ${name}(nn.Module):
    def __init__(self, width, outputs=4):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, width), nn.ReLU(), ${Array(layers - 1)
          .fill('nn.Linear(width, outputs)')
          .join(', ')})
    def forward(self, x):
        return self.layers(x)

`;

const start = `def init_weights(net):
    for module in net.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)

`;

test('the entry that is taken of a table is said, with the others', () => {
  const text = `plans = {18: [16, 16], 34: [16, 16, 16]}

class Net(nn.Module):
    def __init__(self, depth: int):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Linear(16, width) for width in plans[depth]])
    def forward(self, x):
        return self.layers(x)
`;
  expect(told(text)).toEqual({
    models: { Net: ["'depth' is not given in this file: taken as 18, not as 34."] },
    layers: [2],
    unknown: [],
    problems: [],
  });
});

test('many others are counted', () => {
  const kinds = [...'abcdefghij'];
  const text = `class Net(nn.Module):
    def __init__(self, kind: str):
        super().__init__()
        self.fc = nn.Linear(8, {${kinds.map((kind, i) => `'${kind}': ${i + 4}`).join(', ')}}[kind])
    def forward(self, x):
        return self.fc(x)
`;
  expect(told(text).models).toEqual({
    Net: ["'kind' is not given in this file: taken as 'a', not as 'b', 'c', 'd', 'e', 'f' or 4 others."],
  });
});

test('what cannot be built is passed over', () => {
  const text = `class Net(nn.Module):
    def __init__(self, kind):
        super().__init__()
        if kind == 'pretrained':
            raise RuntimeError('no weights are there')
        elif kind in ('small', 'large'):
            self.fc = nn.Linear(8, 8)
    def forward(self, x):
        return self.fc(x)
`;
  expect(told(text)).toMatchObject({
    models: { Net: ["'kind' is not given in this file: taken as 'small', not as 'pretrained' or 'large'."] },
    problems: [],
  });
});

test('where nothing that is named can be built, the rest of the code holds', () => {
  const text = `class Net(nn.Module):
    def __init__(self, kind, make):
        super().__init__()
        if kind in ('old', 'older'):
            raise RuntimeError('no longer supported')
        self.fc = nn.Linear(8, 8)
        self.end = make(8)
    def forward(self, x):
        return self.end(self.fc(x))
`;
  expect(told(text)).toMatchObject({
    models: { Net: [] },
    layers: [1],
    unknown: ["'make' is not given in this file."],
    problems: [],
  });
});

test('the names of a file, and numbers that sizes are compared with, are nothing to choose from', () => {
  const text = `class Net(nn.Module):
    def __init__(self, kind, classes):
        super().__init__()
        self.make = globals().get(kind)
        self.fc = nn.Linear(8, classes)
        self.end = nn.Sigmoid() if classes == 1 else nn.Identity()
    def forward(self, x):
        return self.end(self.fc(x))
`;
  expect(told(text).models).toEqual({ Net: [] });
});

test('what is made of a text that nobody gives is not known', () => {
  const text = `class Net(nn.Module):
    def __init__(self, kind: str):
        super().__init__()
        if kind.startswith('deep'):
            self.fc = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8))
        else:
            self.fc = nn.Linear(8, 8)
    def forward(self, x):
        return self.fc(x)
`;
  expect(told(text).unknown).toEqual(["It cannot be decided whether 'kind.startswith('deep')' holds: shown as if it does."]);
});

test('a factory with arguments stands for the class of its model, with the weights that it draws', () => {
  const text = `${net('Net')}${start}def build(width, outputs, kind):
    if kind == 'net':
        model = Net(width, outputs)
    init_weights(model)
    return model
`;
  const { networks } = evaluateText(head + text);
  expect(networks.map(({ entry, name }) => [entry, name])).toEqual([['build', 'Net']]);
  expect(networks[0]!.layers.map(({ weight }) => weight!.writes.at(-1)!.variance)).toEqual([4e-4, 4e-4]);
  expect(networks[0]!.assumed).toEqual([
    "'kind' is not given in this file: taken as 'net'.",
    "'outputs' is not given in this file: taken as 4, the default of Net.",
  ]);
});

test('factories of unlike models of one class are unlike models', () => {
  const text = `${net('Net').replace('width, outputs', 'plan, outputs').replace('nn.Linear(8, width)', 'nn.Linear(8, plan[0])').replaceAll('width', 'plan[0]')}def small(outputs):
    return Net([16], outputs)

def large(outputs):
    return Net([64], outputs)

def larger(outputs, path):
    return Net([64], outputs)
`;
  expect(Object.keys(told(text).models)).toEqual(['small', 'large']);
});

const build = `def build(width):
    return Net(width)

`;

const pair = (parts: string) => `class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleList(${parts})
    def forward(self, x):
        return self.parts[0](x)

`;

test.each([
  ['what a class calls', `${build}${pair('[build(16), build(8)]')}`, ['Net', 'Pair']],
  ['what makes parts of a class', `${build}${pair('[Net(16)]')}`, ['Pair']],
  ['what a factory without arguments calls', `${build}def model() -> Net:\n    return build(16)\n`, ['model']],
  ['what makes a class that the file built', `${build}model = Net(16)\n`, ['Net']],
  [
    'what is not known to its end',
    `def build(width, path):
    for x in load(path):
        model = Net(width)
    return model
`,
    ['Net'],
  ],
])('%s is no factory of its own', (_, text, entries) => {
  const { models, problems } = told(net('Net') + text);
  expect(Object.keys(models)).toEqual(entries);
  expect(problems).toEqual([]);
});

const unapplied = 'init_weights() of this file is not applied in what is shown.';

test.each([
  [
    'a function that does not run applies it',
    `${start}def main(path):
    model = Net(16)
    init_weights(model)
    print(path)
`,
    { Net: [unapplied] },
  ],
  ['code elsewhere may apply it', start, { Net: [unapplied] }],
  [
    'a factory applies it to another class',
    `${net('Deep', 3)}${start}def build(kind):
    if kind == 'net':
        model = Net(16)
    elif kind == 'deep':
        model = Deep(16)
    init_weights(model)
    return model
`,
    { build: ["'kind' is not given in this file: taken as 'net', not as 'deep'."], Deep: [unapplied] },
  ],
  [
    'a method that whoever makes the model calls',
    `    def reset_parameters(self):
        nn.init.orthogonal_(self.layers[0].weight)

def main(path):
    Net(16).reset_parameters()
`,
    { Net: ['reset_parameters() of this file is not applied in what is shown.'] },
  ],
])('an initializer that does not run for what is shown is named: %s', (_, text, models) => {
  expect(told(net('Net') + text).models).toEqual(models);
});

test('one that a class applies to itself is of no interest to others', () => {
  const text = `${net('Net')}${start}class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        init_weights(self)
    def forward(self, x):
        return self.fc(x)

own = Own()
`;
  expect(told(text).models).toEqual({ Own: [], Net: [] });
});

test('what a constructor takes out of all that is named is an argument, too', () => {
  const text = `class Net(nn.Module):
    def __init__(self, **settings):
        super().__init__()
        for name, value in settings.items():
            setattr(self, name, value)
        self.fc = nn.Linear(settings['width'], settings.pop('classes'))
        self.act = {'tanh': nn.Tanh(), 'relu': nn.ReLU()}[settings['act']] if settings.get('deep', True) else None
    def forward(self, x):
        return self.act(self.fc(x))
`;
  const { networks, problems } = evaluateText(head + text);
  expect(problems).toEqual([]);
  expect(networks[0]!.layers.map(({ fanIn, fanOut }) => [fanIn, fanOut].map((fan) => show(fan!)))).toEqual([
    ['width', 'classes'],
  ]);
  expect(networks[0]!.assumed).toEqual(["'act' is not given in this file: taken as 'tanh', not as 'relu'."]);
  expect(networks[0]!.unknown).toEqual([]);
});

test.each([
  ['*sizes', 'for a, b in zip(sizes, sizes[1:]):', 'nn.Linear(a, b)'],
  ['*sizes', 'for a in sizes:', 'nn.Linear(a, 8)'],
  ['**sizes', 'for name, a in sizes.items():', 'nn.Linear(a, 8)'],
  ['**sizes', 'for name in sizes:', 'nn.Linear(8, 8)'],
  ['sizes', 'for name in sizes:', 'nn.Linear(sizes[name], 8)'],
  ['sizes', 'for name, a in sizes.items():', 'nn.Linear(a, 8)'],
  ['sizes: dict', 'for a in sizes.values():', 'nn.Linear(a, 8)'],
])('layers for all of %s that nobody gives: %s', (parameter, loop, layer) => {
  const text = `class Net(nn.Module):
    def __init__(self, ${parameter}):
        super().__init__()
        self.layers = nn.Sequential()
        ${loop}
            self.layers.append(${layer})
        self.out = nn.Linear(8, 4)
    def forward(self, x):
        return self.out(self.layers(x))
`;
  const { unknown, layers } = told(text);
  expect(layers).toEqual([2]);
  expect(unknown[0]).toMatch(/^It is not known what this runs over: .* Its body is shown as if it ran once\.$/);
});

test('the settings of an argument are arguments of their own', () => {
  const text = `class Net(nn.Module):
    def __init__(self, args, cfg: "Settings", sizes):
        super().__init__()
        self.a = nn.Linear(args.width, cfg['model']['width'])
        self.b = nn.Linear(sizes[0], getattr(args, 'classes', 10))
        self.act = nn.ReLU() if cfg.get('act') == 'relu' else nn.Tanh()
        self.args = args
        if hasattr(args, 'seed'):
            raise ValueError(args.seed)
    def forward(self, x):
        x = self.act(self.a(x))
        return self.b(x) if self.args.deep else x
`;
  const { networks, problems } = evaluateText(head + text);
  expect(problems).toEqual([]);
  expect(networks[0]!.layers.map(({ fanIn, fanOut }) => [fanIn, fanOut].map((fan) => show(fan!)))).toEqual([
    ['args.width', 'cfg["model"]["width"]'],
    ['sizes[0]', '10'],
  ]);
  expect(networks[0]!.assumed).toEqual([
    `'cfg["act"]' is not given in this file: taken as 'relu'.`,
    "'args.deep' is not given in this file: taken as true.",
  ]);
  expect(networks[0]!.unknown).toEqual([]);
});

test('what an argument of a type that is not there is held against says nothing of itself', () => {
  const text = `from elsewhere import Plan

class Net(nn.Module):
    def __init__(self, plan: Plan, act: Optional[str]):
        super().__init__()
        self.a = nn.Linear(8, 8 if plan.kind == 'narrow' else 64)
        self.act = {'tanh': torch.tanh}[act]
    def forward(self, x):
        return self.act(self.a(x))
`;
  const { models, unknown } = told(text);
  expect(models).toEqual({ Net: ["'act' is not given in this file: taken as 'tanh'."] });
  expect(unknown).toEqual(['This number depends on a condition that is not known.']);
});

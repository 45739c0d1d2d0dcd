import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateText } from './evaluate-text.js';

const folder = fileURLToPath(new URL('../fixtures/evaluator/', import.meta.url));
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.py'))
  .map((name) => readFileSync(`${folder}${name}`, 'utf8'));

/** The evaluation of a text that must end: its networks are sound and it takes no longer than its budget, with room for a slow machine. */
function survives(text: string): void {
  const started = performance.now();
  const { networks, problems } = evaluateText(text, { milliseconds: 500 });
  expect(performance.now() - started).toBeLessThan(5_000);
  for (const network of networks) {
    for (const node of network.nodes) for (const input of node.inputs) expect(input).toBeLessThan(node.id);
    for (const output of network.outputs) expect(network.nodes[output]).toBeDefined();
    for (const layer of network.layers) expect(layer.location.range.start.line).toBeGreaterThanOrEqual(0);
  }
  const lines = text.split(/\r\n|\r|\n/).length;
  for (const problem of problems) expect(problem.range.end.line).toBeLessThan(lines);
}

const tokens = `self super().__init__() nn.Linear nn.Sequential nn.ModuleList nn.Module torch F.relu nn.init.normal_ m.weight.data
  class def return if elif else for in while try except raise with as lambda yield import from not and or is None True
  ( ) [ ] { } : , . = == += * ** // % @ -> := | ~ 0 1 2.5 1e9 -1 'a' "b" f'{x}' '''c''' x y Net forward __init__ range(10**9)
  modules() apply *args **kwargs ... # \\`
  .split(/\s+/)
  .filter((token) => token !== '');
const soup = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...tokens) },
      fc.constantFrom('\n', '\n    ', '\n        ', '\n            '),
    ),
    {
      maxLength: 120,
    },
  )
  .map(
    (parts) =>
      `import torch\nfrom torch import nn\nimport torch.nn.functional as F\n${parts.join(' ').replaceAll(/ ?\n ?/g, '\n')}\n`,
  );

test('no soup of tokens ends the evaluator', () => {
  fc.assert(fc.property(soup, survives), { numRuns: 400, seed: 1 });
});

test('no truncation of a model ends the evaluator', () => {
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.double({ min: 0, max: 1, noNaN: true }), (source, at) =>
      survives(source.slice(0, at * source.length)),
    ),
    { numRuns: 250, seed: 2 },
  );
});

/** Swaps, drops and doubles words of a model. */
const mutation = fc.record({
  kind: fc.constantFrom('swap', 'drop', 'double', 'token'),
  a: fc.nat(),
  b: fc.nat(),
  token: fc.constantFrom(...tokens),
});
function mutate(source: string, mutations: { kind: string; a: number; b: number; token: string }[]): string {
  const words = source.split(/(\W)/);
  for (const { kind, a, b, token } of mutations) {
    const i = a % words.length;
    const j = b % words.length;
    if (kind === 'swap') [words[i], words[j]] = [words[j]!, words[i]!];
    else if (kind === 'drop') words[i] = '';
    else if (kind === 'double') words[i] += words[i]!;
    else words[i] = token;
  }
  return words.join('');
}

test('no mutation of a model ends the evaluator', () => {
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(mutation, { minLength: 1, maxLength: 12 }), (source, mutations) =>
      survives(mutate(source, mutations)),
    ),
    { numRuns: 400, seed: 3 },
  );
});

test('bytes that are no text give a message or nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => survives(`torch${Buffer.from(bytes).toString('utf8')}`)),
    { numRuns: 100, seed: 4 },
  );
});

const head = 'import torch\nfrom torch import nn\n';
const model = (init: string, forward = 'return self.fc(x)') =>
  `${head}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 4)\n        ${init}\n    def forward(self, x):\n        ${forward}\n`;

test.each([
  ['brackets nested deeply', `${head}x = ${'('.repeat(5000)}1${')'.repeat(5000)}\n`],
  ['lists nested deeply', `${head}x = ${'['.repeat(150)}1${']'.repeat(150)}\n`],
  ['unary minus nested deeply', `${head}x = ${'-'.repeat(3000)}1\n`],
  [
    'blocks nested deeply',
    `${head}${Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}if True:\n`).join('')}${' '.repeat(300)}pass\n`,
  ],
  [
    'classes nested deeply',
    `${head}${Array.from({ length: 120 }, (_, i) => `${' '.repeat(i)}class A${i}(nn.Module):\n`).join('')}${' '.repeat(120)}pass\n`,
  ],
  ['attributes chained without end', `${head}x = torch${'.a'.repeat(3000)}\n`],
  ['calls chained without end', `${head}x = torch${'()'.repeat(3000)}\n`],
  ['comparisons chained without end', `${head}x = ${'1 < '.repeat(3000)}2\n`],
  ['a sum of many terms', model(`x = ${'1 + '.repeat(20_000)}1`)],
  ['conditions chained without end', model(`x = ${'1 if x else '.repeat(2000)}2`)],
  [
    'a regular expression that would backtrack without end',
    `import re\n${model(`self.m = re.match(r"(a+)+$", "${'a'.repeat(60)}b")`)}`,
  ],
  [
    'repetitions in a row of a regular expression',
    `import re\n${model(`self.m = re.match(r"${'a*'.repeat(20)}$", "${'a'.repeat(60)}b")`)}`,
  ],
  ['strings joined without end', model(`x = ${'"a" '.repeat(5000)}`)],
])('%s end within half a second', (_, text) => {
  evaluateText(head);
  const started = performance.now();
  evaluateText(text);
  expect(performance.now() - started).toBeLessThan(500);
});

test.each([
  ['a loop without end', model('while True: pass'), /limited/],
  ['a loop over a billion numbers', model('for i in range(10**9): self.x = i'), /limited/],
  ['a list of a billion layers', model('self.l = nn.ModuleList([nn.Linear(1, 1) for _ in range(10**9)])'), /limited/],
  ['a function that calls itself', model('f = lambda n: f(n + 1)\n        f(0)'), /limited|RecursionError|recursion/i],
  [
    'a function that calls itself until something that is not known',
    model(
      'import z\n        def f(n):\n            if z.more(n):\n                return f(n - 1)\n            return n\n        self.l = nn.Linear(f(9), 3)',
    ),
    /inside of itself/,
  ],
  ['a module that holds a new one of its kind', model('self.inner = Net()'), /limited|RecursionError|recursion/i],
  ['a forward that calls itself', model('pass', 'return self.forward(x)'), /limited|RecursionError|recursion/i],
])('%s ends with a message', (_, text, message) => {
  const started = performance.now();
  const { problems, networks } = evaluateText(text);
  expect(performance.now() - started).toBeLessThan(5_000);
  const told = [
    ...problems.map((problem) => problem.message),
    ...networks.flatMap((network) => network.unknown.map(({ reason }) => reason)),
  ];
  expect(told.join('\n')).toMatch(message);
});

test('a huge number, string or list costs no memory', () => {
  for (const expression of [
    '10 ** 10 ** 10',
    "'a' * 10 ** 9",
    '[0] * 10 ** 9',
    'list(range(10 ** 9))',
    '2 ** 0.5 ** -1000',
    '1 << 10 ** 9',
    "'%999999999d' % 1",
    "f'{1:999999999}'",
  ]) {
    const started = performance.now();
    const { networks } = evaluateText(model(`self.big = ${expression}`));
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(networks.length).toBeLessThanOrEqual(1);
  }
});

test('a module that holds itself is walked once', () => {
  const { networks } = evaluateText(
    model('self.me = self\n        self.list = nn.ModuleList([self.fc])\n        self.list.append(self)'),
  );
  expect(networks.flatMap((network) => network.layers.map((layer) => layer.path))).toEqual(['fc']);
});

test('one broken model does not cost the others of its file', () => {
  const { networks } = evaluateText(
    `${model('raise RuntimeError("not here")')}\nclass Good(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 5)\n    def forward(self, x):\n        return torch.relu(self.fc(x))\n`,
  );
  expect(
    networks.find((network) => network.name === 'Good')?.layers.map((layer) => [layer.path, layer.fanIn, layer.fanOut]),
  ).toEqual([['fc', 3, 5]]);
});

test('an evaluation that is cancelled ends at once', () => {
  let asked = 0;
  const started = performance.now();
  evaluateText(model('for i in range(1000):\n            for j in range(1000): pass'), { cancelled: () => ++asked > 0 });
  expect(performance.now() - started).toBeLessThan(500);
  expect(asked).toBeGreaterThan(0);
});

test('a file without a model has none', () => {
  for (const text of [
    '',
    '# torch\n',
    'import torch\nprint(torch.__version__)\n',
    'import numpy as np\nclass Net:\n    pass\n',
    `${head}def loss(x):\n    return x.mean()\n`,
  ])
    expect(evaluateText(text).networks).toEqual([]);
});

test('a file of very many models says which are left out', () => {
  const classes = Array.from({ length: 70 }, (_, i) => model('pass').slice(head.length).replace('Net', `Net${i}`));
  const { networks, problems } = evaluateText(head + classes.join('\n'));
  expect(networks.length).toBe(60);
  expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(/only the first 60 models/)]);
});

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Analyzer } from '../../language-server/analysis/analyzer.js';
import { Memory } from '../../language-server/analysis/memory.js';
import { placeOf } from '../../language-server/analysis/places.js';
import { WorkspaceModules } from '../../language-server/analysis/workspace-modules.js';
import type { FileReport } from '../../language-server/protocol.js';
import { defaultSettings } from '../../language-server/settings.js';
import type { PythonParser } from '../../language-server/source/parser.js';
import type { SyntaxTree } from '../../language-server/source/syntax-tree.js';
import { loadParser } from '../python-parser.js';

let parser: PythonParser;
let analyzer: Analyzer;
beforeAll(async () => {
  parser = await loadParser();
  analyzer = new Analyzer(parser);
});

/** Without the memory that only the next edit of a tree needs. */
function parse(text: string): SyntaxTree {
  using tree = parser.parse(text);
  return tree;
}

/** Byte for byte, but where a slow machine has ended one of them before it was done. */
function expectSame(report: FileReport, scratch: FileReport, text: string): void {
  const late = ({ problems, models }: FileReport) => JSON.stringify([problems, models]).includes('it took longer than');
  if (!late(report) && !late(scratch)) expect(JSON.stringify(report), text).toBe(JSON.stringify(scratch));
}

const file = '/project/model.py';

const sources = ['../../examples/', '../fixtures/evaluator/', '../rules/'].flatMap((folder) => {
  const path = fileURLToPath(new URL(folder, import.meta.url));
  return readdirSync(path)
    .filter((name) => name.endsWith('.py'))
    .map((name) => readFileSync(`${path}${name}`, 'utf8'))
    .filter((text) => text.length < 5_000);
});

/** One change of a text: what it does is chosen by numbers in [0, 1). */
interface Edit {
  readonly kind: string;
  readonly at: number;
  readonly what: number;
}

const pick = <T>(items: readonly T[], at: number): T => items[Math.min(items.length - 1, Math.floor(at * items.length))]!;

/** Changes of lines. A line of code gets the indentation of its neighbour. */
const edits: Readonly<Record<string, (line: string, what: number) => readonly string[]>> = {
  'comment above': (line) => [`${indentation(line)}# a thought`, line],
  'comment behind': (line) => [`${line}  # so`],
  'blank line': (line) => ['', line],
  'suppression above': (line) => [`${indentation(line)}# meanfield: ignore`, line],
  'input above': (line) => ['# meanfield: input(4, 3, 32, 32)', line],
  'drop comment': (line) => [line.replace(/#.*/, '')],
  'drop line': () => [],
  'double line': (line) => [line, line],
  'indent line': (line) => [` ${line}`],
  'other number': (line, what) => [line.replace(/\d+/, pick(['0', '3', '64', '1000'], what))],
  'other word': (line, what) => [line.replace(/[A-Za-z_]\w*/, pick(['relu', 'self', 'Tanh', 'return', 'x'], what))],
  'letter inside': (line, what) => [`${line.slice(0, what * line.length)}a${line.slice(what * line.length)}`],
  'statement above': (line, what) => [
    `${indentation(line)}${pick(['pass', 'x = 1', 'return 3', 'def init_weights(m): m.weight.data.normal_()', 'yield x'], what)}`,
    line,
  ],
  'documentation above': (line) => [`${indentation(line)}"""What this is\n  about."""`, line],
  'documentation changed': (line) => [line.replace(/"""/, '"""More. ')],
};

const appended = [
  '\ndef train(steps):\n    for step in range(steps):\n        loss = 2 * step\n    return loss\n',
  '\nclass Data:\n    def __getitem__(self, i):\n        return i\n',
  '\n# meanfield: Net()\n',
  '\ndef try_out(model):\n    model(torch.randn(2, 3, 24, 24))\n',
  '\n# meanfield: input(2, 3, 16, 16)\n',
  '\ndef init_weights(module):\n    module.weight.data.fill_(1)\n',
  "\nif __name__ == '__main__':\n    print(1)\n",
];

function apply(text: string, { kind, at, what }: Edit): string {
  if (kind === 'append') return text + pick(appended, what);
  const lines = text.split('\n');
  const index = Math.floor(at * lines.length);
  return [...lines.slice(0, index), ...edits[kind]!(lines[index]!, what), ...lines.slice(index + 1)].join('\n');
}

function indentation(line: string): string {
  return /^\s*/.exec(line)![0];
}

const unit = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const edit = fc.record({
  kind: fc.constantFrom('append', 'append', ...Object.keys(edits)),
  at: unit,
  what: unit,
});

/** More and others for whoever changes what is kept. */
const runs = Number(process.env.MEANFIELD_MEMORY_RUNS ?? 20);
const seed = Number(process.env.MEANFIELD_MEMORY_SEED ?? 1);

test('with the memory of the text before, the report is the one from scratch', { timeout: 3_600_000 }, () => {
  const count = { all: 0, kept: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 8 }), (source, changes) => {
      const memory = new Memory();
      let text = source;
      analyzer.analyze(parse(text), { file, memory });
      for (const change of changes) {
        text = apply(text, change);
        const before = memory.reused;
        const report = analyzer.analyze(parse(text), { file, memory });
        count.all++;
        if (memory.reused > before) count.kept++;
        expectSame(report, analyzer.analyzeText(text, { file }), text);
      }
    }),
    { numRuns: runs, seed },
  );
  expect(count.kept / count.all).toBeGreaterThan(0.2);
});

const importing = `import torch.nn as nn
from blocks import Block, sizes
import blocks

class Net(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.layers = nn.ModuleList([Block(width) for _ in sizes])
        sizes.append(3)

    def forward(self, x):
        for layer in self.layers:
            x = blocks.apply(layer, x)
        return x

class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Linear(8, 8) for _ in sizes])

    def forward(self, x):
        return self.layers(x)
`;
const imported = `import torch.nn as nn

sizes = [1, 2, 3]

class Block(nn.Module):
    """A layer."""
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)
        nn.init.normal_(self.fc.weight, std=0.2)

    def forward(self, x):
        return self.fc(x).tanh()

def apply(layer, x):
    return layer(x)
`;

test('with the memory of the text before, the report is the one from scratch when imported files change', () => {
  const turn = fc.tuple(fc.boolean(), edit);
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 8 }), (turns) => {
      const texts = { 'model.py': importing, 'blocks.py': imported };
      const placeIn = (name: string) => placeOf(`file:///project/${name}`);
      const open = {
        treeAt: (place: string) => (place === placeIn('blocks.py') ? parse(texts['blocks.py']) : null),
        isOpen: (place: string) => place === placeIn('blocks.py'),
        folders: [placeIn('').slice(0, -1)],
      };
      const together = new Analyzer(parser, new WorkspaceModules(parser, open));
      const options = { file: 'file:///project/model.py' };
      const memory = new Memory();
      for (const [own, change] of turns) {
        const name = own ? 'model.py' : 'blocks.py';
        texts[name] = apply(texts[name], change);
        const report = together.analyze(parse(texts['model.py']), { ...options, memory });
        const scratch = together.analyzeText(texts['model.py'], options);
        expectSame(report, scratch, `${texts['model.py']}\n${texts['blocks.py']}`);
      }
    }),
    { numRuns: Math.ceil(runs / 2), seed },
  );
});

const model = `import torch
from torch import nn

def width():
    # as in the paper
    return 64

def depth(n):
    return n

class Net(nn.Module):
    """Eight layers."""
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Sequential(nn.Linear(width(), width()), nn.Tanh()) for _ in range(depth(8))])

    def forward(self, x):
        return self.layers(x)

    def init_weights(self):
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight)

class Data:
    def __getitem__(self, i):
        return i

def train(steps=3):
    net = Net()
    for step in range(steps):
        net(torch.zeros(1, 64)).sum().backward()
    return net
`;

test.each([
  ['kept', 'a comment', 'as in the paper', 'as they say'],
  ['kept', 'documentation', 'Eight layers.', 'Some\n    layers.'],
  ['kept', 'a method that nobody calls', 'return i\n', 'return 2 * i\n'],
  ['kept', 'a blank line', 'class Data', '\nclass Data'],
  ['anew', 'what a helper returns', 'return 64', 'return 32'],
  ['anew', 'what a helper does', 'return n\n', 'return 2 * n\n'],
  ['anew', 'a factory', 'sum()', 'mean()'],
  ['anew', 'an initializer that nobody calls', 'normal_(', 'xavier_normal_('],
  ['anew', 'a mention of an initializer', 'return i\n', 'return i.init_weights()\n'],
  ['anew', 'code of the module', 'def depth', 'size = 3\n\ndef depth'],
  ['anew', 'a class', 'class Data', 'class Data(nn.Module)'],
  ['anew', 'a hint', 'class Data', '# meanfield: Net()\nclass Data'],
  ['anew', 'a declared input', 'class Data', '# meanfield: input(4, 64)\nclass Data'],
  ['anew', 'the only image', 'torch.zeros(1, 64)', 'torch.zeros(1, 3, 8, 8)'],
  ['kept', 'a suppression', '    """Eight', '    # meanfield: ignore\n    """Eight'],
])('evaluated: %s after a change of %s', (expected, _, from, to) => {
  const memory = new Memory();
  const text = model.replace(from, to);
  expect(text).not.toBe(model);
  analyzer.analyze(parse(model), { file, memory });
  const report = analyzer.analyze(parse(text), { file, memory });
  expectSame(report, analyzer.analyzeText(text, { file }), text);
  expect(memory.reused).toBe(expected === 'kept' ? 1 : 0);
});

test.each([
  ['what a declared input holds for', '# meanfield: input(4, 64)\nclass Net', 'class Net'],
  [
    'the only image in code that does not run',
    'def show():\n    torch.zeros(1, 3, 8, 8)\n\nclass Net',
    'def show():\n    torch.zeros(1, 3, 9, 9)\n\nclass Net',
  ],
  [
    'where a declared input stands',
    '# meanfield: input(4, 64)\nclass Net',
    'class Net',
    'class Data',
    '# meanfield: input(4, 64)\nclass Data',
  ],
])('%s is seen', (_, before, after, ...more) => {
  const [below = '', moved = ''] = more;
  const memory = new Memory();
  // Without a function that makes the model and calls it.
  const alone = model.slice(0, model.indexOf('def train'));
  const texts = [alone.replace('class Net', before), alone.replace('class Net', after).replace(below, moved)];
  for (const text of texts)
    expectSame(analyzer.analyze(parse(text), { file, memory }), analyzer.analyzeText(text, { file }), text);
  expect(memory.reused).toBe(0);
});

test('another input that the user sets is seen', () => {
  const memory = new Memory();
  for (const inputShape of [null, [4, 64], [8, 64]]) {
    const options = { file, settings: { ...defaultSettings, inputShape } };
    expectSame(analyzer.analyze(parse(model), { ...options, memory }), analyzer.analyzeText(model, options), model);
  }
  expect(memory.reused).toBe(0);
});

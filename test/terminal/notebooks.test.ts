import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Report } from '../../language-server/protocol.js';
import { schemaErrors } from './report-schema.js';
import { temporaryTree } from './temporary-tree.js';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

function run(directory: string, ...args: string[]) {
  const { NO_COLOR: _n, FORCE_COLOR: _f, COLUMNS: _c, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'analyze', ...args], {
    cwd: directory,
    encoding: 'utf8',
    env,
  });
  return { code: status, stdout, stderr };
}

const code = (source: string, outputs: object[] = []) => ({
  cell_type: 'code',
  metadata: {},
  execution_count: null,
  outputs,
  source: source.split(/(?<=\n)/),
});
const markdown = (source: string) => ({ cell_type: 'markdown', metadata: {}, source });
const notebook = (cells: object[]) =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { language: 'python' } }, cells }, null, 1);

/** Twenty layers at PyTorch's default under ReLU, spread over cells: gradients vanish. The outputs say things that look like code. */
const deep = notebook([
  markdown('# Class Fake(nn.Module)'),
  code('%pip install torch\nimport torch.nn as nn\n!nvidia-smi', [
    { output_type: 'stream', text: ['class Fake(nn.Module): pass\n', 'x'.repeat(2 ** 20)] },
  ]),
  code(
    'class Block(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n        self.fc = nn.Linear(width, width)\n',
  ),
  code('%%bash\necho (\n'),
  code('Block?'),
  code(
    'class Block(Block):\n    def forward(self, x):\n        return nn.functional.relu(self.fc(x))\n\n' +
      'def init(m):\n    if isinstance(m, nn.Linear):\n        nn.init.normal_(m.weight, std=0.01)\n',
  ),
  markdown('A network of them.'),
  code('# The network\n%time net = nn.Sequential(*[Block(256) for _ in range(20)])\nnet.apply(init)'),
]);

test('the code cells of a notebook are one program, and each place is in its cell', () => {
  const { code: exit, stdout, stderr } = run(temporaryTree({ 'a.ipynb': deep }), 'a.ipynb', '--format', 'json');
  expect({ exit, stderr }).toEqual({ exit: 1, stderr: '' });
  const report = JSON.parse(stdout) as Report;
  expect(schemaErrors(report)).toEqual([]);
  const [file] = report.files;
  expect(file).toMatchObject({ file: 'a.ipynb', problems: [] });
  expect(file!.models.map(({ name, range }) => [name, range.cell, range.start])).toEqual([
    ['net', 5, { line: 1, character: '%time '.length }],
  ]);
  const [model] = file!.models;
  expect(model!.layers).toHaveLength(20);
  expect(model!.layers[3]!.range).toMatchObject({ cell: 1, start: { line: 3, character: 18 } });
  expect(model!.layers[3]!.weight).toMatchObject({ sourceRange: { cell: 4, start: { line: 6 } } });
  expect(model!.layers[3]!.weight!.source).toMatch(/\(cell 5, line 7\)$/);
  expect(model!.findings.map(({ rule }) => rule)).toContain('vanishing-gradient');
});

test('people read the cell and the line in it', () => {
  const { code: exit, stdout } = run(temporaryTree({ 'a.ipynb': deep }), 'a.ipynb');
  expect(exit).toBe(1);
  expect(stdout).toMatch(/^net .*a\.ipynb\[cell 6\]:2\n/);
  expect(stdout).toMatch(/vanishing-gradient a\.ipynb\[cell 6\]:2:7\n/);
  expect(stdout).not.toContain('Fake');
});

test('directories are searched for notebooks, and what checkpoints keep is left out', () => {
  const root = temporaryTree({ 'sub/a.ipynb': deep, '.ipynb_checkpoints/a-checkpoint.ipynb': deep, 'b.py': '' });
  const { stdout } = run(root, '.', '--format', 'json', '--exit-zero');
  expect((JSON.parse(stdout) as Report).files.map(({ file }) => file)).toEqual(['b.py', 'sub/a.ipynb']);
});

test('a notebook imports the modules beside it', () => {
  const root = temporaryTree({
    'a.ipynb': notebook([code('from blocks import Net\nimport torch'), code('net = Net()')]),
    'blocks.py':
      'import torch.nn as nn\nclass Net(nn.Sequential):\n    def __init__(self):\n        super().__init__(nn.Linear(8, 8), nn.ReLU())\n',
  });
  const { stdout } = run(root, 'a.ipynb', '--format', 'json');
  expect((JSON.parse(stdout) as Report).files[0]!.models[0]!.layers).toMatchObject([{ kind: 'Linear', fanIn: 8 }]);
});

test.each([
  ['no JSON', '{"cells": [', 'the notebook is not valid JSON'],
  ['JSON of something else', '{"a": 1}', 'the file has no list of cells'],
])('%s is a problem of that file and no error', (_title, text, message) => {
  const { code: exit, stdout, stderr } = run(temporaryTree({ 'a.ipynb': text }), 'a.ipynb');
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  expect(stdout).toContain(`a.ipynb:1:1 not analysed as it stands\n  Not analysed: ${message}`);
});

test('a half-typed cell costs itself and not the cells behind it', () => {
  const cells = [
    code('import torch.nn as nn'),
    code('broken = nn.Linear('),
    code('net = nn.Sequential(nn.Linear(8, 8), nn.ReLU())'),
  ];
  const { stdout } = run(temporaryTree({ 'a.ipynb': notebook(cells) }), 'a.ipynb', '--format', 'json');
  expect((JSON.parse(stdout) as Report).files[0]!.models).toMatchObject([
    { name: 'net', range: { cell: 2, start: { line: 0 } } },
  ]);
});

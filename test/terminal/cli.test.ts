import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../language-server/protocol.js';
import { schemaErrors } from './report-schema.js';
import { temporaryTree } from './temporary-tree.js';

// The command line as users start it: built by `npm run build`, which `npm test` runs first.
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
if (!existsSync(cli)) throw new Error('dist/cli.js is missing: run `npm run build` first');

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(directory: string, args: string[], options: { input?: string; env?: Record<string, string> } = {}): Run {
  const { NO_COLOR: _n, FORCE_COLOR: _f, COLUMNS: _c, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: directory,
    encoding: 'utf8',
    input: options.input ?? '',
    env: { ...environment, ...options.env },
  });
  return { code: status, stdout, stderr };
}

const json = (text: string): Report => JSON.parse(text) as Report;

/** Twenty ReLU layers at PyTorch's defaults: σ_w² = 1/3, χ₁ = 1/6, a squared gradient that shrinks by 6¹⁹. */
const deep = `import torch.nn as nn

class Deep(nn.Module):
    def __init__(self, width=256):
        super().__init__()
        layers = []
        for _ in range(20):
            layers += [nn.Linear(width, width), nn.ReLU()]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)
`;

const shallow = `import torch.nn as nn
model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
`;

test('several processes report what one does, in the same order', () => {
  const repository = fileURLToPath(new URL('../..', import.meta.url));
  const [one, three] = ['1', '3'].map((jobs) =>
    run(repository, ['analyze', 'examples', 'test/rules', '--quiet', '--jobs', jobs]),
  );
  expect(one!.stdout).toMatch(/ findings in \d\d+ files\n$/);
  expect(three).toEqual(one);
}, 120_000);

describe('exit codes', () => {
  test('0 where there is nothing to find', () => {
    const { code, stdout, stderr } = run(temporaryTree({ 'a.py': 'print(1)\n', 'b.py': '' }), ['analyze', '.']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'No PyTorch models found in 2 files\n', stderr: '' });
  });
  test('0 for a model that can be trained as initialized', () => {
    const { code, stdout } = run(temporaryTree({ 'a.py': shallow }), ['analyze', 'a.py']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^model.* a\.py:2\n/);
  });
  test('1 with a warning', () => {
    const { code, stdout } = run(temporaryTree({ 'a.py': deep }), ['analyze', 'a.py']);
    expect(code).toBe(1);
    expect(stdout).toContain('vanishing-gradient');
  });
  test('0 with a warning where that was asked for', () => {
    expect(run(temporaryTree({ 'a.py': deep }), ['analyze', 'a.py', '--exit-zero']).code).toBe(0);
  });
  test.each([[[]], [['analyse']], [['analyze', '--format', 'yaml']]])('2 for wrong usage: %j', (args) => {
    const { code, stdout, stderr } = run(temporaryTree({}), args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^meanfield: .*\nTry 'meanfield --help'\.\n$/);
  });
  test('2 for a named file that is not there, after the others were analysed', () => {
    const { code, stdout, stderr } = run(temporaryTree({ 'a.py': shallow }), ['analyze', 'missing.py', 'a.py']);
    expect(code).toBe(2);
    expect(stdout).toContain('1 model, 0 findings in 1 file');
    expect(stderr).toBe('meanfield: missing.py: no such file or directory\n');
  });
});

test('imports lead into the working directory and into directories that are named', () => {
  const files = {
    'layers.py': 'from torch import nn\ndef head(width):\n    return nn.Linear(width, 10)\n',
    'models/__init__.py': '',
    'models/net.py':
      'from torch import nn\nfrom layers import head\nmodel = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), head(128))\n',
  };
  const root = temporaryTree(files);
  for (const [directory, path] of [
    [root, 'models/net.py'],
    [`${root}/models`, '..'],
  ] as const) {
    const [report] = JSON.parse(run(directory, ['analyze', path, '--format', 'json']).stdout).files.flatMap(
      ({ models }: { models: unknown[] }) => models,
    );
    expect(report.layers.map(({ path }: { path: string }) => path)).toEqual(['0', '2']);
  }
});

test('--help and --version go to standard output', () => {
  const root = temporaryTree({});
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(run(root, ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  const { code, stdout } = run(root, ['analyze', '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^meanfield tells .*Exit codes/s);
});

describe('JSON', () => {
  test('is the report of every file, as the schema has it', () => {
    const { code, stdout, stderr } = run(temporaryTree({ 'a.py': deep, 'b/c.py': shallow, 'd.py': '' }), [
      'analyze',
      '.',
      '--format',
      'json',
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const report = json(stdout);
    expect(schemaErrors(report)).toEqual([]);
    expect(report.files.map(({ file, models }) => [file, models.map(({ name }) => name)])).toEqual([
      ['a.py', ['Deep']],
      ['b/c.py', ['model']],
      ['d.py', []],
    ]);
  });
  test('has the numbers of the theory', () => {
    const { stdout } = run(temporaryTree({ 'a.py': deep }), ['analyze', 'a.py', '--format', 'json']);
    const model = json(stdout).files[0]!.models[0]!;
    expect(model.layers).toHaveLength(20);
    expect(model.layers[7]).toMatchObject({ path: 'layers.14', kind: 'Linear', fanIn: 256, activation: 'relu' });
    expect(model.layers[7]!.weight!.sigmaW2).toBeCloseTo(1 / 3, 12);
    expect(model.layers[7]!.local!.chi1).toBeCloseTo(1 / 6, 12);
    expect(model.summary).toMatchObject({ phase: 'ordered', depth: 20, mode: 'train' });
  });
  test('follows evaluation mode where that was asked for', () => {
    const { stdout } = run(temporaryTree({ 'a.py': deep }), ['analyze', 'a.py', '--format', 'json', '--mode', 'eval']);
    expect(json(stdout).files[0]!.models[0]!.summary.mode).toBe('eval');
  });
  test('is JSON also where there are no files', () => {
    const { code, stdout } = run(temporaryTree({}), ['analyze', '--format', 'json']);
    expect(code).toBe(0);
    expect(schemaErrors(json(stdout))).toEqual([]);
    expect(json(stdout).files).toEqual([]);
  });
});

test('the same input gives the same output, byte by byte', () => {
  const root = temporaryTree({ 'a.py': deep, 'b.py': shallow, 'c/a.py': deep });
  for (const format of ['pretty', 'json']) {
    const first = run(root, ['analyze', '.', '--format', format]);
    expect(run(root, ['analyze', 'c', 'b.py', '.', '--format', format])).toEqual(first);
  }
});

test('standard input is analysed as a file', () => {
  const { code, stdout } = run(temporaryTree({}), ['analyze', '-'], { input: deep });
  expect(code).toBe(1);
  expect(stdout).toContain('<stdin>:3');
});

test('a path outside of the working directory is told relative to it', () => {
  const root = temporaryTree({ 'nets/a.py': shallow, 'work/x.txt': '' });
  const { stdout } = run(join(root, 'work'), ['analyze', '../nets', '--format', 'json']);
  expect(json(stdout).files.map(({ file }) => file)).toEqual(['../nets/a.py']);
});

describe('simulate', () => {
  test('prints what the theory expects beside what drawn networks do, and the same for the same seed', () => {
    const files = { 'a.py': deep };
    const [one, two] = [1, 2].map(() => run(temporaryTree(files), ['simulate', 'a.py', '-n', '3', '--seed', '5'])) as [Run, Run];
    expect(one).toEqual({ ...two, stderr: '', code: 0 });
    expect(one.stdout).toMatch(/^Deep: 3 draws at its own width/);
    expect(one.stdout).toMatch(/layers\.0 +Linear +0\.33\d* +0\.3\d* ×\/÷ 1\.\d+ +\d\.\d·10⁻¹⁶/);
    expect(one.stdout.split('\n').filter((line) => line.includes('Linear'))).toHaveLength(20);
  });
  test('takes one file and numbers that make sense', () => {
    for (const args of [[], ['a.py', 'b.py'], ['a.py', '-n', '1'], ['a.py', '--draws', 'x'], ['a.py', '--seed', '1.5']])
      expect(run(temporaryTree({ 'a.py': deep }), ['simulate', ...args]).code).toBe(2);
    expect(run(temporaryTree({}), ['simulate', 'missing.py']).code).toBe(2);
  });
});

describe('colour', () => {
  test('is left out where no terminal reads along', () => {
    const { stdout } = run(temporaryTree({ 'a.py': deep }), ['analyze', 'a.py']);
    expect(stdout).toContain('▼ ordered');
    expect(stdout).not.toContain('\u001b');
  });
  test('can be forced by the environment and taken back by an option', () => {
    const root = temporaryTree({ 'a.py': deep });
    const env = { FORCE_COLOR: '1' };
    expect(run(root, ['analyze', 'a.py'], { env }).stdout).toContain('\u001b[');
    expect(run(root, ['analyze', 'a.py', '--no-color'], { env }).stdout).not.toContain('\u001b');
  });
});

describe('files that are no tidy Python', () => {
  const oneMegabyte = `import torch\nx = [\n${'    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,\n'.repeat(28_000)}]\n${deep}`;
  test.each([
    ['empty', ''],
    ['only a byte order mark', '\ufeff'],
    ['half-typed', deep.slice(0, deep.indexOf('range(') + 6)],
    ['one megabyte', oneMegabyte],
    ['deeply nested', `import torch\nx = ${'('.repeat(100_000)}`],
    ['deeply nested and closed', `import torch.nn as nn\nx = ${'nn.Sequential('.repeat(5_000)}${')'.repeat(5_000)}\n`],
    ['odd line separators', 'import torch\nx = "\u2028\u0085\f"\r\r\n'],
  ])('%s text gives a report', (_title, text) => {
    const { code, stdout, stderr } = run(temporaryTree({ 'a.py': text }), ['analyze', 'a.py', '--format', 'json']);
    expect({ code, stderr }).toEqual({ code: expect.toSatisfy((value) => value === 0 || value === 1), stderr: '' });
    expect(schemaErrors(json(stdout))).toEqual([]);
  });
  test('a binary file is told to be one', () => {
    const bytes = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3, 0xff, 0xfe]);
    const { code, stdout, stderr } = run(temporaryTree({ 'a.py': bytes }), ['analyze', 'a.py']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('This is not a text file');
  });
  test('bytes that are not UTF-8 do not hide the models beside them', () => {
    const latin1 = Buffer.concat([Buffer.from('# caf'), Buffer.from([0xe9]), Buffer.from(`\n${deep}`)]);
    expect(run(temporaryTree({ 'a.py': latin1 }), ['analyze', 'a.py']).stdout).toContain('1 model');
  });
  test('Windows line ends change nothing but positions', () => {
    const models = (text: string) =>
      json(run(temporaryTree({ 'a.py': text }), ['analyze', 'a.py', '--format', 'json']).stdout).files[0]!.models;
    const numbers = models(deep).map(({ summary }) => summary.chi1);
    expect(numbers).toEqual([expect.any(Number)]);
    expect(models(deep.replaceAll('\n', '\r\n')).map(({ summary }) => summary.chi1)).toEqual(numbers);
  });
  // Root may read everything.
  test.skipIf(process.getuid?.() === 0)('a file that may not be read is told, and fails the run only if it was named', () => {
    const root = temporaryTree({ 'a.py': deep, 'b.py': shallow });
    chmodSync(join(root, 'a.py'), 0o000);
    expect(run(root, ['analyze', '.'])).toMatchObject({ code: 0, stderr: 'meanfield: a.py: permission denied\n' });
    expect(run(root, ['analyze', 'a.py']).code).toBe(2);
  });
  test('a directory called like a Python file is searched', () => {
    const root = temporaryTree({ 'a.py/model.py': shallow });
    mkdirSync(join(root, 'b.py'));
    expect(run(root, ['analyze', '.']).stdout).toContain('1 model, 0 findings in 1 file');
  });
});

test('a reader that stops early ends the run in silence', async () => {
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}.py`, deep]));
  const child = spawn(process.execPath, [cli, 'analyze', '--format', 'json'], { cwd: temporaryTree(files) });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((done) => child.once('close', done));
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

test.skipIf(process.platform === 'win32')('an interrupt ends the run with 130', async () => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}.py`, deep]));
  const child = spawn(process.execPath, [cli, 'analyze'], { cwd: temporaryTree(files) });
  child.stdout.once('data', () => child.kill('SIGINT'));
  child.stdout.resume();
  const code = await new Promise((done) => child.once('close', done));
  expect(code).toBe(130);
});

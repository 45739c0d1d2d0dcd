// Measures what users wait for, over real files and through the real processes, each against a named peer of the same run.
// It reports and never fails. `npm run bench -- [FILE…]` adds files; MEANFIELD_BENCH_PYTHON names a Python that has torch.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli, startClient } from './language-client.mjs';
import { findPython, packageFolder, runPython, timePython } from './python-peer.mjs';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const plainCnn = join(examples, 'plain-deep-cnn.py');
const python = findPython();
const torchvision = python && packageFolder(python, 'torchvision');
const vgg = torchvision && join(torchvision, 'models', 'vgg.py');
const files = [plainCnn, join(examples, 'tanh-mlp.py'), vgg, ...process.argv.slice(2).map((path) => resolve(path))].filter(
  (path) => path && existsSync(path),
);

/** Typed at the start of the first constructor, a character at a time, and deleted again. */
const typed = '        self.extra = nn.Linear(128, 64)';

/** Executes a file as a module and builds its first model. */
const execute = `exec(source, scope := {'__name__': 'bench'}); scope[${JSON.stringify(modelOf(plainCnn))}]()`;
const buildCode = `import torch\nsource = open(${JSON.stringify(plainCnn)}).read()\n${execute}`;

/** Ten thousand convolutions that a loop makes, the deepest network that a paper trained: Xiao et al. 2018, arXiv:1806.05393. */
const deep = `from torch import nn


class Deep(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        layers = [nn.Conv2d(3, width, 3, padding=1), nn.Tanh()]
        for _ in range(9999):
            layers += [nn.Conv2d(width, width, 3, padding=1), nn.Tanh()]
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)
`;

const deepCode = "exec(source, scope := {'__name__': 'bench'}); scope['Deep']()";

const [load = 0] = loadavg();
console.log(
  `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, load ${load.toFixed(1)}`,
);
if (load > cpus().length / 2)
  console.log('The machine is busy with other work: times of both sides are longer than they would be alone.');
console.log(python ? `peer: ${python} with torch` : 'peer: none, since no python3 on the PATH can import torch');
console.log();

const rows = [...(await startRows()), ...(await editingRows()), ...(await deepRows()), ...directoryRows()];
printTable(rows);

/** Process start to first diagnostics, against Python's start to a built model. */
async function startRows() {
  const times = await repeat(7, async () => {
    const start = performance.now();
    const client = await startClient();
    await client.open(plainCnn);
    const time = performance.now() - start;
    await client.stop();
    return time;
  });
  const importing = python && runPython(python, 'import torch.nn');
  const building = python && runPython(python, buildCode);
  return [
    row(
      'start to first diagnostics, plain-deep-cnn.py',
      times,
      'ms',
      { bar: 700, of: 'p50' },
      importing && ['python -c "import torch.nn"', importing.milliseconds],
    ),
    row('  the same', times, 'ms', null, building && ['python, building that model', building.milliseconds]),
  ];
}

/** Edit to diagnostics, hover and memory, one server for all files as in an editor. */
async function editingRows() {
  const client = await startClient();
  const result = [];
  const hovers = [];
  for (const path of files) {
    const document = await client.open(path);
    const before = processorMilliseconds(client.child.pid);
    const times = await typeAndDelete(client, document);
    const spent = (processorMilliseconds(client.child.pid) - before) / times.length;
    const peer = python && rebuilding(path);
    const size = `${document.text.split('\n').length} lines`;
    result.push(row(`edit to diagnostics, ${basename(path)} (${size})`, times, 'ms', { bar: 50, of: 'p95' }, peer));
    if (spent > 0) result.push(row('  processor time of the server per edit', [spent], 'ms', null, null));
    hovers.push(...(await hoverTimes(client, document)));
  }
  result.push(row('hover over a layer', hovers, 'ms', { bar: 10, of: 'p95' }, null));
  const peak = peakMegabytes(client.child.pid);
  const built = python && runPython(python, buildCode);
  if (peak)
    result.push(
      row(
        'peak memory of the server',
        [peak],
        'MB',
        { bar: 150, of: 'p95' },
        built && ['python, building plain-deep-cnn', built.megabytes],
      ),
    );
  await client.stop();
  return result;
}

async function typeAndDelete(client, document) {
  const times = [];
  const line = startOfConstructor(document.text);
  const edit = async (from, to, text) => {
    const start = performance.now();
    await client.edit(document, { start: { line, character: from }, end: { line, character: to } }, text);
    times.push(performance.now() - start);
  };
  await client.edit(document, { start: { line, character: 0 }, end: { line, character: 0 } }, '\n');
  for (let round = 0; round < 3; round++) {
    for (let column = 0; column < typed.length; column++) await edit(column, column, typed[column]);
    for (let column = typed.length; column > 0; column--) await edit(column - 1, column, '');
  }
  return times;
}

/** Diagnostics of that network after an edit that changes all of it, and after one that changes nothing of it. */
async function deepRows() {
  const folder = mkdtempSync(join(tmpdir(), 'meanfield-bench-'));
  const path = join(folder, 'deep.py');
  writeFileSync(path, deep);
  const client = await startClient();
  const document = await client.open(path);
  const line = deep.split('\n').findIndex((text) => text.includes('width=64'));
  const start = deep.split('\n')[line].indexOf('64');
  const timed = async (range, text) => {
    const begun = performance.now();
    await client.edit(document, range, text);
    return performance.now() - begun;
  };
  const widths = ['32', '64', '32', '64', '32', '64', '32'];
  const last = { line: deep.split('\n').length - 1, character: 0 };
  const [changed, commented] = [[], []];
  for (const width of widths)
    changed.push(await timed({ start: { line, character: start }, end: { line, character: start + 2 } }, width));
  for (let round = 0; round < 9; round++) commented.push(await timed({ start: last, end: last }, '# note\n'));
  await client.stop();
  const times = python && timePython(python, `import torch\nsource = ${JSON.stringify(deep)}`, deepCode, 3);
  rmSync(folder, { recursive: true });
  return [
    row(
      'edit to diagnostics, 10 000 convolutions, all changed',
      changed,
      'ms',
      { bar: 100, of: 'p50' },
      times && ['running python, executing the file and building', percentile(times, 0.5)],
    ),
    row('  the same, a comment below them', commented, 'ms', { bar: 100, of: 'p50' }, null),
  ];
}

/** The line after the first statement `super().__init__()`. */
function startOfConstructor(text) {
  return text.split('\n').findIndex((line) => line.includes('super().__init__(')) + 1;
}

async function hoverTimes(client, { uri, text }) {
  const times = [];
  for (const [line, code] of text.split('\n').entries()) {
    const character = code.search(/\bnn\.(Linear|Conv2d)\(/);
    if (character < 0) continue;
    for (let round = 0; round < 20; round++) {
      const start = performance.now();
      const answer = await client.request('textDocument/hover', {
        textDocument: { uri },
        position: { line, character: character + 4 },
      });
      if (answer) times.push(performance.now() - start);
    }
  }
  return times;
}

/** Whole directories from the command line, start of the process included. */
function directoryRows() {
  const directories = [[examples, null], ...(torchvision ? [[join(torchvision, 'models'), 'import torchvision.models']] : [])];
  return directories.map(([directory, code]) => {
    const peer = code && runPython(python, code);
    let count = 0;
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      const { stdout } = spawnSync(process.execPath, [cli, 'analyze', directory, '--format', 'json'], {
        encoding: 'utf8',
        maxBuffer: 2 ** 30,
      });
      count = JSON.parse(stdout).files.length;
      return performance.now() - start;
    });
    const title = `meanfield analyze ${basename(join(directory, '..'))}/${basename(directory)} (${count} files)`;
    return row(title, times, 'ms', null, peer && [`python -c "${code}"`, peer.milliseconds]);
  });
}

function rebuilding(path) {
  const own = path.startsWith(examples);
  if (!own && path !== vgg) return null;
  const [setup, statement, title] = own
    ? [
        `import torch\nsource = open(${JSON.stringify(path)}).read()`,
        `exec(source, scope := {'__name__': 'bench'}); scope[${JSON.stringify(modelOf(path))}]()`,
        'running python, executing the file and building',
      ]
    : ['import torchvision.models', 'torchvision.models.vgg16()', 'running python, building vgg16'];
  const times = timePython(python, setup, statement, 7);
  return times && [title, percentile(times, 0.5)];
}

function modelOf(path) {
  return /^class (\w+)\(nn\.Module\)/m.exec(readFileSync(path, 'utf8'))[1];
}

/** Time on all cores, which other work on the machine does not lengthen as it does the wall clock; 0 where there is no /proc. */
function processorMilliseconds(pid) {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  const ticksPerSecond = 100;
  return ((user + system) / ticksPerSecond) * 1000;
}

function peakMegabytes(pid) {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
  return kilobytes ? Number(kilobytes) / 1024 : null;
}

async function repeat(count, measure) {
  const results = [];
  for (let run = 0; run < count; run++) results.push(await measure());
  return results;
}

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** The peer is compared with the median, which is kind to the peer where we have outliers and to us where it has. */
function row(title, values, unit, bar, peer) {
  if (values.length === 0) return [title, 'no answer'];
  const stats = { p50: percentile(values, 0.5), p95: percentile(values, 0.95), max: Math.max(...values) };
  const verdict = bar ? `${bar.of} ≤ ${bar.bar} ${unit} ${stats[bar.of] <= bar.bar ? 'held' : 'MISSED'}` : '';
  const compared = peer ? [`${show(peer[1])} ${unit}`, `×${show(peer[1] / stats.p50)}`, peer[0]] : ['', '', ''];
  return [title, ...[stats.p50, stats.p95, stats.max].map((value) => `${show(value)} ${unit}`), verdict, ...compared];
}

function show(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function printTable(lines) {
  const table = [['', 'p50', 'p95', 'max', 'bar', 'peer', 'ratio', ''], ...lines];
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => (line[column] ?? '').length)));
  for (const line of table) {
    console.log(
      line
        .map((cell, column) =>
          column === 0 || column === 7 || column === 4 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    );
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const folders = ['../fixtures/evaluator/', '../fixtures/propagation/', '../../examples/'];
const sources = folders.flatMap((folder) => {
  const path = fileURLToPath(new URL(folder, import.meta.url));
  return readdirSync(path)
    .filter((name) => name.endsWith('.py'))
    .map((name) => readFileSync(path + name, 'utf8'));
});

/** What a slip of the keyboard makes of a line: another number, another name, a place further in, a line too few or too many. */
const slip = fc.record({
  kind: fc.constantFrom('number', 'number', 'name', 'indent', 'drop', 'double', 'cut'),
  line: fc.nat(),
  at: fc.nat(),
  number: fc.constantFrom('0', '-1', '1', '0.5', '1e30', '999999999999', 'None', "'a'", '()', 'unknown'),
  name: fc.constantFrom('x', 'self', 'None', 'nn', 'F.relu', 'int', 'out'),
});
type Slip = Parameters<Parameters<typeof slip.map>[0]>[0];

function withSlips(source: string, slips: readonly Slip[]): string {
  const lines = source.split('\n');
  for (const { kind, line, at, number, name } of slips) {
    const i = line % lines.length;
    const text = lines[i]!;
    const replace = (pattern: RegExp, by: string) => {
      const found = [...text.matchAll(pattern)];
      const one = found[at % Math.max(1, found.length)];
      if (one) lines[i] = text.slice(0, one.index) + by + text.slice(one.index + one[0].length);
    };
    if (kind === 'number') replace(/\b\d+(\.\d+)?\b/g, number);
    else if (kind === 'name') replace(/\b[A-Za-z_]\w*\b/g, name);
    else if (kind === 'indent') lines[i] = `    ${text}`;
    else if (kind === 'drop') lines.splice(i, 1);
    else if (kind === 'double') lines.splice(i, 0, lines[at % lines.length]!);
    else lines[i] = text.slice(0, at % (text.length + 1));
  }
  return lines.join('\n');
}

/** A report of numbers that are numbers, and no excuse of our own. */
function survives(text: string): void {
  const report = analyzer.analyzeText(text, { file: 'model.py' });
  for (const { message } of report.problems) expect(message).not.toContain('internal error');
  JSON.stringify(report, (key, value) => {
    if (typeof value === 'number') expect(Number.isFinite(value), key).toBe(true);
    return value;
  });
}

test('no slip of the keyboard ends the analysis', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(slip, { minLength: 1, maxLength: 4 }), (source, slips) =>
      survives(withSlips(source, slips)),
    ),
    { numRuns: 120, seed: 1 },
  );
});

const head = 'import torch\nfrom torch import nn\n';
const model = (layers: string, call = '') =>
  `${head}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.net = nn.Sequential(${layers})\n    def forward(self, x):\n        return self.net(x)\n${call}`;

function reasonsOf(text: string): string {
  survives(text);
  const [only] = analyzer.analyzeText(text, { file: 'model.py' }).models;
  return JSON.stringify([only!.summary.unknown, only!.summary.assumptions]);
}

test.each([
  ['nn.Linear(64, 0), nn.ReLU(), nn.Linear(64, 64)', 'No layer that learns has out_features = 0'],
  ['nn.Linear(-1, 64), nn.ReLU(), nn.Linear(64, 64)', 'No layer that learns has in_features = -1'],
  ['nn.Linear(0.5, 64), nn.ReLU(), nn.Linear(64, 64)', 'No layer that learns has in_features = 0.5'],
  ['nn.Conv2d(3, 8, (3, 0)), nn.ReLU(), nn.Conv2d(8, 8, 3)', 'No layer that learns has kernel_size'],
  ['nn.Conv1d(3, 8, 99999999), nn.ReLU(), nn.Conv1d(8, 8, 3)', 'Maps and windows of this size are not followed.'],
  ['nn.Conv2d(3, 8, 3), nn.Upsample(scale_factor=10**9), nn.Conv2d(8, 8, 3)', 'Maps and windows of this size are not followed.'],
  ['nn.Conv2d(3, 8, 3, stride=0), nn.ReLU(), nn.Conv2d(8, 8, 3)', 'No window slides in steps of this size'],
  ['nn.Conv2d(3, 8, 3), nn.MaxPool2d(0), nn.Conv2d(8, 8, 3)', 'No window slides in steps of this size'],
])('a size that no layer has is told: %s', (layers, reason) => {
  expect(reasonsOf(model(layers))).toContain(reason);
});

const smaller = 'What comes in here is smaller than the window';

test('an image that is too small for its windows is told', () => {
  const layers = 'nn.Conv2d(1, 8, 7), nn.ReLU(), nn.MaxPool2d(4), nn.Conv2d(8, 8, 7), nn.ReLU()';
  expect(reasonsOf(model(layers, 'Net()(torch.randn(8, 1, 28, 28))\n'))).toContain(smaller);
  expect(reasonsOf(model(layers, 'Net()(torch.randn(8, 1, 64, 64))\n'))).not.toContain(smaller);
});

test('an input without entries is told', () => {
  const call = 'Net()(torch.randn(8, 3, 0, 28))\n';
  expect(reasonsOf(model('nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2)', call))).toContain('windows of this size');
});

test('a tensor of another run is no part of this one', () => {
  const reason = 'This tensor was calculated outside of forward()';
  const text = `${model('nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8)')}out = Net()(torch.randn(2, 8))\n`;
  expect(reasonsOf(text.replace('return self.net(x)', 'return self.net(out)'))).toContain(reason);
  expect(reasonsOf(text)).not.toContain(reason);
});

test('a default of 0 is no slip', () => {
  const text = `${model('nn.Linear(8, 8)').replace('nn.Sequential(nn.Linear(8, 8))', 'nn.LSTM(8, 8)')}Net()(torch.randn(5, 2, 8))\n`;
  expect(reasonsOf(text)).not.toContain('No layer that learns');
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Report } from '../../language-server/protocol.js';

// Built by `npm run build`, which `npm test` runs first.
const root = fileURLToPath(new URL('../../', import.meta.url));
const { stdout } = spawnSync(process.execPath, ['dist/cli.js', 'analyze', 'examples', '--format', 'json'], {
  cwd: root,
  encoding: 'utf8',
});
const report = JSON.parse(stdout) as Report;

/** Rules that raise a warning or an error for each model. */
const alarms = Object.fromEntries(
  report.files.flatMap(({ file, models }) =>
    models.map(({ name, findings }) => [
      `${file} ${name}`,
      findings.filter(({ severity }) => severity === 'warning' || severity === 'error').map(({ rule }) => rule),
    ]),
  ),
);

test('each example shows what its head promises, and no other warning', () => {
  expect(alarms).toEqual({
    'examples/he-mlp.py HeMlp': [],
    'examples/plain-deep-cnn.py PlainDeepCnn': ['vanishing-gradient'],
    'examples/resnet-small.py SmallResNet': [],
    'examples/selu-mlp.py Forgotten': ['vanishing-gradient'],
    'examples/selu-mlp.py SelfNormalizing': [],
    'examples/shallow-classifier.py model': [],
    'examples/tanh-mlp.py Frozen': ['vanishing-gradient'],
    'examples/tanh-mlp.py EdgeOfChaos': [],
  });
});

test('no example has anything that is not known', () => {
  const unknown = report.files.flatMap(({ models }) => models.flatMap(({ summary }) => summary.unknown));
  expect(unknown).toEqual([]);
});

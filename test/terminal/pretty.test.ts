import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { ModelReport } from '../../language-server/protocol.js';
import { type PrettyOptions, prettyFormat } from '../../language-server/terminal/pretty.js';
import { createStyle } from '../../language-server/terminal/style.js';
import { widthOf } from '../../language-server/terminal/text-width.js';
import { deepReluReport, fileReport, vanishing } from './sample-report.js';

const plain: PrettyOptions = { style: createStyle(false), width: 120, quiet: false, full: false, showTime: false };
const totals = { files: 3, models: 1, findings: 1, alarms: 1, milliseconds: 123.4 };

function print(models: ModelReport[], options: Partial<PrettyOptions> = {}, file = 'nets/deep.py'): string {
  const format = prettyFormat({ ...plain, ...options });
  return format.opening() + format.file(fileReport(models, file)) + format.closing(totals);
}

test('a model is told by name, verdict, numbers, layers, findings and what is not known', () => {
  expect(print([deepReluReport(24)])).toMatchInlineSnapshot(`
    "DeepNet(hidden=256)  nets/deep.py:10
    ▼ ordered  Gradients vanish: they shrink by a factor of 6 in each of 24 layers. Initialize with
      kaiming_normal_(nonlinearity='relu').
      24 weight layers deep · trainable depth 3.3 · χ₁ = 0.167 · ξ_c = 0.56 · ξ_∇ = 0.56 · training mode · assumed [1]

      layer      type    weights drawn by  Var(w)         σ_w²    σ_b²  then       χ₁          q  gradient
      layers.0   Linear  PyTorch default   1/(3·fan_in)  0.333  0.0013  relu  ▼ 0.167      0.333     10⁻¹⁸
      ⋮ 22 more like this
      layers.46  Linear  PyTorch default   1/(3·fan_in)  0.333  0.0013  relu  ▼ 0.167  4.2·10⁻¹⁹         1

      not known  head: argument of type Any (line 41)

    ! warning vanishing-gradient nets/deep.py:13:9
      χ₁ = 0.167: squared gradients shrink by this factor in each layer, so the first layers do not learn.
      nets/deep.py:31:9: the decay starts here
      fix: Initialize with kaiming_normal_(nonlinearity='relu')

    σ_w²: weight variance times the weights summed · χ₁: factor on the squared gradient in each layer like this one, 1 is
    critical (▼ less: signals die out, ▲ more: they become chaos) · q: mean square of the layer’s output · gradient: mean
    squared gradient there, relative to that at the network’s output
    [1] Layers are wide and their weights independent.

    1 model, 1 finding in 3 files
    "
  `);
});

test('a narrow terminal keeps the numbers and leaves out what explains them', () => {
  expect(print([deepReluReport(3)], { width: 56 })).toMatchInlineSnapshot(`
    "DeepNet(hidden=256)  nets/deep.py:10
    ▼ ordered  Gradients vanish: they shrink by a factor
      of 6 in each of 3 layers. Initialize with
      kaiming_normal_(nonlinearity='relu').
      3 weight layers deep · trainable depth 3.3 ·
      χ₁ = 0.167 · ξ_c = 0.56 · ξ_∇ = 0.56 · training mode ·
      assumed [1]

      layer      σ_w²  then       χ₁        q  gradient
      layers.0  0.333  relu  ▼ 0.167    0.333     0.028
      layers.2  0.333  relu  ▼ 0.167   0.0556      0.17
      layers.4  0.333  relu  ▼ 0.167  0.00926         1

      not known  head: argument of type Any (line 41)

    ! warning vanishing-gradient nets/deep.py:13:9
      χ₁ = 0.167: squared gradients shrink by this factor in
      each layer, so the first layers do not learn.
      nets/deep.py:31:9: the decay starts here
      fix: Initialize with
      kaiming_normal_(nonlinearity='relu')

    σ_w²: weight variance times the weights summed · χ₁:
    factor on the squared gradient in each layer like this
    one, 1 is critical (▼ less: signals die out, ▲ more:
    they become chaos) · q: mean square of the layer’s
    output · gradient: mean squared gradient there, relative
    to that at the network’s output
    [1] Layers are wide and their weights independent.

    1 model, 1 finding in 3 files
    "
  `);
});

test.each([60, 64, 72, 80, 100, 120, 160])('no line is longer than %i columns', (width) => {
  const lines = print([deepReluReport(24), deepReluReport(2)], { width }).split('\n');
  expect(lines.filter((line) => widthOf(line) > width)).toEqual([]);
});

test('a long path leaves room for the name', () => {
  expect(print([deepReluReport(2)], { width: 80 }, `${'folder/'.repeat(20)}deep.py`)).toMatch(/^DeepNet\(hidden=256\) {2}folder/);
});

test('colour changes nothing but colour', () => {
  const models = [deepReluReport(24)];
  const colored = print(models, { style: createStyle(true) });
  expect(colored).toContain('\u001b[34m▼ ordered');
  expect(stripVTControlCharacters(colored)).toBe(print(models));
});

test('every layer is shown when all are asked for', () => {
  expect(print([deepReluReport(24)], { full: true }).match(/layers\.\d+/g)).toHaveLength(24);
});

test('quiet output has the findings and the closing line only', () => {
  expect(print([deepReluReport(24)], { quiet: true })).toMatchInlineSnapshot(`
    "! warning vanishing-gradient nets/deep.py:13:9
      χ₁ = 0.167: squared gradients shrink by this factor in each layer, so the first layers do not learn.
      nets/deep.py:31:9: the decay starts here
      fix: Initialize with kaiming_normal_(nonlinearity='relu')

    1 model, 1 finding in 3 files
    "
  `);
});

test('what is not known is a question mark, never NaN', () => {
  const model = deepReluReport(2);
  model.layers[0]!.weight!.sigmaW2 = null;
  model.layers[0]!.local = null;
  model.propagation = [];
  Object.assign(model.summary, { phase: null, chi1: null, xiC: null, xiGrad: null, trainableDepth: null });
  const text = print([model]);
  expect(text).toContain('? phase not known  ');
  expect(text).toMatch(/layers\.0 .* \? /);
  expect(text).not.toMatch(/NaN|null|undefined/);
});

test('names from analysed files cannot steer the terminal', () => {
  const model = deepReluReport(2);
  model.name = model.entry = 'Net\u001b]0;owned\u0007\u202e';
  model.findings = [{ ...vanishing, message: 'line one\nline two \u001b[2J' }];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come through
  expect(print([model], {}, 'a\u001b[31m.py')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
});

test('an assumption that models share is written once', () => {
  const text = print([deepReluReport(2), deepReluReport(3)]);
  expect(text.match(/assumed \[1\]/g)).toHaveLength(2);
  expect(text.match(/^\[1\] Layers are wide and their weights independent\.$/gm)).toHaveLength(1);
});

test('normalization layers stand in the row of the layer that they normalize, unless all layers are asked for', () => {
  const model = deepReluReport(2);
  model.layers.splice(1, 0, { ...model.layers[1]!, path: 'norm', kind: 'BatchNorm1d' });
  const node = { operation: '', range: model.range, shape: null };
  model.graph = {
    nodes: [
      { ...node, id: 0, kind: 'affine', path: 'layers.0' },
      { ...node, id: 1, kind: 'normalization', path: 'norm' },
    ],
    edges: [[0, 1]],
  };
  expect(print([model])).toMatch(/layers\.0 .*norm, relu/);
  expect(print([model])).not.toContain('BatchNorm1d');
  expect(print([model], { full: true })).toContain('BatchNorm1d');
});

describe('the closing line', () => {
  const closing = (changes: Partial<typeof totals>, showTime = false) =>
    prettyFormat({ ...plain, showTime }).closing({ ...totals, ...changes });
  test('counts models, findings and files', () => expect(closing({})).toBe('1 model, 1 finding in 3 files\n'));
  test('tells the time to people', () => expect(closing({}, true)).toBe('1 model, 1 finding in 3 files (123 ms)\n'));
  test('says so where no model was found', () =>
    expect(closing({ models: 0, findings: 0, files: 12 })).toBe('No PyTorch models found in 12 files\n'));
});

test('what keeps a file from being analysed is told with its place', () => {
  const format = prettyFormat(plain);
  const range = { start: { line: 2, character: 4 }, end: { line: 2, character: 5 } };
  const problems = [{ message: 'The file is too large.', range }];
  expect(format.file({ file: 'a.py', framework: null, problems, models: [] })).toBe(
    'a.py:3:5 not analysed as it stands\n  The file is too large.\n\n',
  );
});

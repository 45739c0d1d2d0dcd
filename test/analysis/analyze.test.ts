import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { OpenDocument } from '../../language-server/analysis/open-document.js';
import { defaultSettings } from '../../language-server/settings.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const file = 'model.py';
const vgg = readFileSync(new URL('../fixtures/evaluator/vgg.py', import.meta.url), 'utf8');

describe('a report', () => {
  test('of a text without a framework is empty and costs no parse', () => {
    expect(analyzer.analyzeText('x = 1\n', { file })).toEqual({ file, framework: null, problems: [], models: [] });
  });

  test('is JSON: it survives being written and read', () => {
    const report = analyzer.analyzeText(vgg, { file });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.models.map(({ entry }) => entry)).toContain('vgg16');
  });

  test('tells what the framework writes where it makes a layer from what the program writes', () => {
    const text = (init: string) =>
      `from torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.attend = nn.MultiheadAttention(64, 4)\n${init}    def forward(self, x):\n        return self.attend(x, x, x)[0]\n`;
    const weightOf = (init: string) => analyzer.analyzeText(text(init), { file }).models[0]!.layers[0]!.weight!;
    expect(weightOf('')).toMatchObject({ source: 'xavier_uniform_', byFramework: true });
    const { layers } = analyzer.analyzeText(text(''), { file }).models[0]!;
    expect(layers.map(({ bias }) => bias!.byFramework)).toEqual([true, true]);
    const own = weightOf('        nn.init.xavier_uniform_(self.attend.in_proj_weight)\n');
    expect(own.source).toBe('xavier_uniform_ (line 6)');
    expect(own.byFramework).toBeUndefined();
  });

  test('is the same for the same text', () => {
    expect(analyzer.analyzeText(vgg, { file })).toEqual(analyzer.analyzeText(vgg, { file }));
  });

  test('tells where code can be added at the end of the constructor', () => {
    const text =
      'from torch import nn\r\nclass Net(nn.Module):\r\n\tdef __init__(this):\r\n\t\tsuper().__init__()\r\n\t\tthis.fc = nn.Linear(2, 2)\r\n\r\n\tdef forward(this, x):\r\n\t\treturn this.fc(x)\r\n';
    expect(analyzer.analyzeText(text, { file }).models[0]!.initializerSite).toEqual({
      position: { line: 4, character: 27 },
      indent: '\t\t',
      lineEnd: '\r\n',
      self: 'this',
      namespace: 'nn',
    });
  });

  test.each([
    ['a constructor beside its colon', 'def __init__(self): super().__init__(); self.fc = nn.Linear(2, 2)'],
    ['a constructor that returns', 'def __init__(self):\n    super().__init__()\n    self.fc = nn.Linear(2, 2)\n    return'],
  ])('knows no such place for %s', (_title, method) => {
    const text = `from torch import nn\nclass Net(nn.Module):\n  ${method.replaceAll('\n', '\n  ')}\n  def forward(self, x):\n    return self.fc(x)\n`;
    expect(analyzer.analyzeText(text, { file }).models.map(({ initializerSite }) => initializerSite)).toEqual([null]);
  });

  test('says what went wrong when a stage fails, and keeps the file', () => {
    using tree = analyzer.parse('import torch\n');
    const broken = Object.create(tree, {
      root: {
        get: () => {
          throw new TypeError('boom');
        },
      },
    });
    const report = analyzer.analyze(broken, { file });
    expect(report.models).toEqual([]);
    expect(report.problems.map(({ message }) => message)).toEqual([expect.stringContaining('boom')]);
  });
});

describe('an open document', () => {
  const uri = 'file:///model.py';
  test('after any edits has the report of the same text opened afresh', () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 0, max: 40 }),
      text: fc.oneof(
        fc.constantFrom('\n', '\r\n', '(', ')', ' ', '𝕏', 'nn.Linear(3, 4)', 'class A(nn.Module):\n', '"""', '#', ''),
        fc.string({ maxLength: 5 }),
      ),
    });
    const property = fc.property(
      fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
      (batches) => {
        using document = new OpenDocument(uri, 'python', 1, vgg);
        document.analyze(analyzer, defaultSettings);
        let text = vgg;
        batches.forEach((batch, index) => {
          const changes = batch.map(({ at, length, text: words }) => {
            const start = Math.floor(at * text.length);
            const end = Math.min(text.length, start + length);
            const change = { range: { start: position(text, start), end: position(text, end) }, text: words };
            text = text.slice(0, offset(text, change.range.start)) + words + text.slice(offset(text, change.range.end));
            return change;
          });
          document.change(changes, index + 2);
          const report = document.analyze(analyzer, defaultSettings);
          using fresh = new OpenDocument(uri, 'python', 1, text);
          expect(report).toEqual(fresh.analyze(analyzer, defaultSettings));
          expect(document.analysis!.version).toBe(index + 2);
        });
      },
    );
    fc.assert(property, { numRuns: 12 });
  });
});

/** Lines end with \n, \r\n or \r, as the protocol has it; an offset inside \r\n is the end of the line. */
function position(text: string, at: number): { line: number; character: number } {
  const lines = text.slice(0, at).split(/\r\n|\n|\r/);
  return { line: lines.length - 1, character: lines.at(-1)!.length };
}

function offset(text: string, { line, character }: { line: number; character: number }): number {
  let start = 0;
  for (let i = 0; i < line; i++)
    start = start + /\r\n|\n|\r/.exec(text.slice(start))!.index + /\r\n|\n|\r/.exec(text.slice(start))![0].length;
  const end = start + (/\r\n|\n|\r/.exec(text.slice(start))?.index ?? text.length - start);
  return Math.min(start + character, end);
}

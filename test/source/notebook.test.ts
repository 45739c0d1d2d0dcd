import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainCell } from '../../language-server/source/magics.js';
import { NotebookText } from '../../language-server/source/notebook.js';
import { readNotebook } from '../../language-server/source/notebook-file.js';
import { loadParser } from '../python-parser.js';

const lineOfCode = fc.constantFrom(
  'x = (1,',
  '])',
  '"""text',
  "'''",
  'y = 2 \\',
  '!pip install \\',
  '%time f()',
  '%%bash',
  'z?',
  "s = 'it\\'s'",
  '# "comment',
  '    indented = {',
  '',
  '\u{1f600} = 1',
);
const cellText = fc
  .array(fc.tuple(lineOfCode, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 8 })
  .map((lines) => lines.map(([line, end]) => line + end).join(''));

/** Lines as the language server protocol counts them. */
const linesOf = (text: string) => text.split(/\r\n|\n|\r/);

describe('the joined text of a notebook', () => {
  test('holds each position of each cell: there and back again', () => {
    fc.assert(
      fc.property(fc.array(cellText, { minLength: 1, maxLength: 6 }), (cells) => {
        const notebook = new NotebookText(cells);
        for (const [cell, source] of cells.entries())
          for (const [line, content] of linesOf(source).entries())
            for (let character = 0; character <= content.length; character++) {
              const place = { cell, position: { line, character } };
              expect(notebook.inCell(notebook.fromCell(place))).toEqual(place);
            }
      }),
    );
  });

  test('has the very text of a line of Python where the map says', () => {
    const cells = ['import torch\r\n!ls\r\nfirst = 1', '(', '%matplotlib inline\nsecond = 2\n', 'third = 3'];
    const notebook = new NotebookText(cells);
    const lines = notebook.text.split('\n');
    const lineAt = (cell: number, line: number) => lines[notebook.fromCell({ cell, position: { line, character: 0 } }).line];
    expect([lineAt(0, 0), lineAt(0, 2), lineAt(2, 1), lineAt(3, 0)]).toEqual([
      'import torch',
      'first = 1',
      'second = 2',
      'third = 3',
    ]);
  });

  test('keeps what a cell leaves open from the cells behind it', async () => {
    const parser = await loadParser();
    for (const open of [
      'f(',
      'x = [1, {',
      'text = """',
      "text = '",
      "text = 'a\\",
      'y = 1 + \\',
      'f(  # comment',
      '!ls \\',
      'class A:',
    ]) {
      using tree = parser.parse(new NotebookText([open, 'class Net:\n    pass\n']).text);
      const found = tree.root.children.filter(({ type }) => type === 'class_definition').map((node) => tree.textOf(node));
      expect([open, ...found]).toContainEqual(expect.stringMatching(/^class Net:\s+pass/));
    }
  });

  test('clamps what lies outside of a cell', () => {
    const notebook = new NotebookText(['a\nbb', 'ccc']);
    expect(notebook.fromCell({ cell: 0, position: { line: 9, character: 9 } })).toEqual({ line: 1, character: 2 });
    expect(notebook.inCell({ line: 9, character: 0 })).toEqual({ cell: 1, position: { line: 0, character: 3 } });
    expect(notebook.rangeInCell({ start: { line: 0, character: 1 }, end: { line: 2, character: 2 } })).toEqual({
      cell: 0,
      start: { line: 0, character: 1 },
      end: { line: 1, character: 2 },
    });
    expect(new NotebookText([]).inCell({ line: 3, character: 1 })).toEqual({ cell: 0, position: { line: 0, character: 0 } });
  });
});

describe('what only IPython understands', () => {
  test.each([
    ['%matplotlib inline', 'pass'],
    ['    !nvidia-smi', '    pass'],
    ['model?', 'pass'],
    ['torch.nn.Linear??', 'pass'],
    ['?model', 'pass'],
    ['files = !ls *.pt', 'files = get_ipython()'],
    ['env = %env HOME', 'env = get_ipython()'],
    ['%time net = Net()', '0;    net = Net()'],
    ['%%time\nnet = Net()', '\nnet = Net()'],
    ['\n%%capture out\nnet = Net()', '\n\nnet = Net()'],
    ['%%bash\nls (\necho', '\n\n'],
    ['!pip install \\\n  torch \\\n  einops\nx = 1', 'pass\n\n\nx = 1'],
  ])('%j becomes %j', (cell, text) => expect(plainCell(cell)).toEqual({ text, closing: '' }));

  test.each([
    'x = (a\n     % b)',
    's = """\n!important\n%d\n"""',
    'y = a \\\n    % b',
    'ok = a != b',
    'x = y %z',
    "t = '%s' % name",
    "s = 'a\\\n%b'",
    '# why?',
    "print('why?')",
    'if x: pass  # ?',
  ])('%j is Python and stays', (cell) => expect(plainCell(cell)).toEqual({ text: cell, closing: '' }));
});

describe('an .ipynb file', () => {
  const textOf = (content: unknown, limits?: Parameters<typeof readNotebook>[1]) => {
    const file = readNotebook(typeof content === 'string' ? content : JSON.stringify(content), limits);
    return file.kind === 'notebook' ? file.notebook.text : file.message;
  };
  const code = (source: unknown, more: object = {}) => ({ cell_type: 'code', source, ...more });

  test('of nbformat 4 gives its code cells in order, and nothing of its outputs', () => {
    const cells = [
      code(['import torch\n', 'x = 1'], { outputs: [{ text: ['y = 3'] }] }),
      { cell_type: 'markdown', source: '# title' },
      code('z = 2'),
    ];
    expect(textOf({ nbformat: 4, cells })).toBe('import torch\nx = 1\nz = 2');
  });
  test('of nbformat 3 has its cells in worksheets', () => {
    const cells = [{ cell_type: 'code', language: 'python', input: ['a = 1\n', 'b = 2'] }];
    expect(textOf({ nbformat: 3, worksheets: [{ cells }, { cells }] })).toBe('a = 1\nb = 2\na = 1\nb = 2');
  });
  test('of another language has no Python, and neither has a cell of another language', () => {
    expect(textOf({ metadata: { kernelspec: { language: 'R' } }, cells: [code('x <- 1')] })).toBe('');
    const sql = code('select 1', { metadata: { vscode: { languageId: 'sql' } } });
    expect(textOf({ metadata: { language_info: { name: 'python' } }, cells: [sql, code('x = 1')] })).toBe('\nx = 1');
  });
  test.each([
    ['', 'Not analysed: the notebook is empty.'],
    ['{"cells": [', 'Not analysed: the notebook is not valid JSON.'],
    ['['.repeat(200_000), 'Not analysed: the notebook is not valid JSON.'],
    ['[]', 'Not analysed: the file has no list of cells, as notebooks have.'],
    ['{"cells": 5}', 'Not analysed: the file has no list of cells, as notebooks have.'],
  ])('%.20s says what is wrong with it', (json, message) => expect(textOf(json)).toBe(message));
  test('has limits', () => {
    const many = { cells: Array.from({ length: 5_001 }, () => code('')) };
    expect(textOf(many)).toBe('Not analysed: the notebook has more than 5,000 cells.');
    expect(textOf(`{"cells": [], "x": "${'x'.repeat(20 * 2 ** 20)}"}`)).toBe('Not analysed: the notebook is longer than 20 MB.');
  });
  test('never makes the reader throw, whatever JSON it holds', () => {
    const anything = fc.anything({ withNullPrototype: false, maxDepth: 4 });
    fc.assert(
      fc.property(anything, anything, fc.constantFrom('source', 'input', 'metadata'), (source, metadata, key) => {
        const cells = [source, code(source), { ...code('x'), [key]: metadata }];
        readNotebook(JSON.stringify({ cells, metadata }, (_key, value) => (typeof value === 'bigint' ? 1 : value)));
      }),
    );
  });
});

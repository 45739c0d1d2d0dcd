import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildServer } from './build.js';
import { Editor, type Published } from './editor.js';

let built: Awaited<ReturnType<typeof buildServer>>;
beforeAll(async () => {
  built = await buildServer();
});
afterAll(() => built[Symbol.asyncDispose]());

const notebook = 'file:///work/model.ipynb';
const cellUri = (name: string) => `vscode-notebook-cell:/work/model.ipynb#${name}`;

/** Twenty layers at PyTorch's default under ReLU, in three cells: gradients vanish. */
const imports = '%pip install torch\nimport torch.nn as nn';
const block = [
  'class Block(nn.Module):',
  '    def __init__(self):',
  '        super().__init__()',
  '        self.fc = nn.Linear(256, 256)',
  '    def forward(self, x):',
  '        return nn.functional.relu(self.fc(x))',
].join('\n');
const net = '# the network\nnet = nn.Sequential(*[Block() for _ in range(20)])';

const textItem = (name: string, text: string, version = 1) => ({ uri: cellUri(name), languageId: 'python', version, text });
const cell = (name: string) => ({ kind: 2, document: cellUri(name) });

function open(editor: Editor, cells: Record<string, string>): void {
  editor.notify('notebookDocument/didOpen', {
    notebookDocument: { uri: notebook, notebookType: 'jupyter-notebook', version: 0, cells: Object.keys(cells).map(cell) },
    cellTextDocuments: Object.entries(cells).map(([name, text]) => textItem(name, text)),
  });
}

function change(editor: Editor, cells: object, version = 1): void {
  editor.notify('notebookDocument/didChange', { notebookDocument: { uri: notebook, version }, change: { cells } });
}

async function started(): Promise<Editor> {
  const editor = new Editor(built.entry);
  const { result } = await editor.initialize({ notebookDocument: { synchronization: {} } });
  expect(result).toMatchObject({
    capabilities: { notebookDocumentSync: { notebookSelector: [{ cells: [{ language: 'python' }] }] } },
  });
  return editor;
}

const codes = ({ diagnostics }: Published) => diagnostics.map(({ code }) => code);
const last = (editor: Editor, name: string) => editor.published.filter(({ uri }) => uri === cellUri(name)).at(-1);
const ask = async (editor: Editor, method: string, name: string, more: object = {}) =>
  (await editor.request(`textDocument/${method}`, { textDocument: { uri: cellUri(name) }, ...more })).result;
/** Resolves when all that was sent before is analysed. */
const settled = (editor: Editor, name: string) => editor.request('meanfield/report', { uri: cellUri(name) });
const wholeCell = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };

test('what one cell uses of another is known, and each answer is in its cell', async () => {
  await using editor = await started();
  open(editor, { imports, block, net });
  const published = await editor.diagnostics(cellUri('net'), 1);
  expect(codes(published)).toContain('vanishing-gradient');
  expect(published.diagnostics[0]).toMatchObject({
    range: { start: { line: 1, character: 0 } },
    relatedInformation: [{ location: { uri: cellUri('block'), range: { start: { line: 3, character: 18 } } } }],
  });
  expect(codes(last(editor, 'imports')!)).toEqual([]);
  // This finding is about the layer, and so in the cell of the layer.
  expect(codes(last(editor, 'block')!)).toEqual(['initializer-does-not-fit-activation']);
  expect(editor.published.map(({ uri }) => uri)).not.toContain(notebook);

  const hover = await ask(editor, 'hover', 'block', { position: { line: 3, character: 22 } });
  expect(JSON.stringify(hover)).toMatch(/χ₁.*0\.167/);
  expect(hover).toMatchObject({ range: { start: { line: 3, character: 18 }, end: { line: 3, character: 37 } } });
  expect(await ask(editor, 'inlayHint', 'block', { range: wholeCell })).toMatchObject([{ position: { line: 3, character: 37 } }]);
  expect(await ask(editor, 'inlayHint', 'net', { range: wholeCell })).toEqual([]);
  expect(await ask(editor, 'codeLens', 'net')).toMatchObject([
    { range: { start: { line: 1 } }, command: { command: 'meanfield.analyze', arguments: [cellUri('net'), 0] } },
  ]);
  expect(await ask(editor, 'codeLens', 'block')).toEqual([]);
  const actions = await ask(editor, 'codeAction', 'net', { range: wholeCell, context: { diagnostics: [] } });
  expect(actions).toContainEqual(
    expect.objectContaining({
      edit: {
        changes: {
          [cellUri('net')]: [
            {
              range: { start: { line: 1, character: 50 }, end: { line: 1, character: 50 } },
              newText: '  # meanfield: ignore[vanishing-gradient]',
            },
          ],
        },
      },
    }),
  );
});

test('the report names the cells that its ranges count, and the charts are those of its models', async () => {
  await using editor = await started();
  open(editor, { imports, block, net });
  const { result } = await settled(editor, 'net');
  expect(result).toMatchObject({
    uri: cellUri('net'),
    cells: [cellUri('imports'), cellUri('block'), cellUri('net')],
    report: { models: [{ name: 'net', range: { cell: 2, start: { line: 1 } } }] },
  });
  const charts = await editor.request('meanfield/charts', { uri: cellUri('net'), model: 0 });
  expect(charts.result).toMatchObject({ phasePlanes: [{ activation: 'relu' }] });
});

test('an edit in one cell is seen at once in the others', async () => {
  await using editor = await started();
  open(editor, { imports, block, net });
  await editor.diagnostics(cellUri('net'), 1);
  const range = { start: { line: 3, character: 28 }, end: { line: 3, character: 31 } };
  change(editor, {
    textContent: [
      { document: { uri: cellUri('block'), version: 2 }, changes: [{ range, text: '64' }] },
      { document: { uri: cellUri('imports'), version: 2 }, changes: [{ text: `${imports}\n\n# more lines` }] },
    ],
  });
  const hover = await ask(editor, 'hover', 'block', { position: { line: 3, character: 22 } });
  expect(JSON.stringify(hover)).toContain('64 in, 256 out');
  expect(last(editor, 'block')!.version).toBe(2);
  expect(last(editor, 'net')!.version).toBe(1);
});

test('cells are added, removed and moved', async () => {
  await using editor = await started();
  open(editor, { imports, net });
  await settled(editor, 'net');
  expect(codes(last(editor, 'net')!)).not.toContain('vanishing-gradient');

  change(editor, {
    structure: { array: { start: 1, deleteCount: 0, cells: [cell('block')] }, didOpen: [textItem('block', block)] },
  });
  await settled(editor, 'net');
  expect(codes(last(editor, 'net')!)).toContain('vanishing-gradient');

  // Moved: out of one place and into another, without a text that is opened or closed.
  change(editor, { structure: { array: { start: 0, deleteCount: 3, cells: [cell('imports'), cell('net'), cell('block')] } } }, 2);
  await settled(editor, 'net');
  expect(codes(last(editor, 'net')!)).not.toContain('vanishing-gradient');
  change(editor, { structure: { array: { start: 0, deleteCount: 3, cells: [cell('imports'), cell('block'), cell('net')] } } }, 3);
  await settled(editor, 'net');
  expect(codes(last(editor, 'net')!)).toContain('vanishing-gradient');

  change(editor, { structure: { array: { start: 2, deleteCount: 1 }, didClose: [{ uri: cellUri('net') }] } }, 4);
  expect(last(editor, 'net')).toBeDefined();
  await settled(editor, 'block');
  expect(last(editor, 'net')!.diagnostics).toEqual([]);
  expect((await settled(editor, 'net')).result).toBeNull();
});

test('what is published is never older than the cell it is published for', async () => {
  await using editor = await started();
  open(editor, { imports, block, net });
  for (let version = 2; version <= 40; version++)
    change(
      editor,
      {
        textContent: [
          {
            document: { uri: cellUri('net'), version },
            changes: [{ text: `${'\n'.repeat(version)}net = nn.Sequential(*[Block() for _ in range(20)])` }],
          },
        ],
      },
      version,
    );
  await editor.diagnostics(cellUri('net'), 40);
  const versions = editor.published.filter(({ uri }) => uri === cellUri('net'));
  for (const { version, diagnostics } of versions)
    for (const { range } of diagnostics) expect(range).toMatchObject({ start: { line: version === 1 ? 1 : version } });
  expect(versions.map(({ version }) => version)).toEqual(versions.map(({ version }) => version).sort((a, b) => a! - b!));
});

test('a notebook that is closed leaves nothing, and files beside it work as before', async () => {
  await using editor = await started();
  open(editor, { imports, block, net });
  await editor.diagnostics(cellUri('net'), 1);
  editor.open('file:///work/model.py', `${imports.replace('%', '#')}\n${block}\n${net}\n`, 5);
  expect(codes(await editor.diagnostics('file:///work/model.py', 5))).toContain('vanishing-gradient');
  editor.notify('notebookDocument/didClose', {
    notebookDocument: { uri: notebook },
    cellTextDocuments: ['imports', 'block', 'net'].map((name) => ({ uri: cellUri(name) })),
  });
  expect((await settled(editor, 'net')).result).toBeNull();
  expect(last(editor, 'net')!.diagnostics).toEqual([]);
});

test('notifications that make no sense do no harm', async () => {
  await using editor = await started();
  for (const params of [null, {}, { notebookDocument: null }, { notebookDocument: { uri: notebook }, change: {} }])
    for (const method of ['didOpen', 'didChange', 'didClose']) editor.notify(`notebookDocument/${method}`, params);
  open(editor, { imports, block, net });
  change(editor, { textContent: [{ document: { uri: cellUri('unheard-of'), version: 3 }, changes: [{ text: 'x' }] }] });
  change(editor, { structure: { array: { start: 90, deleteCount: 5 } } }, 2);
  change(editor, {}, 3);
  await settled(editor, 'net');
  expect(codes(last(editor, 'net')!)).toContain('vanishing-gradient');
});

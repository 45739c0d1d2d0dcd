import assert from 'node:assert/strict';
import {
  type CodeLens,
  commands,
  type Hover,
  MarkdownString,
  NotebookCellData,
  NotebookCellKind,
  NotebookData,
  NotebookEdit,
  NotebookRange,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { appears, disappears, findings, positionOf } from './editor.js';
import { eventually, test } from './runner.js';

const cell = (text: string) => new NotebookCellData(NotebookCellKind.Code, text, 'python');

const block = [
  'class Block(nn.Module):',
  '    def __init__(self):',
  '        super().__init__()',
  '        self.fc = nn.Linear(256, 256)',
  '    def forward(self, x):',
  '        return nn.functional.relu(self.fc(x))',
].join('\n');

test('A notebook is analysed across its cells, and follows their order', async () => {
  const data = new NotebookData([
    new NotebookCellData(NotebookCellKind.Markup, '# A deep network', 'markdown'),
    cell('%matplotlib inline\nimport torch.nn as nn'),
    cell(block),
    cell('net = nn.Sequential(*[Block() for _ in range(20)])'),
  ]);
  const notebook = await workspace.openNotebookDocument('jupyter-notebook', data);
  await window.showNotebookDocument(notebook);
  const network = notebook.cellAt(3).document;
  const { range } = await appears(network, 'vanishing-gradient');
  assert.equal(network.getText(range), 'net');

  const layers = notebook.cellAt(2).document;
  const hovers = await commands.executeCommand<Hover[]>(
    'vscode.executeHoverProvider',
    layers.uri,
    positionOf(layers, 'nn.Linear(256, 256)'),
  );
  const text = hovers
    .flatMap(({ contents }) => contents.map((part) => (part instanceof MarkdownString ? part.value : '')))
    .join();
  assert.match(text, /χ₁.*0\.167/);

  const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', network.uri, 9);
  const command = lenses[0]?.command;
  assert.ok(command, 'the network has no lens');
  await commands.executeCommand(command.command, ...(command.arguments ?? []));
  await eventually('the panel of the network', () =>
    window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label === 'Initialization: net'),
  );

  const edit = new WorkspaceEdit();
  edit.set(notebook.uri, [NotebookEdit.deleteCells(new NotebookRange(2, 3))]);
  await workspace.applyEdit(edit);
  await disappears(network, 'vanishing-gradient');
  assert.deepEqual(findings(layers), []);
});

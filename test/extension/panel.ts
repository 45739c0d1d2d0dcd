import assert from 'node:assert/strict';
import { commands, Selection, TabInputWebview, ViewColumn, window } from 'vscode';
import { appears, open, positionOf } from './editor.js';
import { eventually, test } from './runner.js';

const panels = () =>
  window.tabGroups.all
    .flatMap(({ tabs, viewColumn }) => tabs.map(({ input, label }) => ({ input, label, viewColumn })))
    .filter(({ input }) => input instanceof TabInputWebview && input.viewType.endsWith('meanfield.panel'));

const shows = (label: string) => eventually(`a panel "${label}"`, () => panels().find((panel) => panel.label === label));

test('"Analyze initialization" opens the panel beside the editor for the model at the cursor', async () => {
  const document = await open('frozen.py');
  await appears(document, 'vanishing-gradient');
  const editor = await window.showTextDocument(document, ViewColumn.One);
  const place = positionOf(document, 'self.hidden = nn.Linear(784, 256)');
  editor.selection = new Selection(place, place);
  await commands.executeCommand('meanfield.analyze');
  const { viewColumn } = await shows('Initialization: Shallow');
  assert.equal(viewColumn, ViewColumn.Two);
  assert.equal(window.activeTextEditor?.document.uri.toString(), document.uri.toString());
});

test('The one panel follows the lens that was clicked', async () => {
  const document = await open('frozen.py');
  await commands.executeCommand('meanfield.analyze', document.uri.toString(), 0);
  await shows('Initialization: Frozen');
  assert.equal(panels().length, 1);
});

test('Arguments that make no sense are answered without an error', async () => {
  await open('frozen.py');
  for (const arguments_ of [[42, 'first'], [null], ['no address', {}], ['file:///not/there.py', 7]])
    await commands.executeCommand('meanfield.analyze', ...arguments_);
  assert.equal(panels().length, 1);
});

test('The panel can be closed and opened again', async () => {
  const document = await open('frozen.py');
  await window.tabGroups.close(
    window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ input }) => input instanceof TabInputWebview),
  );
  await eventually('the closed panel', () => panels().length === 0);
  await commands.executeCommand('meanfield.analyze', document.uri.toString(), 1);
  await shows('Initialization: Shallow');
});

test('"Show output" opens the log', async () => {
  await commands.executeCommand('meanfield.showOutput');
});

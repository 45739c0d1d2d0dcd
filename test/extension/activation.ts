import assert from 'node:assert/strict';
import { commands, languages, window, workspace } from 'vscode';
import { appears, extension, findings, open } from './editor.js';
import { eventually, test } from './runner.js';

test('A folder with models, and a text file that looks like one, do not activate the extension', async () => {
  await open('notes.txt');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.equal(extension().isActive, false);
});

test('A Python file activates the extension', async () => {
  await open('plain.py');
  await eventually('activation', () => extension().isActive);
});

test('Commands are there once the extension is active', async () => {
  const known = await commands.getCommands(true);
  for (const id of ['meanfield.analyze', 'meanfield.restartServer', 'meanfield.showOutput']) assert.ok(known.includes(id), id);
});

test('A Python file without a model, and a file of another language, stay silent', async () => {
  const model = await open('frozen.py');
  await appears(model, 'vanishing-gradient');
  const plain = await open('plain.py');
  const notes = await open('notes.txt');
  assert.deepEqual([...findings(plain), ...findings(notes)], []);
});

test('A file that was never saved is analysed as well', async () => {
  const text = (await open('frozen.py')).getText();
  const document = await workspace.openTextDocument({ language: 'python', content: text });
  await window.showTextDocument(document);
  await appears(document, 'vanishing-gradient');
  assert.ok(languages.match({ scheme: 'untitled' }, document) > 0);
  await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
});

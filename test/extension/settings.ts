import assert from 'node:assert/strict';
import { type CodeLens, commands, DiagnosticSeverity, type InlayHint, Range } from 'vscode';
import { appears, disappears, finding, open, setting } from './editor.js';
import { eventually, test } from './runner.js';

test('A rule that is set to off is silent, without a restart', async () => {
  const document = await open('frozen.py');
  await appears(document, 'vanishing-gradient');
  await setting('rules', { 'vanishing-gradient': 'off' });
  await disappears(document, 'vanishing-gradient');
  await setting('rules', undefined);
  await appears(document, 'vanishing-gradient');
});

test('The severity of a rule is the one that was set', async () => {
  const document = await open('frozen.py');
  await setting('rules', { 'vanishing-gradient': 'hint' });
  await eventually('severity hint', () => finding(document, 'vanishing-gradient')?.severity === DiagnosticSeverity.Hint);
  await setting('rules', undefined);
  await eventually('the old severity', () => finding(document, 'vanishing-gradient')?.severity === DiagnosticSeverity.Error);
});

test('Inlay hints and code lenses can be switched off', async () => {
  const { uri } = await open('frozen.py');
  const count = async () => {
    const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', uri);
    const hints = await commands.executeCommand<InlayHint[]>('vscode.executeInlayHintProvider', uri, new Range(0, 0, 1_000, 0));
    return lenses.length + hints.length;
  };
  assert.ok((await count()) > 0);
  await setting('inlayHints.enabled', 'off');
  await setting('codeLens.enabled', false);
  await eventually('no hints and no lenses', async () => (await count()) === 0);
  await setting('inlayHints.enabled', undefined);
  await setting('codeLens.enabled', undefined);
  await eventually('hints and lenses', async () => (await count()) > 0);
});

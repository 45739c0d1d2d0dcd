import assert from 'node:assert/strict';
import { type CodeAction, type CodeLens, commands, type Hover, type InlayHint, MarkdownString, Range, workspace } from 'vscode';
import { appears, disappears, finding, open, positionOf, replace, revert } from './editor.js';
import { eventually, test } from './runner.js';

const wholeRange = new Range(0, 0, 1_000, 0);

test('A diagnostic names its rule and links to the page that explains it', async () => {
  const document = await open('frozen.py');
  const { code, message } = await appears(document, 'vanishing-gradient');
  assert.ok(typeof code === 'object');
  assert.match(code.target.toString(), /^https:\/\/.*\/docs\/rules\/vanishing-gradient\.md$/);
  assert.match(message, /χ₁ = 0\.33/);
  assert.ok(document.getText(finding(document, 'vanishing-gradient')?.range).includes('Frozen'));
});

test('A hover over a layer tells χ₁ and ξ_c', async () => {
  const document = await open('frozen.py');
  const hovers = await commands.executeCommand<Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    positionOf(document, 'nn.Linear(width, width)'),
  );
  const text = hovers
    .flatMap(({ contents }) => contents.map((part) => (part instanceof MarkdownString ? part.value : '')))
    .join();
  assert.match(text, /χ₁/);
  assert.match(text, /ξ_c|ξ\\_c/);
  assert.match(text, /0\.33/);
});

test('Inlay hints show σ_w² and χ₁ after the calls that make layers', async () => {
  const document = await open('frozen.py');
  const hints = await commands.executeCommand<InlayHint[]>('vscode.executeInlayHintProvider', document.uri, wholeRange);
  const labels = hints.map(({ label, position }) => `${position.line}: ${label}`);
  assert.ok(
    labels.some((label) => /^7: σ_w² = 0\.333, χ₁ = 0\.33/.test(label)),
    labels.join('\n'),
  );
});

test('A code lens above each model carries its verdict', async () => {
  const document = await open('frozen.py');
  const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
  const ours = lenses.filter(({ command }) => command?.command === 'meanfield.analyze');
  assert.deepEqual(
    ours.map(({ range, command }) => [range.start.line, command?.arguments]),
    [
      [4, [document.uri.toString(), 0]],
      [18, [document.uri.toString(), 1]],
    ],
  );
  assert.match(ours[0]?.command?.title ?? '', /^Analyze initialization · ordered · χ₁ 0\.33/);
});

test('A quick fix clears the finding that it was offered for', async () => {
  const document = await open('frozen.py');
  const { range } = await appears(document, 'vanishing-gradient');
  const actions = await commands.executeCommand<CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
    'quickfix',
  );
  const fix = actions.find(({ edit, title }) => edit && title.startsWith('Initialize'));
  assert.ok(fix?.edit, `no fix among: ${actions.map(({ title }) => title).join(', ')}`);
  assert.ok(await workspace.applyEdit(fix.edit));
  await disappears(document, 'vanishing-gradient');
  await revert(document);
  await appears(document, 'vanishing-gradient');
});

test('Diagnostics follow an edit', async () => {
  const document = await open('frozen.py');
  await appears(document, 'vanishing-gradient');
  await replace(document, 'depth=30', 'depth=3');
  await disappears(document, 'vanishing-gradient');
  await replace(document, 'depth=3', 'depth=30');
  await appears(document, 'vanishing-gradient');
});

test('After a burst of edits the diagnostics are those of the last text', async () => {
  const document = await open('frozen.py');
  for (let round = 0; round < 20; round++) {
    await replace(document, 'depth=30', 'depth=3');
    await replace(document, 'depth=3', 'depth=30');
  }
  await replace(document, 'depth=30', 'depth=3');
  // What an editor shows during the burst may belong to any of its texts; then it has to settle.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await disappears(document, 'vanishing-gradient');
  for (let look = 0; look < 10; look++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(finding(document, 'vanishing-gradient'), undefined);
  }
  await revert(document);
  await appears(document, 'vanishing-gradient');
});

test('Lines that are inserted above a model move its diagnostics along', async () => {
  const document = await open('frozen.py');
  const before = (await appears(document, 'vanishing-gradient')).range.start.line;
  await replace(document, 'import torch\n', 'import torch\n# 𝒩(0, 1)\n# another line\n');
  await eventually('the moved finding', () => finding(document, 'vanishing-gradient')?.range.start.line === before + 2);
  await revert(document);
});

test('Half-typed code takes no diagnostics to wrong places and loses nothing for good', async () => {
  const document = await open('frozen.py');
  await replace(document, 'self.outputs = nn.Linear(width, 10)', 'self.outputs = nn.Linear(width,');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await revert(document);
  await appears(document, 'vanishing-gradient');
});

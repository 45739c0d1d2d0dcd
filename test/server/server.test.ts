import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Simulation } from '../../language-server/protocol.js';
import { buildServer } from './build.js';
import { Editor, type Published } from './editor.js';

let built: Awaited<ReturnType<typeof buildServer>>;
beforeAll(async () => {
  built = await buildServer();
});
afterAll(() => built[Symbol.asyncDispose]());

const uri = 'file:///work/model.py';
const full = {
  workspace: {
    configuration: true,
    didChangeConfiguration: { dynamicRegistration: true },
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
  },
  textDocument: {
    hover: { contentFormat: ['markdown', 'plaintext'] },
    publishDiagnostics: { relatedInformation: true, versionSupport: true, codeDescriptionSupport: true },
    inlayHint: {},
    codeLens: {},
  },
  general: { positionEncodings: ['utf-32', 'utf-16'] },
};

/** Twenty layers at PyTorch's default under ReLU: gradients vanish. */
const deep = [
  'import torch.nn as nn',
  'class Net(nn.Module):',
  '    def __init__(self):',
  '        super().__init__()',
  '        self.layers = nn.ModuleList([nn.Linear(256, 256) for _ in range(20)])',
  '        self.act = nn.ReLU()',
  '    def forward(self, x):',
  '        for layer in self.layers:',
  '            x = self.act(layer(x))',
  '        return x',
  '',
].join('\n');

/** Its spectrum takes a tenth of a second and more. */
const swish = deep.replace('ReLU', 'SiLU').replace('range(20)', 'range(40)');

async function started(capabilities: object = {}, options?: unknown): Promise<Editor> {
  const editor = new Editor(built.entry);
  await editor.initialize(capabilities, options);
  return editor;
}

const codes = ({ diagnostics }: Published) => diagnostics.map(({ code }) => code);

describe('a client with no capabilities', () => {
  test('gets diagnostics with code, link and version, hovers, hints, lenses and the report', async () => {
    await using editor = await started();
    editor.open(uri, deep, 7);
    const published = await editor.diagnostics(uri, 7);
    expect(codes(published)).toContain('vanishing-gradient');
    expect(published.diagnostics[0]!.codeDescription!.href).toMatch(/^https:.*\/docs\/rules\/vanishing-gradient\.md$/);

    const textDocument = { uri };
    const hover = await editor.request('textDocument/hover', { textDocument, position: { line: 4, character: 45 } });
    expect(JSON.stringify(hover.result)).toMatch(/χ₁.*0\.167/);
    const range = { start: { line: 0, character: 0 }, end: { line: 20, character: 0 } };
    const hints = await editor.request('textDocument/inlayHint', { textDocument, range });
    expect(hints.result).toMatchObject([{ label: expect.stringContaining('χ₁ = 0.167') }]);
    const lenses = await editor.request('textDocument/codeLens', { textDocument });
    expect(lenses.result).toMatchObject([{ command: { command: 'meanfield.analyze', arguments: [uri, 0] } }]);
    const actions = await editor.request('textDocument/codeAction', { textDocument, range, context: { diagnostics: [] } });
    expect(JSON.stringify(actions.result)).toContain('# meanfield: ignore[vanishing-gradient]');
    const report = await editor.request('meanfield/report', { uri });
    expect(report.result).toMatchObject({ uri, version: 7, report: { models: [{ name: 'Net' }] } });
    const charts = await editor.request('meanfield/charts', { uri, model: 0 });
    expect(charts.result).toMatchObject({ phasePlanes: [{ activation: 'relu' }] });
  });

  test('is asked for nothing that it has not announced', async () => {
    await using editor = await started();
    editor.open(uri, deep);
    await editor.diagnostics(uri, 1);
    const asked = editor.messages.filter(({ id, method }) => id !== undefined && method !== undefined);
    expect(asked.map(({ method }) => method)).toEqual([]);
  });

  test('sets options when it starts and with its changes', async () => {
    await using editor = await started({}, { rules: { 'vanishing-gradient': 'off' }, codeLens: { enabled: false } });
    editor.open(uri, deep);
    expect(codes(await editor.diagnostics(uri, 1))).not.toContain('vanishing-gradient');
    expect((await editor.request('textDocument/codeLens', { textDocument: { uri } })).result).toEqual([]);
    const before = editor.published.length;
    editor.notify('workspace/didChangeConfiguration', { settings: { meanfield: { rules: { 'vanishing-gradient': 'hint' } } } });
    await editor.until(() => editor.published.length > before);
    const vanishing = editor.published.at(-1)!.diagnostics.find(({ code }) => code === 'vanishing-gradient');
    expect(vanishing?.severity).toBe(4);
  });
});

describe('a client with all capabilities', () => {
  test('is told the position encoding and asked for the settings of each document', async () => {
    const editor = new Editor(built.entry);
    await using _ = editor;
    editor.answers.set('workspace/configuration', () => [{ inlayHints: { enabled: 'off' } }]);
    const { result } = await editor.initialize(full);
    expect(result).toMatchObject({
      serverInfo: { name: 'meanfield' },
      capabilities: { positionEncoding: 'utf-16', textDocumentSync: { change: 2 }, hoverProvider: true, inlayHintProvider: true },
    });
    editor.open(uri, deep);
    await editor.diagnostics(uri, 1);
    const range = { start: { line: 0, character: 0 }, end: { line: 20, character: 0 } };
    expect((await editor.request('textDocument/inlayHint', { textDocument: { uri }, range })).result).toEqual([]);
    editor.answers.set('workspace/configuration', () => [{}]);
    editor.notify('workspace/didChangeConfiguration', { settings: null });
    await editor.until(({ method }) => method === 'workspace/inlayHint/refresh');
    expect((await editor.request('textDocument/inlayHint', { textDocument: { uri }, range })).result).toHaveLength(1);
  });

  test('that never answers for its settings still gets diagnostics', async () => {
    const editor = new Editor(built.entry);
    await using _ = editor;
    editor.answers.set('workspace/configuration', () => {
      throw new Error('unreachable');
    });
    editor.answers.clear();
    const silent = editor.send.bind(editor);
    editor.send = (message) => {
      if (message.id !== undefined && message.method === undefined) return;
      silent(message);
    };
    await editor.initialize(full);
    editor.open(uri, deep);
    expect(codes(await editor.diagnostics(uri, 1))).toContain('vanishing-gradient');
  });
});

describe('simulation', () => {
  const measured = { mean: expect.any(Number), deviation: expect.any(Number) };

  test('runs beside the requests, says how far it is, and measures what the report predicts', async () => {
    await using editor = await started();
    editor.open(uri, deep, 1);
    const id = editor.ask('meanfield/simulate', { uri, model: 0 });
    await editor.until(({ method }) => method === 'meanfield/simulationProgress');
    const answer = await editor.answer(id);
    const progress = editor.messages.filter(({ method }) => method === 'meanfield/simulationProgress');
    expect(progress.at(-1)!.params).toEqual({ uri, model: 0, done: 16, draws: 16 });
    const { points, ...rest } = answer.result as Simulation;
    expect(rest).toEqual({ draws: 16, width: 1, mapSize: null, stops: [] });
    expect(points).toHaveLength(40);
    expect(points[0]).toMatchObject({ q: measured, c: measured, gradient: measured });
    // Sixteen draws whose squared gradients spread by a factor of two each.
    expect(Math.abs(points[0]!.gradient!.mean - points[0]!.expected.gradient!)).toBeLessThan(0.3);
  });

  test('ends when it is cancelled', async () => {
    await using editor = await started();
    editor.open(uri, deep, 1);
    const id = editor.ask('meanfield/simulate', { uri, model: 0 });
    await editor.until(({ method }) => method === 'meanfield/simulationProgress');
    editor.notify('$/cancelRequest', { id });
    const { result } = await editor.answer(id);
    expect(result ?? null).toBeNull();
  });

  test('of a model that is not there has no result', async () => {
    await using editor = await started();
    editor.open(uri, deep, 1);
    expect((await editor.request('meanfield/simulate', { uri, model: 7 })).result).toBeNull();
  });
});

describe('edits', () => {
  test('give what a fresh analysis of the same text gives, with astral characters and CRLF', async () => {
    await using editor = await started();
    const text = `# 𝕏 👩‍🔬 before\r\n${deep.replaceAll('\n', '\r\n')}`;
    editor.open(uri, text, 1);
    await editor.diagnostics(uri, 1);
    const insert = (line: number, character: number, words: string, to = character) => ({
      range: { start: { line, character }, end: { line, character: to } },
      text: words,
    });
    // The second change counts from the text that the first has left; 𝕏 takes two code units.
    editor.change(uri, 2, insert(0, 2, '', 4), insert(5, 0, '        # 𝒲\r\n'), insert(6, 66, '2', 67));
    await editor.diagnostics(uri, 2);
    const { result: edited } = (await editor.request('meanfield/report', { uri })) as { result: { report: unknown } };
    const lines = text.split('\r\n');
    lines[0] = '#  👩‍🔬 before';
    lines.splice(5, 0, '        # 𝒲');
    const other = 'file:///work/other.py';
    lines[6] = `${lines[6]!.slice(0, 66)}2${lines[6]!.slice(67)}`;
    editor.open(other, lines.join('\r\n'));
    await editor.diagnostics(other, 1);
    const { result: fresh } = (await editor.request('meanfield/report', { uri: other })) as { result: { report: unknown } };
    expect(JSON.parse(JSON.stringify(edited.report).replaceAll(uri, other))).toEqual(fresh.report);
    expect(JSON.stringify(fresh.report)).toContain('"line":6');
  });

  test('at fifty a second never show a diagnostic of an older version after one of a newer', async () => {
    await using editor = await started();
    editor.open(uri, deep, 1);
    const lines = deep.split('\n').length - 1;
    for (let version = 2; version <= 101; version++) {
      editor.change(uri, version, {
        range: { start: { line: lines, character: version - 2 }, end: { line: lines, character: version - 2 } },
        text: '#',
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await editor.diagnostics(uri, 101);
    const versions = editor.published.map(({ version }) => version!);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(versions.length);
    for (const published of editor.published) expect(codes(published)).toContain('vanishing-gradient');
  });

  test('a request right after an edit is answered for the edited text', async () => {
    await using editor = await started();
    editor.open(uri, deep, 1);
    editor.change(uri, 2, { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: '\n\n' });
    const { result } = await editor.request('textDocument/codeLens', { textDocument: { uri } });
    expect(result).toMatchObject([{ range: { start: { line: 3 } } }]);
  });

  test('closing a document clears its diagnostics and forgets its report', async () => {
    await using editor = await started();
    editor.open(uri, deep);
    await editor.diagnostics(uri, 1);
    editor.notify('textDocument/didClose', { textDocument: { uri } });
    await editor.until(() => editor.published.at(-1)?.diagnostics.length === 0);
    expect((await editor.request('meanfield/report', { uri })).result).toBeNull();
  });
});

describe('any text', () => {
  test.each([
    ['half-typed', `${deep}\nclass Other(nn.Module):\n    def __init__(self:\n        self.a = nn.Linear(`],
    ['empty', ''],
    ['binary', `import torch\n${String.fromCharCode(...Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 256))}`],
    ['lone surrogates', `import torch # ${String.fromCharCode(0xd83d)} ${String.fromCharCode(0xdc00)}\n`],
    ['one megabyte', `import torch\n${'x = 1\n'.repeat(180_000)}`],
    ['100,000 nested parentheses', `import torch\nx = ${'('.repeat(100_000)}${')'.repeat(100_000)}\n`],
    ['an endless loop', `import torch.nn as nn\nwhile True:\n    pass\n${deep}`],
    ['endless recursion', `import torch.nn as nn\ndef f(x):\n    return f(x + 1)\nf(0)\n${deep}`],
    ['an endless class hierarchy', 'import torch.nn as nn\nclass A(A):\n    pass\nclass B(B, nn.Module):\n    pass\nA()\nB()\n'],
    ['a hundred million layers', 'import torch.nn as nn\nnet = nn.Sequential(*[nn.Linear(8, 8) for _ in range(10**8)])\n'],
  ])('%s neither crashes nor hangs, and the next edit is answered', async (_title, text) => {
    await using editor = await started();
    const start = Date.now();
    editor.open(uri, text, 1);
    await editor.diagnostics(uri, 1);
    expect(Date.now() - start).toBeLessThan(10_000);
    editor.change(uri, 2, { text: deep });
    expect(codes(await editor.diagnostics(uri, 2))).toContain('vanishing-gradient');
  });

  test.each([
    ['longer than a megabyte', `import torch\n${'x = 1\n'.repeat(180_000)}`, /longer than/],
    ['nested too deeply', `import torch\nx = ${'('.repeat(100_000)}${')'.repeat(100_000)}\n`, /nested/],
  ])('a file that is %s says that it is not analysed', async (_title, text, message) => {
    await using editor = await started();
    editor.open(uri, text);
    const { diagnostics } = await editor.diagnostics(uri, 1);
    expect(diagnostics).toMatchObject([{ message: expect.stringMatching(message), severity: 3 }]);
    await editor.until(
      ({ method, params }) => method === 'meanfield/status' && (params as { state: string }).state === 'limited',
    );
  });

  test('a half-typed class leaves the models beside it analysed', async () => {
    await using editor = await started();
    editor.open(uri, `${deep}\nclass Other(nn.Module):\n    def __init__(self:\n        self.a = nn.Linear(`);
    expect(codes(await editor.diagnostics(uri, 1))).toContain('vanishing-gradient');
  });
});

describe('the life of the server', () => {
  test('shutdown, then exit ends with code 0; requests after shutdown are refused', async () => {
    const editor = await started();
    expect((await editor.request('shutdown')).result).toBeNull();
    editor.open(uri, deep);
    const refused = await editor.request('textDocument/hover', { textDocument: { uri }, position: { line: 0, character: 0 } });
    expect(refused.error?.code).toBe(-32600);
    await editor.request('shutdown');
    editor.notify('exit', undefined);
    expect(await editor.exited).toBe(0);
    expect(editor.published).toEqual([]);
  });
  test('exit without shutdown ends with code 1', async () => {
    const editor = await started();
    editor.notify('exit', undefined);
    expect(await editor.exited).toBe(1);
  });
  test('the server ends when its input does', async () => {
    const editor = await started();
    editor.closeInput();
    expect(await editor.exited).toBe(1);
  });
  test('unknown requests are refused, unknown notifications dropped', async () => {
    await using editor = await started();
    expect((await editor.request('meanfield/unheardOf', {})).error?.code).toBe(-32601);
    editor.notify('$/unheardOf', {});
    editor.notify('meanfield/unheardOf', {});
    editor.notify('textDocument/didChange', {
      textDocument: { uri: 'file:///never/opened.py', version: 2 },
      contentChanges: [{ text: 'x' }],
    });
    editor.open(uri, deep);
    expect(codes(await editor.diagnostics(uri, 1))).toContain('vanishing-gradient');
  });
  test('a cancelled request is answered as cancelled', async () => {
    await using editor = await started();
    editor.open(uri, deep);
    const id = editor.ask('textDocument/hover', { textDocument: { uri }, position: { line: 4, character: 45 } });
    editor.notify('$/cancelRequest', { id });
    expect((await editor.answer(id)).error?.code).toBe(-32800);
  });
  test('charts take their time, and hovers and their own end do not wait for it', async () => {
    await using editor = await started();
    editor.open(uri, swish);
    await editor.diagnostics(uri, 1);
    const charts = editor.ask('meanfield/charts', { uri, model: 0 });
    const hover = editor.ask('textDocument/hover', { textDocument: { uri }, position: { line: 1, character: 7 } });
    expect((await editor.answer(hover)).result).not.toBeNull();
    expect(editor.messages.some(({ id }) => id === charts)).toBe(false);
    expect((await editor.answer(charts)).result).toMatchObject({ spectrum: { atoms: [] }, circle: { points: { length: 40 } } });

    editor.change(uri, 2, { text: swish.replaceAll('256', '300') });
    await editor.diagnostics(uri, 2);
    const unwanted = editor.ask('meanfield/charts', { uri, model: 0 });
    editor.notify('$/cancelRequest', { id: unwanted });
    expect((await editor.answer(unwanted)).error?.code).toBe(-32800);
  });
  test('malformed parameters are answered and do no harm', async () => {
    await using editor = await started();
    editor.open(uri, deep);
    await editor.diagnostics(uri, 1);
    for (const params of [
      null,
      {},
      [],
      { textDocument: null },
      { textDocument: { uri: 5 }, position: 'here' },
      { uri: {}, model: -1.5 },
    ])
      for (const method of [
        'textDocument/hover',
        'meanfield/report',
        'meanfield/charts',
        'textDocument/inlayHint',
        'textDocument/codeAction',
      ])
        expect(await editor.request(method, params)).toHaveProperty('id');
    const hover = await editor.request('textDocument/hover', { textDocument: { uri }, position: { line: 1, character: 7 } });
    expect(hover.result).not.toBeNull();
  });
});

import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildServer } from './build.js';
import { Editor, type Published } from './editor.js';

let built: Awaited<ReturnType<typeof buildServer>>;
let folder: string;
beforeAll(async () => {
  built = await buildServer();
});
afterAll(() => built[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'meanfield project ')));
  await mkdir(join(folder, 'project'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const place = (name: string) => join(folder, 'project', name);
const uriOf = (name: string) => pathToFileURL(place(name)).href;
const save = (name: string, text: string) => writeFile(place(name), text);

/** Twenty layers under ReLU: their gradients vanish as PyTorch initializes them, and not with He's initializer. */
const net = [
  'import torch.nn as nn',
  'from blocks import layer',
  'class Net(nn.Module):',
  '    def __init__(self):',
  '        super().__init__()',
  '        self.layers = nn.Sequential(*[nn.Sequential(layer(256), nn.ReLU()) for _ in range(20)])',
  '    def forward(self, x):',
  '        return self.layers(x)',
  '',
].join('\n');
const plain = 'import torch.nn as nn\ndef layer(width):\n    made = nn.Linear(width, width)\n    return made\n';
const he = plain.replace('    return', '    nn.init.kaiming_normal_(made.weight)\n    return');

const watching = {
  workspace: {
    workspaceFolders: true,
    didChangeWatchedFiles: { dynamicRegistration: true },
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
  },
};

async function started(capabilities: object = {}): Promise<Editor> {
  const editor = new Editor(built.entry);
  await editor.initialize(capabilities);
  return editor;
}

const vanishes = ({ diagnostics }: Published) => diagnostics.some(({ code }) => code === 'vanishing-gradient');
/** Resolves once diagnostics that `wanted` holds for are the last ones of a file. */
async function shows(editor: Editor, name: string, wanted: (published: Published) => boolean, version = 1): Promise<void> {
  const latest = () => editor.published.filter(({ uri }) => uri === uriOf(name)).at(-1);
  await editor.until(() => {
    const published = latest();
    return published?.version === version && wanted(published);
  });
}
const vanishing = (editor: Editor, version?: number) => shows(editor, 'net.py', vanishes, version);
const healthy = (editor: Editor, version?: number) => shows(editor, 'net.py', (published) => !vanishes(published), version);
const insert = (line: number, text: string) => ({
  range: { start: { line, character: 0 }, end: { line, character: 0 } },
  text,
});
const initializer = insert(3, '    nn.init.kaiming_normal_(made.weight)\n');
const changed = (editor: Editor, name: string, type: 1 | 2 | 3) =>
  editor.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uriOf(name), type }] });

test('an edit of an imported file that is not saved changes what is said of the models that use it', async () => {
  await using editor = await started(watching);
  await save('blocks.py', plain);
  editor.open(uriOf('net.py'), net);
  await vanishing(editor);
  editor.open(uriOf('blocks.py'), plain);
  await editor.diagnostics(uriOf('blocks.py'), 1);
  editor.change(uriOf('blocks.py'), 2, initializer);
  await healthy(editor);
  await editor.until(({ method }) => method === 'workspace/inlayHint/refresh');
  await editor.until(({ method }) => method === 'workspace/codeLens/refresh');
  const last = editor.published.slice(-2).map(({ uri }) => uri);
  expect(last, 'the edited file comes first').toEqual([uriOf('blocks.py'), uriOf('net.py')]);
});

test('a request right after the edit of an imported file is answered with that edit', async () => {
  await using editor = await started();
  await save('blocks.py', plain);
  editor.open(uriOf('blocks.py'), plain);
  editor.open(uriOf('net.py'), net);
  await vanishing(editor);
  editor.change(uriOf('blocks.py'), 2, initializer);
  const { result } = await editor.request('meanfield/report', { uri: uriOf('net.py') });
  expect(JSON.stringify(result)).not.toContain('vanishing-gradient');
});

test('an edit of a file that registers a model changes what is said where the registry makes it', async () => {
  await using editor = await started(watching);
  const registered = net
    .replace('from blocks import layer', 'from table import register\nfrom blocks import layer')
    .replace('class Net', '@register\nclass Net');
  const train =
    "import torch\nfrom table import MODELS\nfrom zoo import *\ndef main():\n    model = MODELS['Net']()\nif __name__ == '__main__':\n    main()\n";
  await save('table.py', 'MODELS = {}\ndef register(cls):\n    MODELS[cls.__name__] = cls\n    return cls\n');
  await save('zoo.py', 'import net\n');
  await save('blocks.py', plain);
  await save('net.py', registered);
  editor.open(uriOf('net.py'), registered);
  editor.open(uriOf('train.py'), train);
  await shows(editor, 'train.py', vanishes);
  editor.open(uriOf('blocks.py'), plain);
  editor.change(uriOf('blocks.py'), 2, initializer);
  await shows(editor, 'train.py', (published) => !vanishes(published));
});

test('an imported file without the framework is read from the editor as well', async () => {
  await using editor = await started();
  await save('blocks.py', 'from sizes import layer\n');
  await save('sizes.py', plain.replace('import torch.nn as nn\n', 'from layers import nn\n'));
  await save('layers.py', 'import torch.nn as nn\n');
  editor.open(uriOf('net.py'), net);
  editor.open(uriOf('sizes.py'), plain.replace('import torch.nn as nn\n', 'from layers import nn\n'));
  await vanishing(editor);
  editor.change(uriOf('sizes.py'), 2, initializer);
  await healthy(editor);
});

test('closing an edited file without saving returns to what is on the disk', async () => {
  await using editor = await started();
  await save('blocks.py', plain);
  editor.open(uriOf('blocks.py'), he);
  editor.open(uriOf('net.py'), net);
  await healthy(editor);
  editor.notify('textDocument/didClose', { textDocument: { uri: uriOf('blocks.py') } });
  await vanishing(editor);
});

test('a file that exists in the editor alone is found', async () => {
  await using editor = await started();
  editor.open(uriOf('net.py'), net);
  await healthy(editor);
  editor.open(uriOf('blocks.py'), plain);
  await vanishing(editor);
});

test('files that change on the disk are followed: made, written, deleted and renamed', async () => {
  await using editor = await started(watching);
  const { params } = await editor.until(({ method }) => method === 'client/registerCapability');
  expect(params).toMatchObject({
    registrations: [{ method: 'workspace/didChangeWatchedFiles', registerOptions: { watchers: [{ globPattern: '**/*.py' }] } }],
  });
  editor.open(uriOf('net.py'), net);
  await healthy(editor);
  await save('blocks.py', plain);
  changed(editor, 'blocks.py', 1);
  await vanishing(editor);
  await save('blocks.py', he);
  changed(editor, 'blocks.py', 2);
  await healthy(editor);
  await save('blocks.py', plain);
  changed(editor, 'blocks.py', 2);
  await vanishing(editor);
  await rename(place('blocks.py'), place('other.py'));
  changed(editor, 'blocks.py', 3);
  changed(editor, 'other.py', 1);
  await healthy(editor);
});

test('a change of a file that nothing imports costs no analysis', async () => {
  await using editor = await started(watching);
  await save('blocks.py', plain);
  editor.open(uriOf('net.py'), net);
  await vanishing(editor);
  const before = editor.published.length;
  await save('unrelated.py', plain);
  changed(editor, 'unrelated.py', 1);
  editor.open(uriOf('third.py'), plain);
  await editor.diagnostics(uriOf('third.py'), 1);
  expect(editor.published.slice(before).map(({ uri }) => uri)).toEqual([uriOf('third.py')]);
});

test('a burst of edits in both files ends with the newest of both, and never goes back', async () => {
  await using editor = await started();
  await save('blocks.py', plain);
  editor.open(uriOf('blocks.py'), plain);
  editor.open(uriOf('net.py'), net);
  await vanishing(editor);
  for (let version = 2; version <= 61; version++) {
    editor.change(uriOf('blocks.py'), version, version % 2 ? insert(0, '') : insert(0, '# typed\n'));
    if (version % 3 === 0) editor.change(uriOf('net.py'), version, insert(0, '# typed\n'));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  editor.change(uriOf('blocks.py'), 62, { text: he });
  await healthy(editor, 60);
  for (const name of ['net.py', 'blocks.py']) {
    const versions = editor.published.filter(({ uri }) => uri === uriOf(name)).map(({ version }) => version!);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  }
});

test('links that lead out of the project are not followed, those inside are', async () => {
  await using editor = await started();
  await save('pyproject.toml', '');
  await writeFile(join(folder, 'secret.py'), plain);
  await symlink(join(folder, 'secret.py'), place('blocks.py'));
  editor.open(uriOf('net.py'), net);
  await healthy(editor);
  await mkdir(place('parts'));
  await writeFile(place('parts/real.py'), plain);
  await rm(place('blocks.py'));
  await symlink(place('parts/real.py'), place('blocks.py'));
  changed(editor, 'blocks.py', 2);
  await vanishing(editor);
});

test('a relative import that leads out of the project is not followed', async () => {
  await using editor = await started();
  await save('pyproject.toml', '');
  await writeFile(join(folder, 'blocks.py'), plain);
  editor.open(uriOf('net.py'), net.replace('from blocks', 'from ..blocks'));
  await healthy(editor);
});

test('a folder that is open in the editor is one project', async () => {
  const editor = new Editor(built.entry);
  await using _ = editor;
  editor.folders = [pathToFileURL(join(folder, 'project')).href];
  await editor.initialize(watching);
  await save('blocks.py', plain);
  await mkdir(place('scripts'));
  editor.open(uriOf('scripts/net.py'), net);
  await shows(editor, 'scripts/net.py', vanishes);
});

test('an analysis that takes long is announced', async () => {
  await using editor = await started();
  const many = Array.from({ length: 40 }, (_, i) => net.replaceAll('Net', `Net${i}`).replace('from blocks', 'from .nowhere'));
  editor.open(uriOf('net.py'), many.join('\n').replaceAll('layer(256)', 'nn.Linear(256, 256)'));
  await editor.diagnostics(uriOf('net.py'), 1);
  const states = () =>
    editor.messages
      .filter(({ method }) => method === 'meanfield/status')
      .map(({ params }) => (params as { state: string }).state);
  await editor.until(() => states().includes('ready'));
  expect(states()).toEqual(['busy', 'ready']);
});

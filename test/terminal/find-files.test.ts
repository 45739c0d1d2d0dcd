import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { findFiles } from '../../language-server/terminal/find-files.js';
import { temporaryTree } from './temporary-tree.js';

async function found(root: string, paths: string[] = ['.'], directory = root): Promise<string[]> {
  const { files } = await findFiles(paths, directory);
  return files.map((file) => relative(root, file));
}

const repository = {
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.git/config': '[core]\n\trepositoryformatversion = 0\n\tbare = false\n',
  '.git/objects/info/packs': '',
  '.git/refs/heads/.keep': '',
  '.git/info/exclude': 'private/\n',
  '.gitignore': '*_generated.py\n/build\n!kept_generated.py\nlogs/*\n!logs/model.py\ndeep/**/skipped.py\n\\#odd.py\n',
  'model.py': '',
  'net_generated.py': '',
  'kept_generated.py': '',
  '#odd.py': '',
  'build/model.py': '',
  'nested/build/model.py': '',
  'private/model.py': '',
  'logs/model.py': '',
  'logs/other.py': '',
  'deep/a/b/skipped.py': '',
  'deep/a/b/taken.py': '',
  'nested/.gitignore': '!net_generated.py\n*.tmp.py\n/here.py\n',
  'nested/net_generated.py': '',
  'nested/x.tmp.py': '',
  'nested/here.py': '',
  'nested/lower/here.py': '',
  'nested/lower/Model.py': '',
  'readme.md': '',
};

const visible = [
  'deep/a/b/taken.py',
  'kept_generated.py',
  'logs/model.py',
  'model.py',
  'nested/build/model.py',
  'nested/lower/Model.py',
  'nested/lower/here.py',
  'nested/net_generated.py',
];

test('ignore files of every level hold in a directory, the nearest one first', async () => {
  expect(await found(temporaryTree(repository))).toEqual(visible);
});

test.skipIf(spawnSync('git', ['--version']).status !== 0)('what is left out is what git leaves out', async () => {
  const root = temporaryTree(repository);
  const git = spawnSync('git', ['ls-files', '--others', '--exclude-standard', '-z', '*.py'], { cwd: root, encoding: 'utf8' });
  expect(git.stderr).toBe('');
  expect(git.stdout.split('\0').filter(Boolean).sort()).toEqual(await found(root));
});

test('a directory inside of a repository is searched with the rules from above', async () => {
  expect(await found(temporaryTree(repository), ['nested'])).toEqual(visible.filter((path) => path.startsWith('nested/')));
});

test('an ignored file or directory that is named is taken', async () => {
  const root = temporaryTree(repository);
  expect(await found(root, ['net_generated.py', 'build'])).toEqual(['build/model.py', 'net_generated.py']);
});

test('a named file is taken whatever its name', async () => {
  expect(await found(temporaryTree({ 'model.txt': '' }), ['model.txt'])).toEqual(['model.txt']);
});

test("other people's packages, hidden directories and virtual environments are left out", async () => {
  const root = temporaryTree({
    'a.py': '',
    'node_modules/x.py': '',
    '.tox/x.py': '',
    '__pycache__/x.py': '',
    'lib/site-packages/torch/x.py': '',
    'env/pyvenv.cfg': '',
    'env/bin/x.py': '',
  });
  expect(await found(root)).toEqual(['a.py']);
});

test('a virtual environment that is named is searched', async () => {
  const root = temporaryTree({ 'env/pyvenv.cfg': '', 'env/bin/x.py': '', 'lib/site-packages/y.py': '' });
  expect(await found(root, ['env', 'lib/site-packages'])).toEqual(['env/bin/x.py', 'lib/site-packages/y.py']);
});

test('symbolic links in a directory are not followed, so cycles end; a named link is', async () => {
  const root = temporaryTree({ 'a/model.py': '' });
  symlinkSync('..', join(root, 'a', 'up'));
  symlinkSync('model.py', join(root, 'a', 'alias.py'));
  symlinkSync('loop', join(root, 'a', 'loop'));
  symlinkSync('a', join(root, 'link'));
  expect(await found(root)).toEqual(['a/model.py']);
  expect(await found(root, ['a/alias.py'])).toEqual(['a/alias.py']);
  expect(await found(root, ['link'])).toEqual(['link/model.py']);
});

test('a file that is named in several ways is taken once', async () => {
  const root = temporaryTree({ 'a/model.py': '' });
  symlinkSync('a', join(root, 'link'));
  expect(await found(root, ['a', './a/model.py', join(root, 'a'), 'link'])).toHaveLength(1);
});

test('files come in the order of their names by code units, whatever the order of the arguments', async () => {
  const root = temporaryTree({ 'b.py': '', 'B.py': '', 'a/z.py': '', 'a.py': '', 'ä.py': '', 'a10.py': '', 'a9.py': '' });
  const order = ['B.py', 'a.py', 'a/z.py', 'a10.py', 'a9.py', 'b.py', 'ä.py'];
  expect(await found(root)).toEqual(order);
  expect(await found(root, ['b.py', 'a', '.'])).toEqual(order);
});

test('a named path that is not there is told, with the reason', async () => {
  const root = temporaryTree({ 'a.py': '' });
  const { files, unreadable } = await findFiles(['missing.py', 'a.py', 'a.py/below.py'], root);
  expect(files).toEqual([join(root, 'a.py')]);
  expect(unreadable).toEqual([
    { path: join(root, 'missing.py'), reason: 'no such file or directory', named: true },
    { path: join(root, 'a.py/below.py'), reason: expect.stringContaining('not a directory'), named: true },
  ]);
});

// Root may look into every directory.
test.skipIf(process.getuid?.() === 0)('a directory that may not be looked into is told', async () => {
  const root = temporaryTree({ 'a.py': '' });
  mkdirSync(join(root, 'closed'), 0o000);
  const { files, unreadable } = await findFiles(['.'], root);
  chmodSync(join(root, 'closed'), 0o700);
  expect(files).toEqual([join(root, 'a.py')]);
  expect(unreadable).toEqual([{ path: join(root, 'closed'), reason: 'permission denied', named: false }]);
});

import { expect, test } from 'vitest';
import { findModule, fullModuleName } from '../../language-server/source/module-paths.js';

const project = [
  '/home/me/project/pyproject.toml',
  '/home/me/project/train.py',
  '/home/me/project/blocks.py',
  '/home/me/project/models/__init__.py',
  '/home/me/project/models/net.py',
  '/home/me/project/models/blocks.py',
  '/home/me/project/models/parts/__init__.py',
  '/home/me/project/models/parts/attention.py',
  '/home/me/project/scripts/run.py',
  '/home/me/project/src/shipped/__init__.py',
  '/home/me/project/src/shipped/net.py',
  '/home/me/secret.py',
  '/usr/lib/python3/dist-packages/numpy/__init__.py',
  '/usr/lib/python3/dist-packages/vision/__init__.py',
  '/usr/lib/python3/dist-packages/vision/net.py',
  '/usr/lib/python3/dist-packages/vision/ops.py',
];
const files = { isFile: (path: string) => project.includes(path.replace('file://', '')) };
const find = (name: string, from: string) => findModule(files, name, from);

test.each([
  ['a module beside a script', 'blocks', '/home/me/project/train.py', '/home/me/project/blocks.py'],
  ['a package beside a script', 'models', '/home/me/project/train.py', '/home/me/project/models/__init__.py'],
  ['a module of a package', 'models.net', '/home/me/project/train.py', '/home/me/project/models/net.py'],
  [
    'a module of the own package',
    'models.parts.attention',
    '/home/me/project/models/net.py',
    '/home/me/project/models/parts/attention.py',
  ],
  [
    'a module of the project from a folder of scripts',
    'models.net',
    '/home/me/project/scripts/run.py',
    '/home/me/project/models/net.py',
  ],
  [
    'a package that the project installs from src',
    'shipped.net',
    '/home/me/project/scripts/run.py',
    '/home/me/project/src/shipped/net.py',
  ],
  ['a relative module', '.blocks', '/home/me/project/models/net.py', '/home/me/project/models/blocks.py'],
  ['a relative module one level up', '..net', '/home/me/project/models/parts/attention.py', '/home/me/project/models/net.py'],
  ['the package itself', '.', '/home/me/project/models/net.py', '/home/me/project/models/__init__.py'],
  [
    'a module of an installed package from inside',
    'vision.ops',
    '/usr/lib/python3/dist-packages/vision/net.py',
    '/usr/lib/python3/dist-packages/vision/ops.py',
  ],
  ['a module by URI', '.blocks', 'file:///home/me/project/models/net.py', 'file:///home/me/project/models/blocks.py'],
])('finds %s', (_, name, from, expected) => {
  expect(find(name, from)).toBe(expected);
});

test.each([
  ['another installed package', 'numpy', '/usr/lib/python3/dist-packages/vision/net.py'],
  ['what lies outside of the project', '...secret', '/home/me/project/models/net.py'],
  ['what lies above the root', '..............x', '/home/me/project/models/net.py'],
  ['a name that is no name', 'models/../../secret', '/home/me/project/train.py'],
  ['a module that is not there', 'models.missing', '/home/me/project/train.py'],
])('does not find %s', (_, name, from) => {
  expect(find(name, from)).toBeNull();
});

test.each([
  ['.ops', '/usr/lib/python3/dist-packages/vision/net.py', 'vision.ops'],
  ['..net', '/home/me/project/models/parts/attention.py', 'models.net'],
  ['.', '/home/me/project/models/parts/attention.py', 'models.parts'],
  ['a.b', '/home/me/project/train.py', 'a.b'],
  ['..x', '/home/me/project/models/net.py', null],
])('%s in %s is %s', (name, from, expected) => {
  expect(fullModuleName(files, name, from)).toBe(expected);
});

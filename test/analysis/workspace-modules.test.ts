import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WorkspaceModules } from '../../language-server/analysis/workspace-modules.js';
import { loadParser } from '../python-parser.js';

test('a further working tree of a repository, where .git is a file, is a project', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meanfield-worktree-'));
  try {
    writeFileSync(join(folder, '.git'), 'gitdir: /elsewhere/.git/worktrees/this\n');
    writeFileSync(join(folder, 'blocks.py'), 'width = 4\n');
    mkdirSync(join(folder, 'scripts'));
    const modules = new WorkspaceModules(await loadParser());
    expect(modules.read('blocks', join(folder, 'scripts', 'run.py'))?.tree.text).toBe('width = 4\n');
    expect(modules.read('absent', join(folder, 'scripts', 'run.py'))).toBeNull();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// Builds the package that users install, as `npm run package` does, to a place of choice.
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { project } from './node-host.mjs';

const run = promisify(execFile);

/** @returns the size of the package in bytes */
export async function packageExtension(vsix) {
  await run(process.execPath, ['esbuild.mjs', '--production', '--quiet'], { cwd: project });
  const vsce = join(project, 'node_modules', '@vscode', 'vsce', 'vsce');
  await run(process.execPath, [vsce, 'package', '--no-dependencies', '--out', vsix], { cwd: project });
  return (await stat(vsix)).size;
}

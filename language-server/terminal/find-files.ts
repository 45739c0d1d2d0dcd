import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { IgnoreRules } from './ignore-rules.js';

/** Standard input as a path. */
export const standardInput = '-';

export interface FoundFiles {
  /** Absolute paths (or `-`), each file once, sorted. */
  files: string[];
  /** What was named or met but cannot be looked into. */
  unreadable: Unreadable[];
}

export interface Unreadable {
  path: string;
  reason: string;
  /** The user named this very path, so leaving it out in silence would be wrong. */
  named: boolean;
}

/**
 * The files that `paths` stand for: a named file is taken whatever it is called, a named directory is searched for Python files and notebooks.
 *
 * Inside directories ignored files are left out and symbolic links are not followed, so that no cycle can arise.
 */
export async function findFiles(paths: readonly string[], directory: string): Promise<FoundFiles> {
  const search: Search = { files: new Map(), unreadable: [] };
  for (const path of paths) {
    if (path === standardInput) search.files.set(path, path);
    else await take(resolve(directory, path), search);
  }
  return { files: [...search.files.values()].sort(byCodeUnits), unreadable: search.unreadable };
}

interface Search {
  /** By real path, so that two names of one file count once. */
  files: Map<string, string>;
  unreadable: Unreadable[];
}

async function take(path: string, search: Search): Promise<void> {
  try {
    const entry = await stat(path);
    if (entry.isDirectory()) await walk(path, await IgnoreRules.above(path), search, true);
    else search.files.set(await realpath(path), path);
  } catch (error) {
    search.unreadable.push({ path, reason: reasonOf(error), named: true });
  }
}

async function walk(directory: string, above: IgnoreRules, search: Search, named: boolean): Promise<void> {
  const entries = await entriesOf(directory, search, named);
  if (entries === null || (!named && entries.some(({ name }) => name === 'pyvenv.cfg'))) return;
  const rules = await above.enter(directory);
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (!isSkipped(entry.name) && !rules.ignores(path, true)) await walk(path, rules, search, false);
    } else if (entry.isFile() && /\.(py|ipynb)$/.test(entry.name) && !rules.ignores(path, false)) {
      search.files.set(await realpath(path).catch(() => path), path);
    }
  }
}

async function entriesOf(directory: string, search: Search, named: boolean) {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    search.unreadable.push({ path: directory, reason: reasonOf(error), named });
    return null;
  }
}

/** Hidden directories (`.git`, `.venv`, `.tox`) and those that hold other people's packages or compiled code. */
const isSkipped = (name: string): boolean =>
  name.startsWith('.') || ['node_modules', 'site-packages', '__pycache__', '__pypackages__'].includes(name);

/** By code units and not by the user's locale: the order is part of the output. */
const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'too many symbolic links',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENAMETOOLONG: 'the name is too long',
  ERR_FS_FILE_TOO_LARGE: 'the file is too large',
};

/** Why the system refused a file, in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}

import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/**
 * What git leaves out at one place of a tree: `.git/info/exclude` of the repository and the `.gitignore` files of it and of the
 * directories down to here. The nearest file that says anything about a path decides (gitignore(5), "PATTERN FORMAT").
 */
export class IgnoreRules {
  /** From the nearest file to the farthest. */
  private constructor(private readonly files: readonly IgnoreFile[]) {}

  /** The rules that hold above `directory`: none outside of a repository, and none if they would hide the directory itself. */
  static async above(directory: string): Promise<IgnoreRules> {
    const ancestors = await repositoryDownTo(directory);
    let rules = new IgnoreRules([]);
    const [root] = ancestors;
    if (root !== undefined) rules = rules.with(await readIgnoreFile(root, join(root, '.git', 'info', 'exclude')));
    for (const ancestor of ancestors) {
      if (ancestor === directory) break;
      rules = await rules.withFileOf(ancestor);
    }
    return directory !== root && rules.hides(directory, ancestors) ? new IgnoreRules([]) : rules;
  }

  /** The rules inside of a directory: these and its own `.gitignore`. */
  enter(directory: string): Promise<IgnoreRules> {
    return this.withFileOf(directory);
  }

  ignores(path: string, isDirectory: boolean): boolean {
    for (const { directory, rules } of this.files) {
      const inside = relative(directory, path).split(sep).join('/');
      const { ignored, unignored } = rules.test(isDirectory ? `${inside}/` : inside);
      if (ignored || unignored) return ignored;
    }
    return false;
  }

  private hides(directory: string, ancestors: readonly string[]): boolean {
    return ancestors.slice(1).some((ancestor) => this.ignores(ancestor, true)) || this.ignores(directory, true);
  }

  private async withFileOf(directory: string): Promise<IgnoreRules> {
    return this.with(await readIgnoreFile(directory, join(directory, '.gitignore')));
  }

  private with(file: IgnoreFile | null): IgnoreRules {
    return file === null ? this : new IgnoreRules([file, ...this.files]);
  }
}

/** As git's `core.ignoreCase` is set by default. */
const foldsCase = process.platform === 'darwin' || process.platform === 'win32';

interface IgnoreFile {
  /** What its patterns are relative to. */
  directory: string;
  rules: Ignore;
}

/** An ignore file that is not there or cannot be read ignores nothing. */
async function readIgnoreFile(directory: string, path: string): Promise<IgnoreFile | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : { directory, rules: ignore({ ignorecase: foldsCase }).add(text) };
}

/** The root of the repository that `directory` lies in, then the directories down to it; empty outside of repositories. */
async function repositoryDownTo(directory: string): Promise<string[]> {
  const path = [directory];
  for (let current = directory; !(await isRepository(current)); ) {
    const parent = dirname(current);
    if (parent === current) return [];
    current = parent;
    path.unshift(current);
  }
  return path;
}

/** `.git` is a directory, or a file in worktrees and submodules. */
const isRepository = (directory: string): Promise<boolean> =>
  stat(join(directory, '.git')).then(
    () => true,
    () => false,
  );

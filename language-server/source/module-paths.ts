/** Files as import statements see them: paths or URIs whose parts are separated by `/`. */
export interface FileSystem {
  isFile(path: string): boolean;
  /** Whether a folder is known to hold a whole project. */
  isProject?(folder: string): boolean;
}

/**
 * Where an import may lead.
 *
 * @param name `a.b`, `.a`, `..a.b`
 * @param from path of the importing file
 * @returns the file, or `null` where there is none inside the package or project of `from`
 */
export function findModule(files: FileSystem, name: string, from: string): string | null {
  const dots = /^\.*/.exec(name)![0].length;
  const parts = name
    .slice(dots)
    .split('.')
    .filter((part) => part !== '');
  if (!parts.every((part) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(part))) return null;
  const folder = folderOf(from);
  if (dots > 0) {
    const start = ascend(folder, dots - 1);
    return start === null || !isInside(start, rootOf(files, folder)) ? null : fileOf(files, start, parts);
  }
  const { parent, names } = packageOf(files, folder);
  if (names.length > 0 && parts[0] === names[0]) return fileOf(files, parent, parts);
  // A file that is run as a script sees its own folder first; a project's tests and scripts see the project, and what it would install from `src`.
  for (const start of sourceFolders(files, folder)) {
    const found = fileOf(files, start, parts);
    if (found && found !== from) return found;
  }
  const project = sourceFolders(files, folder).at(-1);
  return project === undefined ? null : fileOf(files, join(project, 'src'), parts);
}

/** What `name` of a module is called as a module itself: `a.b` in `a`, `.b` in `.`. */
export const memberPath = (module: string, name: string): string =>
  module.endsWith('.') ? `${module}${name}` : `${module}.${name}`;

/** Full dotted name of what `name` means in `from`; `null` where a relative name leads out of the package. */
export function fullModuleName(files: FileSystem, name: string, from: string): string | null {
  const dots = /^\.*/.exec(name)![0].length;
  if (dots === 0) return name;
  const { names } = packageOf(files, folderOf(from));
  const kept = names.slice(0, names.length - (dots - 1));
  return dots - 1 >= names.length ? null : [...kept, ...name.slice(dots).split('.')].filter((part) => part !== '').join('.');
}

/** Folders with an `__init__.py` above a file make its package. */
function packageOf(files: FileSystem, folder: string): { parent: string; names: string[] } {
  const names: string[] = [];
  let parent = folder;
  while (files.isFile(join(parent, '__init__.py'))) {
    const above = ascend(parent, 1);
    if (above === null) break;
    names.unshift(lastPart(parent));
    parent = above;
  }
  return { parent, names };
}

/** `.git` is a file in further working trees of a repository and in repositories inside of others. */
const projectFiles = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', '.git/HEAD', '.git'];

/** The folders that imports of a file may lead into, with all that is in them: its project and its package. */
export function readableFolders(files: FileSystem, from: string): string[] {
  const folder = folderOf(from);
  const { parent, names } = packageOf(files, folder);
  const project = sourceFolders(files, folder).at(-1);
  return [...(project === undefined ? [] : [project]), ...(names.length > 0 ? [join(parent, names[0]!)] : [])];
}

/** The folder that relative imports may not leave. */
function rootOf(files: FileSystem, folder: string): string {
  return sourceFolders(files, folder).at(-1) ?? packageOf(files, folder).parent;
}

/** The file's folder and those above it up to the project's root; none in a folder of installed packages. */
function sourceFolders(files: FileSystem, folder: string): string[] {
  if (/(^|\/)(site|dist)-packages(\/|$)/.test(folder)) return [];
  const folders: string[] = [];
  for (let here: string | null = folder, depth = 0; here !== null && depth < 8; here = ascend(here, 1), depth++) {
    const place = here;
    folders.push(place);
    if (files.isProject?.(place) || projectFiles.some((name) => files.isFile(join(place, name)))) return folders;
  }
  return [folder];
}

function fileOf(files: FileSystem, folder: string, parts: readonly string[]): string | null {
  const path = parts.reduce(join, folder);
  const candidates = parts.length > 0 ? [join(path, '__init__.py'), `${path}.py`] : [join(path, '__init__.py')];
  return candidates.find((candidate) => files.isFile(candidate)) ?? null;
}

function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '.' : end === 0 ? '/' : path.slice(0, end);
}

/** The folder some levels up; `null` above the root. A relative path grows `..` where its parts are used up. */
function ascend(folder: string, levels: number): string | null {
  let path = folder;
  for (let i = 0; i < levels; i++) {
    if (path === '/' || /^[a-z][a-z0-9+.-]*:\/\/[^/]*$/i.test(path)) return null;
    if (path === '.') path = '..';
    else if (path === '..' || path.endsWith('/..')) path = `${path}/..`;
    else path = folderOf(path);
  }
  return path;
}

function isInside(folder: string, root: string): boolean {
  if (root === '.') return !folder.startsWith('..') && !folder.startsWith('/');
  return folder === root || folder.startsWith(`${root === '/' ? '' : root}/`);
}

function join(folder: string, name: string): string {
  return folder === '.' ? name : folder === '/' ? `/${name}` : `${folder}/${name}`;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

import { resolve } from 'node:path';
import { placeOf } from '../analysis/places.js';
import type { OpenFiles } from '../analysis/workspace-modules.js';

/** Nothing is open in a terminal. The directory that the command runs in and those that it names are projects, if none of them is in another. */
export function projects(paths: readonly string[], directory: string): OpenFiles {
  const all = [directory, ...paths.map((path) => resolve(directory, path))].map(placeOf);
  const folders = all.filter((one) => !all.some((other) => one.startsWith(other.endsWith('/') ? other : `${other}/`)));
  return { treeAt: () => null, isOpen: () => false, folders };
}

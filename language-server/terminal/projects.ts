import { resolve } from 'node:path';
import { placeOf } from '../analysis/places.js';
import { nothingOpen, type OpenFiles } from '../analysis/workspace-modules.js';

/** Nothing is open in a terminal. The directory that the command runs in and those that it names are projects, if none of them is in another. */
export function projects(paths: readonly string[], directory: string): OpenFiles {
  // Hundreds of files may be named, and each import asks for these folders.
  const named = paths.filter((path) => !/\.(py|ipynb)$/.test(path));
  const all = [directory, ...named.map((path) => resolve(directory, path))].map(placeOf);
  const folders = all.filter((one) => !all.some((other) => one.startsWith(other.endsWith('/') ? other : `${other}/`)));
  return { ...nothingOpen, folders };
}

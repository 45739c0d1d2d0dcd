import { fileURLToPath } from 'node:url';

/**
 * One name for one file: a client may write `file:///a%20b.py`, an import leads to `/a b.py`. Files that are not on the disk have their URI.
 *
 * @param name a path or a URI
 */
export function placeOf(name: string): string {
  return (diskPath(name) ?? name).replaceAll('\\', '/');
}

/** The path on the disk, as the system writes it; `null` for URIs that lead elsewhere. */
export function diskPath(name: string): string | null {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(name)) return name;
  if (!name.startsWith('file:')) return null;
  try {
    return fileURLToPath(name);
  } catch {
    // A host on this system, or a character that a path cannot hold.
    return null;
  }
}

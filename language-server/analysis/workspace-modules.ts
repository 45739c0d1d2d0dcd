import { readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ModuleReader } from '../evaluator/files.js';
import { findModule, fullModuleName, readableFolders } from '../source/module-paths.js';
import type { PythonParser } from '../source/parser.js';
import type { SyntaxTree } from '../source/syntax-tree.js';
import { diskPath, placeOf } from './places.js';

/** What an editor holds: its texts count more than those on the disk. */
export interface OpenFiles {
  /** The tree of the present text of the file at a place (see `placeOf`); `null` where it is not open. */
  treeAt(place: string): SyntaxTree | null;
  isOpen(place: string): boolean;
  /** Places of the folders that are open as a whole. */
  readonly folders: readonly string[];
}

export const nothingOpen: OpenFiles = { treeAt: () => null, isOpen: () => false, folders: [] };

/** Beyond this many, the files that were not asked for longest are parsed again. */
const keptTrees = 400;

const stampsHoldMs = 500;

/** Imported files, from the editor where it holds them and else from the disk, parsed once for each of their versions. Names are paths or URIs. */
export class WorkspaceModules implements ModuleReader {
  private readonly trees = new Map<string, { stamp: string; tree: SyntaxTree }>();
  /** Names under which the analysed files are known, by place. */
  private readonly given = new Map<string, string>();
  private readonly files;
  private stamps = new Map<string, string | null>();
  private realPlaces = new Map<string, string | null>();
  private stampsFrom = 0;

  constructor(
    private readonly parser: PythonParser,
    private readonly open: OpenFiles = nothingOpen,
  ) {
    this.files = {
      isFile: (path: string) => open.isOpen(placeOf(path)) || this.stamp(path) !== null,
      isProject: (folder: string) => open.folders.includes(placeOf(folder)),
    };
  }

  read(name: string, from: string): { id: string; tree: SyntaxTree } | null {
    const origin = absolute(from);
    if (origin !== from) this.given.set(placeOf(origin), from);
    const path = findModule(this.files, name, origin);
    if (!path || !this.mayRead(path, origin)) return null;
    const place = placeOf(path);
    const tree = this.open.treeAt(place) ?? this.fromDisk(path);
    return tree && { id: this.given.get(place) ?? path, tree };
  }

  fullName(name: string, from: string): string | null {
    return fullModuleName(this.files, name, absolute(from));
  }

  /** Asks the disk anew: something there has changed. */
  forget(): void {
    this.stampsFrom = Number.NEGATIVE_INFINITY;
  }

  private fromDisk(path: string): SyntaxTree | null {
    const stamp = this.stamp(path);
    if (!stamp) return null;
    const known = this.trees.get(path);
    this.trees.delete(path);
    const tree = known?.stamp === stamp ? known.tree : this.parse(path);
    if (!tree) return null;
    this.trees.set(path, { stamp, tree });
    if (this.trees.size > keptTrees) this.trees.delete(this.trees.keys().next().value!);
    return tree;
  }

  /** A link may lead out of the folders in which imports are looked for; what it leads to is not read. */
  private mayRead(path: string, origin: string): boolean {
    const real = this.realPlace(path);
    // Only in the editor, and not on the disk: there is no link to follow.
    if (real === null) return true;
    return readableFolders(this.files, origin).some((folder) => {
      const root = this.realPlace(folder);
      return root !== null && real.startsWith(root.endsWith('/') ? root : `${root}/`);
    });
  }

  private realPlace(path: string): string | null {
    this.refreshStamps();
    let real = this.realPlaces.get(path);
    if (real === undefined) {
      real = realPlaceOf(path);
      this.realPlaces.set(path, real);
    }
    return real;
  }

  /** What the disk says. One analysis asks for the same places again and again, so an answer holds for a moment. */
  private stamp(path: string): string | null {
    this.refreshStamps();
    let stamp = this.stamps.get(path);
    if (stamp === undefined) {
      stamp = stampOf(path);
      this.stamps.set(path, stamp);
    }
    return stamp;
  }

  private refreshStamps(): void {
    const now = performance.now();
    if (now - this.stampsFrom <= stampsHoldMs) return;
    this.stamps = new Map();
    this.realPlaces = new Map();
    this.stampsFrom = now;
  }

  private parse(path: string): SyntaxTree | null {
    const text = readText(path);
    if (text === null) return null;
    const tree = this.parser.parse(text);
    // Nobody edits this tree: its plain copy is enough, and the parser's memory is free again.
    tree[Symbol.dispose]();
    return tree;
  }
}

/** With `/` on every system; URIs as they are. */
function absolute(path: string): string {
  return diskPath(path) === path ? resolve(path).replaceAll('\\', '/') : path;
}

/** Changes with the contents of a file; `null` where there is none. */
function stampOf(path: string): string | null {
  try {
    const place = diskPath(path);
    const stat = place === null ? undefined : statSync(place, { throwIfNoEntry: false });
    return stat?.isFile() ? `${stat.mtimeMs} ${stat.size}` : null;
  } catch {
    // A part of the path is a file, or may not be entered.
    return null;
  }
}

function realPlaceOf(path: string): string | null {
  try {
    const place = diskPath(path);
    return place === null ? null : realpathSync.native(place).replaceAll('\\', '/');
  } catch {
    return null;
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(diskPath(path) ?? '', 'utf8');
  } catch {
    return null;
  }
}

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModuleReader } from '../evaluator/files.js';
import { findModule, fullModuleName } from '../source/module-paths.js';
import type { PythonParser } from '../source/parser.js';
import type { SyntaxTree } from '../source/syntax-tree.js';

/** Beyond this many, the files that were not asked for longest are parsed again. */
const keptTrees = 400;

const stampsHoldMs = 500;

/** Imported files from the disk, parsed once for each of their versions. Names are paths or `file:` URIs. */
export class DiskModules implements ModuleReader {
  private readonly trees = new Map<string, { stamp: string; tree: SyntaxTree }>();
  /** Names under which the analysed files are known, by absolute path. */
  private readonly given = new Map<string, string>();
  private readonly files = { isFile: (path: string) => this.stamp(path) !== null };
  private stamps = new Map<string, string | null>();
  private stampsFrom = 0;

  constructor(private readonly parser: PythonParser) {}

  read(name: string, from: string): { id: string; tree: SyntaxTree } | null {
    const origin = absolute(from);
    if (origin !== from) this.given.set(origin, from);
    const path = findModule(this.files, name, origin);
    const stamp = path && this.stamp(path);
    if (!path || !stamp) return null;
    const known = this.trees.get(path);
    this.trees.delete(path);
    const tree = known?.stamp === stamp ? known.tree : this.parse(path);
    if (!tree) return null;
    this.trees.set(path, { stamp, tree });
    if (this.trees.size > keptTrees) this.trees.delete(this.trees.keys().next().value!);
    return { id: this.given.get(path) ?? path, tree };
  }

  fullName(name: string, from: string): string | null {
    return fullModuleName(this.files, name, absolute(from));
  }

  /** What the disk says. One analysis asks for the same places again and again, so an answer holds for a moment. */
  private stamp(path: string): string | null {
    const now = performance.now();
    if (now - this.stampsFrom > stampsHoldMs) {
      this.stamps = new Map();
      this.stampsFrom = now;
    }
    let stamp = this.stamps.get(path);
    if (stamp === undefined) {
      stamp = stampOf(path);
      this.stamps.set(path, stamp);
    }
    return stamp;
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
  return isUri(path) ? path : resolve(path).replaceAll('\\', '/');
}

function isUri(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(path);
}

function diskPath(path: string): string | null {
  if (path.startsWith('file:')) return fileURLToPath(path);
  return isUri(path) ? null : path;
}

/** Changes with the contents of a file; `null` where there is none. */
function stampOf(path: string): string | null {
  const place = diskPath(path);
  const stat = place === null ? undefined : statSync(place, { throwIfNoEntry: false });
  return stat?.isFile() ? `${stat.mtimeMs} ${stat.size}` : null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(diskPath(path) ?? '', 'utf8');
  } catch {
    return null;
  }
}

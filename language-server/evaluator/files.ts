import type { SyntaxTree } from '../source/syntax-tree.js';
import { Scope, type SourceFile } from './scope.js';
import type { Value } from './values.js';

/** Finds the texts that imports lead to. Only files that may be read: of the workspace, or of the package that a file belongs to. */
export interface ModuleReader {
  /** The file that `name` (`a.b`, `.a`, `..a.b`) means when `from` imports it; `null`: there is none that may be read. */
  read(name: string, from: string): { readonly id: string; readonly tree: SyntaxTree } | null;
  /** Full dotted name: `..ops.misc` is `torchvision.ops.misc` in a file of `torchvision.models`. */
  fullName(name: string, from: string): string | null;
}

/** Files that imports lead to, each run once. A cycle sees what is there so far, as in Python. */
export class Files {
  private readonly files = new Map<string, SourceFile>();
  private readonly resolved = new Map<string, SourceFile | null>();

  constructor(
    private readonly reader: ModuleReader | null,
    private readonly builtins: Scope,
    private readonly runFile: (file: SourceFile) => void,
    /** Pays for reading a file; `null`: there is nothing left to pay with. */
    private readonly pay: (work: () => SourceFile | null) => SourceFile | null,
    /** What the framework's tables say of a full dotted name. */
    private readonly described: (name: string) => Value | undefined,
  ) {}

  add(file: SourceFile): void {
    this.files.set(file.id, file);
  }

  get read(): readonly string[] {
    return [...this.files.keys()].slice(1);
  }

  /** Those that have run, or begun to. */
  get begun(): readonly SourceFile[] {
    return [...this.files.values()];
  }

  /** The text that an import means, if it has not run yet. */
  ahead(name: string, from: SourceFile): { readonly text: string; readonly isPackage: boolean } | null {
    const found = this.reader?.read(name, from.id);
    return found && !this.files.has(found.id) ? { text: found.tree.text, isPackage: found.id.endsWith('__init__.py') } : null;
  }

  fullName(name: string, from: SourceFile): string | null {
    return this.reader?.fullName(name, from.id) ?? null;
  }

  /** The tables know what they describe better than an evaluation of its source. */
  private prefer({ scope }: SourceFile, module: string): void {
    for (const name of [...scope.variables.keys()]) {
      const value = this.described(`${module}.${name}`);
      if (value) scope.assign(name, value);
    }
  }

  resolve(name: string, from: SourceFile): SourceFile | null {
    if (!this.reader) return null;
    const key = `${from.id}\n${name}`;
    const known = this.resolved.get(key);
    if (known !== undefined) return known;
    const file = this.pay(() => this.load(name, from, key));
    this.resolved.set(key, file);
    return file;
  }

  private load(name: string, from: SourceFile, key: string): SourceFile | null {
    const found = this.reader?.read(name, from.id);
    if (!found) return null;
    const known = this.files.get(found.id);
    if (known) return known;
    const file = { id: found.id, tree: found.tree, scope: new Scope('module', this.builtins) };
    file.scope.variables.set('__name__', { kind: 'string', value: this.fullName(name, from) ?? name });
    this.files.set(found.id, file);
    this.resolved.set(key, file);
    this.runFile(file);
    this.prefer(file, this.fullName(name, from) ?? name);
    return file;
  }
}

import type { SyntaxTree } from '../source/syntax-tree.js';
import { Scope, type SourceFile } from './scope.js';

/** Finds the file that `name` (`a.b`, `.a`, `..a.b`) means when `from` imports it; `null`: there is none that may be read. */
export type ReadModule = (name: string, from: string) => { readonly id: string; readonly tree: SyntaxTree } | null;

/** Files that imports lead to, each run once. A cycle sees what is there so far, as in Python. */
export class Files {
  private readonly files = new Map<string, SourceFile>();
  private readonly resolved = new Map<string, SourceFile | null>();

  constructor(
    private readonly readModule: ReadModule,
    private readonly builtins: Scope,
    private readonly runFile: (file: SourceFile) => void,
  ) {}

  add(file: SourceFile): void {
    this.files.set(file.id, file);
  }

  get read(): readonly string[] {
    return [...this.files.keys()].slice(1);
  }

  resolve(name: string, from: SourceFile): SourceFile | null {
    const key = `${from.id}\n${name}`;
    const known = this.resolved.get(key);
    if (known !== undefined) return known;
    const found = this.readModule(name, from.id);
    let file = found ? this.files.get(found.id) : null;
    if (found && !file) {
      file = { id: found.id, tree: found.tree, scope: new Scope('module', this.builtins) };
      file.scope.variables.set('__name__', { kind: 'string', value: name });
      this.files.set(found.id, file);
      this.resolved.set(key, file);
      this.runFile(file);
    }
    this.resolved.set(key, file ?? null);
    return file ?? null;
  }
}

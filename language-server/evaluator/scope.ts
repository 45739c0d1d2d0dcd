import type { SyntaxTree } from '../source/syntax-tree.js';
import type { FunctionValue, Value } from './values.js';

/** A file under evaluation: its tree and the id that locations carry. */
export interface SourceFile {
  readonly id: string;
  readonly tree: SyntaxTree;
  readonly scope: Scope;
}

/** What an imported name is read from. */
export interface ImportedFrom {
  readonly module: string;
  /** Absent: the module itself. */
  readonly name: string | undefined;
  readonly file: SourceFile;
}

/** Names of one block. Class bodies are scopes that their functions do not see, as in Python. */
export class Scope {
  readonly variables = new Map<string, Value>();
  /** Imported names whose files are read when something asks for them. */
  private deferred: Map<string, { readonly load: () => Value; readonly from: ImportedFrom | null }> | null = null;
  /** Names declared `global` or `nonlocal`, with the scope they mean. */
  private redirected: Map<string, Scope> | null = null;
  /** The function whose call this scope belongs to: `super()` asks for it. */
  callee: FunctionValue | null = null;

  constructor(
    readonly kind: 'builtins' | 'module' | 'function' | 'class' | 'comprehension',
    readonly parent: Scope | null,
  ) {}

  /** A name of this very block. */
  get(name: string): Value | undefined {
    const known = this.variables.get(name);
    const waiting = known === undefined ? this.deferred?.get(name) : undefined;
    if (!waiting) return known;
    this.deferred?.delete(name);
    const value = waiting.load();
    this.variables.set(name, value);
    return value;
  }

  get names(): readonly string[] {
    return [...this.variables.keys(), ...(this.deferred?.keys() ?? [])];
  }

  /** Binds a name to what `load` will give. */
  defer(name: string, load: () => Value, from: ImportedFrom | null = null): void {
    this.variables.delete(name);
    this.deferred ??= new Map();
    this.deferred.set(name, { load, from });
  }

  /** Imported names that nothing has asked for yet. */
  get waiting(): (readonly [name: string, from: ImportedFrom])[] {
    return [...(this.deferred ?? [])].flatMap(([name, { from }]) => (from ? [[name, from] as const] : []));
  }

  lookup(name: string): Value | undefined {
    const own = this.redirected?.get(name)?.lookup(name) ?? this.get(name);
    if (own !== undefined) return own;
    let scope = this.parent;
    while (scope) {
      if (scope.kind !== 'class' || this.kind === 'comprehension') {
        const value = scope.get(name);
        if (value !== undefined) return value;
      }
      scope = scope.parent;
    }
    return undefined;
  }

  assign(name: string, value: Value): void {
    const scope = this.redirected?.get(name) ?? this;
    scope.deferred?.delete(name);
    scope.variables.set(name, value);
  }

  delete(name: string): void {
    this.variables.delete(name);
    this.deferred?.delete(name);
  }

  /** `global name`. */
  declareGlobal(name: string): void {
    let scope: Scope = this;
    while (scope.kind !== 'module' && scope.parent) scope = scope.parent;
    this.redirect(name, scope);
  }

  /** `nonlocal name`. */
  declareNonlocal(name: string): void {
    for (let scope = this.parent; scope; scope = scope.parent)
      if (scope.kind === 'function' && scope.variables.has(name)) {
        this.redirect(name, scope);
        return;
      }
  }

  private redirect(name: string, scope: Scope): void {
    if (scope === this) return;
    this.redirected ??= new Map();
    this.redirected.set(name, scope);
  }
}

import { memberPath } from '../../source/module-paths.js';
import { child, namedChildren, type SyntaxNode } from '../../source/syntax-tree.js';
import { frameworkValue } from '../framework-names.js';
import type { Interpreter } from '../interpreter.js';
import type { Scope, SourceFile } from '../scope.js';
import { builtin, type Namespace, nativeNamespace, type Value } from '../values.js';
import { standardLibrary } from './standard-library.js';

/** `import a.b`, `import a.b as c`. */
export function importModules(run: Interpreter, node: SyntaxNode, scope: Scope): void {
  for (const part of namedChildren(node)) {
    if (part.type === 'aliased_import') {
      const name = child(part, 'name');
      const alias = child(part, 'alias');
      if (name && alias) bind(run, scope, run.file.tree.textOf(alias), run.file.tree.textOf(name));
    } else if (part.type === 'dotted_name') {
      const top = run.file.tree.textOf(part).split('.')[0]!;
      bind(run, scope, top, top);
    }
  }
}

/** `from a.b import c as d`, `from . import e`, `from f import *`. */
export function importFrom(run: Interpreter, node: SyntaxNode, scope: Scope): void {
  const moduleNode = child(node, 'module_name');
  if (!moduleNode) return;
  const moduleName = run.file.tree.textOf(moduleNode).replace(/\s/g, '');
  if (node.children.some((part) => part.type === 'wildcard_import')) {
    importAll(run, scope, moduleName);
    return;
  }
  for (const part of node.children) {
    if (part.field !== 'name') continue;
    const nameNode = part.type === 'aliased_import' ? child(part, 'name') : part;
    const alias = part.type === 'aliased_import' ? child(part, 'alias') : part;
    if (!nameNode || !alias) continue;
    bind(run, scope, run.file.tree.textOf(alias), moduleName, run.file.tree.textOf(nameNode));
  }
}

/** Binds a name to a module or to one of its names. Only a file waits until it is needed: most imports never are. */
function bind(run: Interpreter, scope: Scope, alias: string, moduleName: string, name?: string): void {
  const from = run.file;
  const native = nativeModule(run, moduleName, from);
  if (native && name === undefined) scope.assign(alias, native);
  else if (native && name !== undefined) scope.assign(alias, memberOf(run, native, moduleName, name));
  else
    scope.defer(
      alias,
      () => {
        const full = name === undefined ? null : run.fullName(memberPath(moduleName, name), from);
        // The framework's own tables know what its sources mean better than an evaluation of these.
        if (full && run.resolve(full)) return frameworkValue(run, full) ?? missing(full);
        const module = fileModule(run, moduleName, from);
        return name === undefined ? module : memberOf(run, module, moduleName, name, from);
      },
      { module: moduleName, name, file: from },
    );
}

function importAll(run: Interpreter, scope: Scope, moduleName: string): void {
  const from = run.file;
  const module = nativeModule(run, moduleName, from) ?? fileModule(run, moduleName, from);
  if (module.kind !== 'namespace') return;
  for (const [name, value] of module.members ?? []) if (!name.startsWith('_')) scope.assign(name, value);
  const source = module.scope;
  if (!source) return;
  const listed = source.get('__all__');
  const wanted =
    listed?.kind === 'list' || listed?.kind === 'tuple'
      ? listed.items.flatMap((one) => (one.kind === 'string' ? [one.value] : []))
      : source.names.filter((name) => !name.startsWith('_'));
  for (const name of wanted) scope.defer(name, () => source.get(name) ?? missing(`${moduleName}.${name}`));
}

/** A module that costs nothing to reach: of the standard library or of a framework, unless the framework itself is being read. */
function nativeModule(run: Interpreter, name: string, from: SourceFile): Value | null {
  const native = name === 'importlib' ? importlib(run) : standardLibrary(run, name);
  if (native) return native;
  if (name.startsWith('.') || !run.isFrameworkPackage(name)) return null;
  // The core package is what the tables describe; its own sources are never read for it.
  const isCore = name.split('.', 1)[0] === run.framework.moduleClass.split('.', 1)[0];
  if (!isCore && from !== run.library && run.resolveImport(name, from)) return null;
  return frameworkValue(run, name) ?? missing(name);
}

/** `importlib.import_module('models.' + name)`. */
const importlib = (run: Interpreter): Namespace =>
  nativeNamespace('importlib', {
    import_module: builtin('import_module', ({ positional: [name], node }) =>
      name?.kind === 'string'
        ? (nativeModule(run, name.value, run.file) ?? fileModule(run, name.value, run.file))
        : run.unknown('Which module is imported here is not known.', node),
    ),
  });

/** The file that a name means, or nothing that is known. */
function fileModule(run: Interpreter, name: string, from: SourceFile): Namespace {
  const file = run.resolveImport(name, from);
  return { kind: 'namespace', name: run.fullName(name, from) ?? name, members: null, scope: file?.scope ?? null };
}

function missing(name: string): Namespace {
  return { kind: 'namespace', name, members: null, scope: null };
}

function memberOf(run: Interpreter, module: Value, moduleName: string, name: string, from: SourceFile = run.file): Value {
  if (module.kind !== 'namespace') return module;
  const found = module.members?.get(name) ?? module.scope?.get(name);
  // Two files that import each other's names may ask for a module of the package before it is there.
  if (found && !isMissing(found)) return found;
  const full = memberPath(moduleName, name);
  if (run.isFrameworkPackage(full) && !module.scope) return frameworkValue(run, full) ?? missing(full);
  const file = run.resolveImport(full, from);
  if (!file) return found ?? missing(full);
  return { kind: 'namespace', name: run.fullName(full, from) ?? full, members: null, scope: file.scope };
}

const isMissing = (value: Value): boolean => value.kind === 'namespace' && value.members === null && value.scope === null;

/** `package.module` where the package's own file does not import the module. */
export function submodule(run: Interpreter, name: string): Value | undefined {
  const file = run.resolveImport(name, run.file);
  return file ? { kind: 'namespace', name, members: null, scope: file.scope } : undefined;
}

import { child, namedChildren, type SyntaxNode } from '../../source/syntax-tree.js';
import { frameworkValue } from '../framework-names.js';
import type { Interpreter } from '../interpreter.js';
import type { Scope } from '../scope.js';
import type { Namespace, Value } from '../values.js';
import { standardLibrary } from './standard-library.js';

/** `import a.b`, `import a.b as c`. */
export function importModules(run: Interpreter, node: SyntaxNode, scope: Scope): void {
  for (const part of namedChildren(node)) {
    if (part.type === 'aliased_import') {
      const name = child(part, 'name');
      const alias = child(part, 'alias');
      if (name && alias) scope.assign(run.file.tree.textOf(alias), moduleValue(run, run.file.tree.textOf(name)));
    } else if (part.type === 'dotted_name') {
      const top = run.file.tree.textOf(part).split('.')[0]!;
      scope.assign(top, moduleValue(run, top));
    }
  }
}

/** `from a.b import c as d`, `from . import e`, `from f import *`. */
export function importFrom(run: Interpreter, node: SyntaxNode, scope: Scope): void {
  const moduleNode = child(node, 'module_name');
  if (!moduleNode) return;
  const moduleName = run.file.tree.textOf(moduleNode).replace(/\s/g, '');
  const module = moduleValue(run, moduleName);
  if (node.children.some((part) => part.type === 'wildcard_import')) {
    for (const [name, value] of publicNames(module)) scope.assign(name, value);
    return;
  }
  for (const part of node.children) {
    if (part.field !== 'name') continue;
    const nameNode = part.type === 'aliased_import' ? child(part, 'name') : part;
    const alias = part.type === 'aliased_import' ? child(part, 'alias') : part;
    if (!nameNode || !alias) continue;
    const name = run.file.tree.textOf(nameNode);
    scope.assign(run.file.tree.textOf(alias), member(run, module, moduleName, name));
  }
}

/** What a module's name stands for: the framework, the standard library, a file that can be read, or nothing that is known. */
function moduleValue(run: Interpreter, name: string): Value {
  const native = standardLibrary(run, name);
  if (native) return native;
  if (!name.startsWith('.')) {
    // A file of the workspace comes first: the framework's own package may be what is being read.
    const file = run.resolveImport(name, run.file);
    if (file) return { kind: 'namespace', name, members: null, scope: file.scope };
    if (run.isFrameworkPackage(name)) return frameworkValue(run, name) ?? missing(name);
    return missing(name);
  }
  const file = run.resolveImport(name, run.file);
  return file ? { kind: 'namespace', name, members: null, scope: file.scope } : missing(name);
}

function missing(name: string): Namespace {
  return { kind: 'namespace', name, members: null, scope: null };
}

function member(run: Interpreter, module: Value, moduleName: string, name: string): Value {
  if (module.kind !== 'namespace') return module;
  const found = module.members?.get(name) ?? module.scope?.variables.get(name);
  if (found) return found;
  const full = moduleName.endsWith('.') ? `${moduleName}${name}` : `${moduleName}.${name}`;
  if (run.isFrameworkPackage(full) && !module.scope) return frameworkValue(run, full) ?? missing(full);
  const file = run.resolveImport(full, run.file);
  return file ? { kind: 'namespace', name: full, members: null, scope: file.scope } : missing(full);
}

function publicNames(module: Value): [string, Value][] {
  if (module.kind !== 'namespace') return [];
  const names = [...(module.scope?.variables ?? module.members ?? [])];
  const listed = module.scope?.variables.get('__all__');
  if (listed?.kind === 'list' || listed?.kind === 'tuple') {
    const wanted = new Set(listed.items.map((one) => (one.kind === 'string' ? one.value : '')));
    return names.filter(([name]) => wanted.has(name));
  }
  return names.filter(([name]) => !name.startsWith('_'));
}

import { callCreator, makeTrainable } from './framework-calls.js';
import type { Interpreter } from './interpreter.js';
import { bool, builtin, type ClassValue, nativeClass, none, type Unknown, unknown, type Value } from './values.js';

/** What a dotted name of the framework stands for; a name that it does not have is a namespace, which fails where it is used. */
export function frameworkValue(run: Interpreter, name: string): Value | undefined {
  const resolved = run.resolve(name);
  switch (resolved?.kind) {
    case 'module':
    case 'abstract':
      return frameworkClass(run, name) ?? undefined;
    case 'function':
    case 'initializer':
    case 'value':
      return { kind: 'framework', name: resolved.name, target: resolved };
    case 'creator':
      return builtin(resolved.name, (call) => callCreator(run, resolved.row, resolved.name, call));
    case 'parameter':
      return builtin('Parameter', (call) => makeTrainable(run, call));
    case 'transparent':
      return transparent(resolved.result, resolved.name);
    case 'library':
      return run.library.scope.variables.get(resolved.local);
    default:
      return { kind: 'namespace', name, members: null, scope: null };
  }
}

function transparent(result: 'first' | 'none' | 'false' | 'decorator', name: string): Value {
  const identity = builtin(name, ({ positional: [first = none] }) => first);
  switch (result) {
    case 'first':
      return identity;
    case 'none':
      return builtin(name, () => none);
    case 'false':
      return builtin(name, () => bool(false));
    case 'decorator':
      return builtin(name, ({ positional: [first] }) =>
        first?.kind === 'function' || first?.kind === 'class' ? first : identity,
      );
  }
}

/** The class value of a framework's class with a row, or of one that others derive from. */
export function frameworkClass(run: Interpreter, name: string): ClassValue | null {
  const resolved = run.resolve(name);
  if (resolved?.kind === 'library') {
    const value = run.library.scope.variables.get(resolved.local);
    return value?.kind === 'class' ? value : null;
  }
  if (resolved?.kind !== 'module' && resolved?.kind !== 'abstract') return null;
  return run.nativeClass(resolved.name, () => {
    const baseNames = resolved.kind === 'module' ? [...(resolved.row.bases ?? []), run.framework.moduleClass] : resolved.bases;
    const bases = baseNames.flatMap((base) => frameworkClass(run, base) ?? []);
    const row = resolved.kind === 'module' ? resolved.row : null;
    const beyond = openness(run, resolved.name);
    return nativeClass(resolved.name.split('.').at(-1)!, { qualified: resolved.name, row, beyond }, bases);
  });
}

/** What a class has that the tables do not tell; `null`: they tell all. */
export function openness(run: Interpreter, qualified: string | null): Unknown | null {
  if (qualified === null || !run.framework.open.includes(qualified)) return null;
  return unknown(`Not all of '${qualified}' is known to the analysis.`);
}

/** Whether instances of a class are modules that keep track of their children. */
export function isModuleClass(run: Interpreter, type: ClassValue): boolean {
  if (type.resolution.some((ancestor) => ancestor.qualified === run.framework.moduleClass)) return true;
  if (type.unknownBase === null) return false;
  // The base is in a library that is not there: what has a `forward`, or is called a part of networks and makes layers, is a module.
  return type.resolution.some((ancestor) => ancestor.attributes.has('forward') || makesLayers(run, ancestor));
}

const partOfNetworks = /(Module|Model|Net|Network|Layer|Block|Backbone|Extractor|Encoder|Decoder|Head)$/;

/** Whether a class derives from one that is not there and is called like a part of networks, and its text makes layers of the framework. */
function makesLayers(run: Interpreter, { bases, node, file }: ClassValue): boolean {
  if (!node || !file || !bases.some((base) => base.kind === 'namespace' && partOfNetworks.test(base.name))) return false;
  const makers = [...file.scope.variables].flatMap(([name, value]) => {
    if (value.kind === 'namespace' && run.isFrameworkPackage(value.name)) return [`${name}(\\.\\w+)*\\.[A-Z]\\w*`];
    return value.kind === 'class' && value.row ? [name] : [];
  });
  if (makers.length === 0) return false;
  const call = new RegExp(`\\b(${makers.join('|')})\\(`);
  if (file !== run.main) return call.test(file.tree.text.slice(node.start, node.end));
  return run.dependencies.ask([node], (text, [definition]) => call.test(text.slice(definition!.start, definition!.end)));
}

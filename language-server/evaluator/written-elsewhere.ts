import type { SyntaxNode } from '../source/syntax-tree.js';
import type { Interpreter } from './interpreter.js';
import type { SourceFile } from './scope.js';
import { touchParameter } from './touch.js';
import type { ClassValue, Instance } from './values.js';

/**
 * Marks allocated tensors that code may write which nothing here calls: a function that asks for the class of their module and mentions their
 * name, as the `_init_weights(module)` of a base class that is not there would be called for every module. It stands in the file of the class
 * or of an ancestor.
 */
export function markWrittenElsewhere(run: Interpreter, modules: readonly { readonly module: Instance }[]): void {
  for (const { module } of modules)
    for (const [name, value] of module.module!.parameters) {
      if (value.kind !== 'parameter' || value.parameter.touched || value.parameter.writes.at(-1)?.family !== 'undefined')
        continue;
      const files = new Set(module.class.resolution.map(({ file }) => file));
      if ([...files].some((file) => file && file !== run.library && isWrittenIn(run, file, module.class, name)))
        touchParameter(value);
    }
}

function isWrittenIn(run: Interpreter, file: SourceFile, { resolution }: ClassValue, name: string): boolean {
  const own = resolution.filter((type) => type.file === file && type.node);
  const nodes = own.map(({ node }) => node!);
  const ask = mentions(
    own.map((type) => type.name),
    name,
  );
  if (own.length === 0) return false;
  return file === run.main ? run.dependencies.ask(nodes, ask) : ask(file.tree.text, nodes);
}

/** Whether a text tests for one of these classes, and mentions an attribute of something else than `self`, outside of some nodes. */
function mentions(types: readonly string[], name: string): (text: string, nodes: readonly SyntaxNode[]) => boolean {
  const test = new RegExp(`\\bisinstance\\(\\s*\\w+\\s*,[^)]*\\b(${types.join('|')})\\b`, 'g');
  const attribute = new RegExp(`\\b(?!self\\.)\\w+\\.${name}\\b`, 'g');
  return (text, nodes) => {
    const outside = (pattern: RegExp) =>
      [...text.matchAll(pattern)].some(({ index }) => !nodes.some(({ start, end }) => index >= start && index < end));
    return outside(test) && outside(attribute);
  };
}

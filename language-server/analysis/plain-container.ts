import type { Range } from '../protocol.js';
import { child, namedChildren, type SyntaxNode, type SyntaxTree } from '../source/syntax-tree.js';

/**
 * The list, tuple or dictionary that is assigned to an attribute in a constructor, where a container of modules can take its place:
 * nothing in the file uses the attribute in a way that only Python's own containers know.
 *
 * @param target the attribute that is assigned to
 */
export function plainContainer(target: Range, tree: SyntaxTree): { range: Range; keys: string[] } | null {
  const start = tree.lines.offset(target.start);
  const end = tree.lines.offset(target.end);
  let node: SyntaxNode | undefined = tree.root;
  let method: SyntaxNode | null = null;
  while (node && !(node.type === 'assignment' && child(node, 'left')?.start === start && child(node, 'left')?.end === end)) {
    if (node.type === 'function_definition') method = node;
    node = node.children.find((part) => part.start <= start && part.end >= end);
  }
  const value = node && child(node, 'right');
  if (!node || !value || !method || child(node, 'type') || !displays.has(value.type)) return null;
  // Modules can be assigned after the constructor of the base class alone.
  const before = tree.text.slice(child(method, 'body')?.start ?? start, start);
  const name = /\.(\w+)$/.exec(tree.text.slice(start, end))?.[1];
  if (!name || !/\b__init__\(/.test(before) || !usesAreKnown(name, tree.text)) return null;
  const keys = keysOf(value, tree);
  return keys && { range: tree.lines.range(value.start, value.end), keys };
}

const displays = new Set(['list', 'list_comprehension', 'tuple', 'dictionary']);

/** The keys of a dictionary that is written out; `null` where one is no plain text. */
function keysOf(value: SyntaxNode, tree: SyntaxTree): string[] | null {
  if (value.type !== 'dictionary') return [];
  const keys = namedChildren(value).map((pair) => {
    const key = child(pair, 'key');
    return key ? (/^['"]([A-Za-z_]\w*)['"]$/.exec(tree.textOf(key))?.[1] ?? null) : null;
  });
  return keys.includes(null) ? null : (keys as string[]);
}

/** Whether each use of an attribute of this name is an index, a loop or a method that containers of modules have as well. */
function usesAreKnown(name: string, text: string): boolean {
  return [...text.matchAll(new RegExp(`[\\w.]+\\.${name}\\b`, 'g'))].every(({ 0: use, index }) => {
    const before = text.slice(Math.max(0, index - 40), index);
    const after = text.slice(index + use.length, index + use.length + 40);
    if (/^\s*(\.(?!(append|extend|insert|items|keys|values|update)\()|\*|\+(?!=)|==|!=|is\b)/.test(after)) return false;
    return !/([\w)\]]\s*[+*]|==|!=|\bisinstance\(|\btype\(|\bsort(ed)?\()\s*$/.test(before);
  });
}

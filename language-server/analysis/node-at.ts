import type { Range } from '../protocol.js';
import type { SyntaxNode, SyntaxTree } from '../source/syntax-tree.js';

/** The node of a type that takes up exactly this range; the outermost of several. */
export function nodeAt(range: Range, type: string, tree: SyntaxTree): SyntaxNode | null {
  const start = tree.lines.offset(range.start);
  const end = tree.lines.offset(range.end);
  let node: SyntaxNode | undefined = tree.root;
  while (node) {
    if (node.start === start && node.end === end && node.type === type) return node;
    node = node.children.find((part) => part.start <= start && part.end >= end);
  }
  return null;
}

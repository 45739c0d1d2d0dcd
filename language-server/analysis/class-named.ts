import { child, type SyntaxNode, type SyntaxTree } from '../source/syntax-tree.js';

/** The only class of that name, wherever it stands; a name that is defined twice does not tell which is meant. */
export function classNamed(name: string, tree: SyntaxTree): SyntaxNode | null {
  const found: SyntaxNode[] = [];
  const queue = [tree.root];
  for (let node = queue.pop(); node; node = queue.pop()) {
    if (node.type === 'class_definition' && nameOf(node, tree) === name) found.push(node);
    // Classes stand in blocks, never inside expressions: these need not be walked.
    for (const next of node.children) if (holdsStatements.has(next.type)) queue.push(next);
  }
  return found.length === 1 ? found[0]! : null;
}

/** The text of a definition's name. */
export function nameOf(node: SyntaxNode, tree: SyntaxTree): string | null {
  const name = child(node, 'name');
  return name && tree.textOf(name);
}

const holdsStatements = new Set([
  'class_definition',
  'decorated_definition',
  'block',
  'if_statement',
  'elif_clause',
  'else_clause',
  'try_statement',
  'except_clause',
  'finally_clause',
  'function_definition',
  'with_statement',
]);

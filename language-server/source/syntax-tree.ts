import type { Tree, TreeCursor } from 'web-tree-sitter';
import type { Problem } from '../protocol.js';
import { LineIndex } from './positions.js';

/** A node of the syntax tree as plain data: each step across the border to WebAssembly costs more than a field. */
export interface SyntaxNode {
  /** Name in the grammar, for instance `call`; for tokens their text. */
  readonly type: string;
  /** Field of the parent that holds this node. */
  readonly field: string | null;
  readonly named: boolean;
  /** Offsets in UTF-16 code units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Children without comments and line continuations. */
  readonly children: readonly SyntaxNode[];
  /** Its text and its named children, kept from the first time that someone asks: code in a loop asks again and again. */
  text?: string | undefined;
  onlyNamed?: readonly SyntaxNode[] | undefined;
}

/** Deeper trees are cut with a problem: recursion over them would end the process. Real code stays below 100. */
export const maximalDepth = 400;

/** A parsed text. Owns memory outside the garbage collector: call `dispose` when it is no longer used. */
export class SyntaxTree implements Disposable {
  readonly lines: LineIndex;
  readonly root: SyntaxNode;
  readonly comments: readonly SyntaxNode[];
  /** What the parser could not read; the rest of the tree is sound. */
  readonly problems: readonly Problem[];

  constructor(
    readonly text: string,
    private tree: Tree | null,
    problem: string | null = null,
  ) {
    this.lines = new LineIndex(text);
    const copy = tree ? copyTree(tree, this.lines) : { root: emptyModule, comments: [], problems: [] };
    this.root = copy.root;
    this.comments = copy.comments;
    this.problems = problem ? [{ message: problem, range: this.lines.range(0, 0) }] : copy.problems;
  }

  /** The parser's own tree, for incremental parsing; `null` when the text was refused or the tree is disposed. */
  get parsed(): Tree | null {
    return this.tree;
  }

  textOf(node: SyntaxNode): string {
    node.text ??= this.text.slice(node.start, node.end);
    return node.text;
  }

  [Symbol.dispose](): void {
    this.tree?.delete();
    this.tree = null;
  }
}

const emptyModule: SyntaxNode = { type: 'module', field: null, named: true, start: 0, end: 0, children: [] };

interface Copy {
  root: SyntaxNode;
  comments: SyntaxNode[];
  problems: Problem[];
}

function copyTree(tree: Tree, lines: LineIndex): Copy {
  const cursor = tree.walk();
  const comments: SyntaxNode[] = [];
  const problems: Problem[] = [];
  const report = (message: string, node: SyntaxNode) => {
    if (problems.length < 20) problems.push({ message, range: lines.range(node.start, node.end) });
  };
  const root = read(cursor);
  const path: (SyntaxNode & { children: SyntaxNode[] })[] = [root];
  let tooDeep = false;
  let descend = cursor.gotoFirstChild();
  while (descend) {
    const node = read(cursor);
    if (node.type === 'comment') comments.push(node);
    // A backslash at the end of a line means nothing by itself.
    else if (node.type !== 'line_continuation') path[path.length - 1]!.children.push(node);
    if (node.type === 'ERROR') report('Syntax error: this part is left out of the analysis.', node);
    else if (cursor.nodeIsMissing) report(`Syntax error: '${node.type}' is missing here.`, node);
    if (path.length < maximalDepth && cursor.gotoFirstChild()) {
      path.push(node);
      continue;
    }
    if (path.length >= maximalDepth && !tooDeep && cursor.gotoFirstChild()) {
      tooDeep = true;
      cursor.gotoParent();
      report(`Nested more than ${maximalDepth} levels deep: what is inside is left out of the analysis.`, node);
    }
    while (!cursor.gotoNextSibling()) {
      path.pop();
      if (path.length === 0 || !cursor.gotoParent()) {
        descend = false;
        break;
      }
    }
  }
  cursor.delete();
  return { root, comments, problems };
}

function read(cursor: TreeCursor): SyntaxNode & { children: SyntaxNode[] } {
  return {
    type: cursor.nodeType,
    field: cursor.currentFieldName,
    named: cursor.nodeIsNamed,
    start: cursor.startIndex,
    end: cursor.endIndex,
    children: [],
    text: undefined,
    onlyNamed: undefined,
  };
}

/** The child in a field of the grammar. */
export function child(node: SyntaxNode, field: string): SyntaxNode | null {
  for (const candidate of node.children) if (candidate.field === field) return candidate;
  return null;
}

export function namedChildren(node: SyntaxNode): readonly SyntaxNode[] {
  node.onlyNamed ??= node.children.filter((candidate) => candidate.named);
  return node.onlyNamed;
}

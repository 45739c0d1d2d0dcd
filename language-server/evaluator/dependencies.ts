import type { SyntaxNode, SyntaxTree } from '../source/syntax-tree.js';
import { structural } from '../source/tree-match.js';

/** A question about a text of which only the answer matters. */
export interface Question {
  readonly nodes: readonly SyntaxNode[];
  readonly ask: (text: string, nodes: readonly SyntaxNode[]) => Answer;
  readonly answer: Answer;
}

type Answer = boolean | string;

/** Which parts of the analysed file's text its evaluation depends on, besides the code outside of functions. */
export class Dependencies {
  /** Definitions of functions whose bodies were looked at, most often because they ran. */
  readonly bodies = new Set<SyntaxNode>();
  /** Definitions and blocks whose text was looked at, comments and all. */
  readonly texts = new Set<SyntaxNode>();
  readonly questions: Question[] = [];
  private recording = true;

  constructor(readonly tree: SyntaxTree) {
    this.watchBodies(tree.root);
  }

  /** The tree, which notes whose text is looked at. */
  watched(): SyntaxTree {
    const { tree, texts } = this;
    const textOf = (node: SyntaxNode): string => {
      if (structural.has(node.type)) texts.add(node);
      return tree.textOf(node);
    };
    return Object.assign(Object.create(tree) as SyntaxTree, { textOf });
  }

  /** Asks something about the text, where the answer is all that is used. Nodes are given to it as they are in the text then asked about. */
  ask<T extends Answer>(nodes: readonly SyntaxNode[], ask: (text: string, nodes: readonly SyntaxNode[]) => T): T {
    const answer = ask(this.tree.text, nodes);
    this.questions.push({ nodes, ask, answer });
    return answer;
  }

  /** Whether the text of a definition has a part like this. */
  mentions(definition: SyntaxNode, pattern: RegExp): boolean {
    return this.ask([definition], (text, [node]) => pattern.test(text.slice(node!.start, node!.end)));
  }

  /** Whoever looks at the tree from now on does not count. */
  end(): void {
    this.recording = false;
  }

  /** Whoever wants to know what is in a body has to ask for its children. */
  private watchBodies(node: SyntaxNode): void {
    const { children } = node;
    if (structural.has(node.type)) for (const inner of children) this.watchBodies(inner);
    if (node.type !== 'function_definition') return;
    const at = children.findIndex(({ field }) => field === 'body');
    if (at < 0) return;
    const look = () => {
      if (this.recording) this.bodies.add(node);
    };
    (children as SyntaxNode[])[at] = new WatchedBody(children[at]!, look);
    node.onlyNamed = undefined;
  }
}

/** A body that tells when somebody looks into it. As a class of its own it leaves all other nodes alike, which is what makes them quick to read. */
class WatchedBody implements SyntaxNode {
  readonly type: string;
  readonly field: string | null;
  readonly named: boolean;
  readonly start: number;
  readonly end: number;
  text: string | undefined;
  onlyNamed: readonly SyntaxNode[] | undefined;
  readonly #statements: readonly SyntaxNode[];
  readonly #look: () => void;

  constructor(body: SyntaxNode, look: () => void) {
    this.type = body.type;
    this.field = body.field;
    this.named = body.named;
    this.start = body.start;
    this.end = body.end;
    this.text = body.text;
    this.onlyNamed = undefined;
    this.#statements = body.children;
    this.#look = look;
  }

  get children(): readonly SyntaxNode[] {
    this.#look();
    return this.#statements;
  }
}

import type { Position, Range } from '../protocol.js';
import type { SyntaxNode, SyntaxTree } from './syntax-tree.js';

/**
 * What two texts of one file have in common, for work that was done on the first and would be done alike on the second. Code is the same
 * where its text is, statement by statement: comments and blank lines between statements do not count, nor what documentation says. Each
 * function's body is compared by itself.
 */
export interface TreeMatch {
  /** Definitions of functions in the tree before whose bodies differ. Those inside of a body that differs differ too. */
  readonly changed: ReadonlySet<SyntaxNode>;
  /** The statement or block after that one before became; `null` inside of what differs. */
  readonly counterpart: (before: SyntaxNode) => SyntaxNode | null;
  /** The place after of what stood at a place before; `null` where it is not known to be there still. */
  readonly relocate: (before: Range) => Range | null;
}

/**
 * @param comments those that count: they have to be the same, in order
 * @returns `null` where code outside of functions differs
 */
export function matchTrees(
  before: SyntaxTree,
  after: SyntaxTree,
  comments: (tree: SyntaxTree) => readonly SyntaxNode[] = () => [],
): TreeMatch | null {
  const matching = new Matching(before, after);
  if (!matching.statements(before.root, after.root)) return null;
  const [ones, others] = [comments(before), comments(after)];
  if (ones.length !== others.length || !ones.every((one, i) => matching.identical(one, others[i]!))) return null;
  return matching;
}

/** Nodes that hold statements, and the parts between them. Of all others, the text as a whole counts. */
export const structural: ReadonlySet<string> = new Set([
  'module',
  'block',
  'class_definition',
  'function_definition',
  'decorated_definition',
  'if_statement',
  'elif_clause',
  'else_clause',
  'for_statement',
  'while_statement',
  'with_statement',
  'try_statement',
  'except_clause',
  'finally_clause',
  'match_statement',
  'case_clause',
]);

/** A stretch of the text before that stands in the text after as it was, by offsets. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly shift: number;
}

class Matching implements TreeMatch {
  readonly changed = new Set<SyntaxNode>();
  private readonly nodes = new Map<SyntaxNode, SyntaxNode>();
  private stretches: Stretch[] = [];
  /** The nodes of `nodes` by place; `null` where several stood that parted. */
  private places: Map<number, SyntaxNode | null> | null = null;

  constructor(
    private readonly before: SyntaxTree,
    private readonly after: SyntaxTree,
  ) {}

  readonly counterpart = (node: SyntaxNode): SyntaxNode | null => this.nodes.get(node) ?? null;

  readonly relocate = ({ start, end }: Range): Range | null => {
    const from = this.before.lines.offset(start);
    const to = this.before.lines.offset(end);
    // Positions that the text does not have were not taken from it.
    if (!samePosition(this.before.lines.position(from), start) || !samePosition(this.before.lines.position(to), end)) return null;
    this.places ??= this.indexed();
    const node = this.places.get(keyOf(from, to));
    if (node) return this.after.lines.range(node.start, node.end);
    const stretch = this.stretchAt(from);
    return stretch && node !== null && to <= stretch.end
      ? this.after.lines.range(from + stretch.shift, to + stretch.shift)
      : null;
  };

  statements(one: SyntaxNode, other: SyntaxNode): boolean {
    if (!alike(one, other)) return false;
    this.nodes.set(one, other);
    if (isDocumentation(one) && isDocumentation(other)) return true;
    if (!structural.has(one.type)) return this.identical(one, other);
    if (one.children.length !== other.children.length) return false;
    return one.children.every((part, i) => {
      const now = other.children[i]!;
      return one.type === 'function_definition' && part.field === 'body'
        ? alike(part, now) && this.bodies(one, part, now)
        : this.statements(part, now);
    });
  }

  /** Same text and same tree over it. */
  identical(one: SyntaxNode, other: SyntaxNode): boolean {
    const shift = other.start - one.start;
    if (this.before.textOf(one) !== this.after.textOf(other) || !sameShape(one, other, shift)) return false;
    this.stretches.push({ start: one.start, end: one.end, shift });
    return true;
  }

  /** A body that differs takes with it the functions in it, and nothing else. */
  private bodies(definition: SyntaxNode, one: SyntaxNode, other: SyntaxNode): true {
    const mark = this.stretches.length;
    if (this.statements(one, other)) return true;
    this.stretches.length = mark;
    forEachStatement(one, (node) => this.nodes.delete(node));
    this.nodes.set(one, other);
    this.changed.add(definition);
    forEachStatement(one, (node) => {
      if (node.type === 'function_definition') this.changed.add(node);
    });
    return true;
  }

  private indexed(): Map<number, SyntaxNode | null> {
    this.stretches.sort((a, b) => a.start - b.start);
    const places = new Map<number, SyntaxNode | null>();
    for (const [one, other] of this.nodes) {
      const key = keyOf(one.start, one.end);
      const known = places.get(key);
      const parted = known === null || (known && (known.start !== other.start || known.end !== other.end));
      places.set(key, parted ? null : other);
    }
    return places;
  }

  /** The last stretch that begins at or before an offset. */
  private stretchAt(offset: number): Stretch | undefined {
    const { stretches } = this;
    let low = 0;
    let high = stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (stretches[middle]!.start <= offset) low = middle + 1;
      else high = middle;
    }
    return stretches[low - 1];
  }
}

function alike(one: SyntaxNode, other: SyntaxNode): boolean {
  return one.type === other.type && one.field === other.field && one.named === other.named;
}

function sameShape(one: SyntaxNode, other: SyntaxNode, shift: number): boolean {
  return (
    one.children.length === other.children.length &&
    one.children.every((a, i) => {
      const b = other.children[i]!;
      return alike(a, b) && b.start - a.start === shift && b.end - a.end === shift && sameShape(a, b, shift);
    })
  );
}

/** A statement that is a string without parts to evaluate. */
function isDocumentation(node: SyntaxNode): boolean {
  const [string] = node.children;
  return (
    node.type === 'expression_statement' &&
    node.children.length === 1 &&
    string!.type === 'string' &&
    string!.children.every(({ type }) => type !== 'interpolation')
  );
}

/** A node and all below it that are made of statements or are statements. */
function forEachStatement(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visit(node);
  if (structural.has(node.type)) for (const inner of node.children) forEachStatement(inner, visit);
}

/** Texts are shorter than 2²⁶ characters by far. */
const keyOf = (start: number, end: number): number => start * 2 ** 26 + end;

const samePosition = (a: Position, b: Position): boolean => a.line === b.line && a.character === b.character;

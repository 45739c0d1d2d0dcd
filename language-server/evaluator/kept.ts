import type { SyntaxNode, SyntaxTree } from '../source/syntax-tree.js';
import { matchTrees } from '../source/tree-match.js';
import type { Dependencies, Question } from './dependencies.js';
import { hintComments } from './entries.js';
import type { Evaluation } from './evaluate.js';
import { hasInputComment, inputComments, inputCommentsAbove } from './input-shapes.js';
import { Relocation } from './relocate.js';

/** What an evaluation depended on in the text of its file. */
export type Basis = Pick<Dependencies, 'tree' | 'bodies' | 'texts' | 'questions'>;

export interface Kept {
  readonly evaluation: Evaluation;
  /** What was made of the earlier evaluation, as the same would be made of this one; `null` where a place in it is gone. */
  readonly along: <T extends object>(value: T) => T | null;
}

/**
 * The evaluation of a text, if that of an earlier one holds for it but for the places.
 *
 * An evaluation is determined by what it looks at: code outside of functions, bodies of functions that ran, and texts. Where these are the
 * same, so is what comes out. Imported files have to be the same: whoever asks makes sure of that.
 *
 * @returns `null` where it has to be made anew
 */
export function keep(earlier: Evaluation, tree: SyntaxTree, file: string): Kept | null {
  const { basis } = earlier;
  if (basis?.tree === tree) return { evaluation: earlier, along: (value) => value };
  const match = basis && matchTrees(basis.tree, tree, (one) => [...hintComments(one), ...inputComments(one)]);
  if (!match) return null;
  for (const definition of basis.bodies) if (match.changed.has(definition)) return null;
  const texts = counterparts([...basis.texts], match.counterpart);
  const same = (node: SyntaxNode, i: number) => basis.tree.textOf(node) === tree.textOf(texts![i]!);
  if (!texts || ![...basis.texts].every(same)) return null;
  const bodies = counterparts([...basis.bodies], match.counterpart);
  const questions = askAgain(basis.questions, tree, match.counterpart);
  if (!bodies || !questions) return null;

  const places = new Relocation(file, match.relocate);
  const { networks, problems } = earlier;
  const moved = places.apply({ networks, problems });
  if (!moved || !commentsStay(basis.tree, earlier, tree, moved)) return null;
  const now = { tree, bodies: new Set(bodies), texts: new Set(texts), questions };
  return { evaluation: { ...earlier, ...moved, basis: now }, along: (value) => places.apply(value) };
}

type Placed = Pick<Evaluation, 'networks' | 'problems'>;

/** Whether what has a declared input has the same one still: the comments that declare it hold for what stands below them. */
function commentsStay(before: SyntaxTree, earlier: Placed, after: SyntaxTree, moved: Placed): boolean {
  if (inputComments(after).length === 0) return true;
  const counts = (tree: SyntaxTree, { networks, problems }: Placed) => [
    ...[...networks.map(({ location }) => location.range), ...problems.map(({ range }) => range)].map((range) =>
      inputCommentsAbove(tree, range),
    ),
    ...networks.map(({ builtAt }) => builtAt !== undefined && hasInputComment(tree, builtAt.range)),
  ];
  const now = counts(after, moved);
  return counts(before, earlier).every((count, i) => count === now[i]);
}

type Counterpart = (node: SyntaxNode) => SyntaxNode | null;

function counterparts(nodes: readonly SyntaxNode[], counterpart: Counterpart): SyntaxNode[] | null {
  const now = nodes.flatMap((node) => counterpart(node) ?? []);
  return now.length === nodes.length ? now : null;
}

/** The questions as they are put to the new text; `null` if one has another answer there. */
function askAgain(questions: readonly Question[], { text }: SyntaxTree, counterpart: Counterpart): Question[] | null {
  const now: Question[] = [];
  for (const { nodes, ask, answer } of questions) {
    const others = counterparts(nodes, counterpart);
    if (!others || ask(text, others) !== answer) return null;
    now.push({ nodes: others, ask, answer });
  }
  return now;
}

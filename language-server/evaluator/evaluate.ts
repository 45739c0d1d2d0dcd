import type { Framework } from '../frameworks/framework.js';
import type { Network } from '../network/graph.js';
import type { Problem } from '../protocol.js';
import type { SyntaxTree } from '../source/syntax-tree.js';

export interface EvaluateOptions {
  /** Id of the file that the tree was parsed from: a path or URI, used in locations. */
  readonly file: string;
  /** Asked at each call; a truthy answer ends the evaluation with what is known so far. */
  readonly cancelled?: () => boolean;
  /** Time after which the evaluation ends with a problem that says so. */
  readonly budgetMs?: number;
}

export interface Evaluation {
  readonly framework: Framework | null;
  readonly networks: readonly Network[];
  readonly problems: readonly Problem[];
}

/** Runs a parsed file abstractly and returns the networks that it would build. Never throws for any text. */
export function evaluate(_tree: SyntaxTree, _options: EvaluateOptions): Evaluation {
  return { framework: null, networks: [], problems: [] };
}

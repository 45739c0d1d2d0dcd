import type { Finding, ModelReport } from '../protocol.js';

/** One thing that can be wrong with a model's initialization. Report in, at most one finding a model out. */
export interface Rule {
  /** Names what was found; also the name of the page in `docs/rules/` and of the fixture. */
  readonly id: string;
  /** One sentence for lists of rules. */
  readonly title: string;
  /** `found` holds the findings of the rules before this one in `rules/index.ts`, so that one cause is not reported twice. */
  check(model: ModelReport, found: readonly Finding[]): Omit<Finding, 'rule'> | null;
}

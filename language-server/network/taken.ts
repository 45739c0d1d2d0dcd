import type { Node } from './graph.js';
import { numberOf } from './quantity.js';

/** Whether what a node takes of the first dimension lies behind so many entries. */
export const takesFrom = (node: Node, first: number): boolean =>
  node.kind === 'reshape' && (node.taken?.some(({ axis, from }) => axis === 0 && (numberOf(from) ?? -1) >= first) ?? false);

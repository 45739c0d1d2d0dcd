import type { ModelReport } from '../protocol.js';

/**
 * True where units read a sequence step by step. Gates that start half open make the squared gradient some fifty times smaller in each such
 * layer, and four of them on each other train well, six barely, eight poorly (Wu et al. 2016, arXiv:1609.08144, section 3.2): what gradients
 * lose there is no alarm.
 */
export const hasRecurrence = ({ graph }: Pick<ModelReport, 'graph'>): boolean =>
  graph.nodes.some(({ kind }) => kind === 'recurrent');

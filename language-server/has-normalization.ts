import type { ModelReport } from './protocol.js';

/** True where the network normalizes anywhere: its global numbers rest on the statistics of batches or of layers. */
export function hasNormalization({ graph }: Pick<ModelReport, 'graph'>): boolean {
  return graph.nodes.some(({ kind }) => kind === 'normalization');
}

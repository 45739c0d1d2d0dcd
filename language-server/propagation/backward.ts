import type { Network } from '../network/graph.js';
import type { Forward } from './forward.js';
import { logAdd } from './signal.js';

/** Gradients of f = Σ output·N(0,1) at each node's output, by id. */
export interface Backward {
  /** ln of the mean squared gradient of an entry; NaN where it is not known; −Infinity where nothing comes back. */
  readonly logGradient: readonly number[];
  /** Covariance of the gradients at two positions, relative to their mean square. */
  readonly spatial: readonly number[];
}

/** Sweeps the graph from its outputs back. Contributions of several readers of one node add up, as independent ones do. */
export function propagateBackward(network: Network, { gains, signals }: Forward): Backward {
  const logGradient = network.nodes.map(() => Number.NEGATIVE_INFINITY);
  const spatial = network.nodes.map(() => 0);
  for (const id of network.outputs) logGradient[id] = logAdd(logGradient[id] ?? Number.NEGATIVE_INFINITY, 0);
  for (let id = network.nodes.length - 1; id >= 0; id--) {
    const node = network.nodes[id]!;
    const own = logGradient[id]!;
    if (own === Number.NEGATIVE_INFINITY) continue;
    node.inputs.forEach((input, i) => {
      const gain = gains[id]?.[i];
      const contribution = gain && signals[id] ? own + gain.logSame : Number.NaN;
      const relative = gain ? Math.min(1, gain.cross * spatial[id]! + gain.shared) : 0;
      if (Number.isNaN(contribution) || Number.isNaN(logGradient[input]!)) {
        logGradient[input] = Number.NaN;
        return;
      }
      const before = logGradient[input]!;
      const total = logAdd(before, contribution);
      if (total > Number.NEGATIVE_INFINITY)
        spatial[input] = spatial[input]! * Math.exp(before - total) + relative * Math.exp(contribution - total);
      logGradient[input] = total;
    });
  }
  return { logGradient, spatial };
}

import type { Network } from '../network/graph.js';
import type { Result } from './operation.js';

/**
 * ∂f/∂output of each node, by reverse mode through what the nodes computed.
 *
 * @param atOutputs ∂f/∂output of the network's outputs
 * @returns one entry a node, `null` where nothing arrives
 */
export function backward(
  { nodes, outputs }: Network,
  results: readonly (Result | null)[],
  atOutputs: (output: Float64Array) => Float64Array,
): (Float64Array | null)[] {
  const gradients: (Float64Array | null)[] = results.map(() => null);
  if (outputs.length === 0 || outputs.some((id) => !results[id])) return gradients;
  for (const id of outputs) gradients[id] ??= atOutputs(results[id]!.output.data);
  for (let id = nodes.length - 1; id >= 0; id--) {
    const [result, gradient] = [results[id], gradients[id]];
    if (!result || !gradient) continue;
    const below = result.backward(gradient);
    nodes[id]!.inputs.forEach((input, i) => {
      const part = below[i];
      if (!part) return;
      const before = gradients[input];
      if (before) for (let k = 0; k < before.length; k++) before[k]! += part[k]!;
      // A gradient that is handed on unchanged belongs to both nodes, and the lower one may be added to.
      else gradients[input] = part === gradient ? part.slice() : part;
    });
  }
  return gradients;
}

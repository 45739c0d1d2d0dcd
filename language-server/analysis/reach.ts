import type { Network } from '../network/graph.js';
import type { Reach } from '../protocol.js';

/** What initializers did not reach. Only what stands in the analysed file is told: elsewhere, nobody could mark it. */
export function reach({ tensors = [], unregistered = [] }: Network, file: string): Reach {
  return {
    undefinedTensors: tensors.flatMap(({ path, parameter: { writes, touched, shape } }) => {
      const last = writes.at(-1);
      if (last?.family !== 'undefined' || touched || shape?.includes(0)) return [];
      const { location } = last.source;
      return location?.file === file ? [{ path, range: location.range }] : [];
    }),
    unregistered: unregistered.flatMap(({ path, container, location, layers }) =>
      location.file === file ? [{ path, container, range: location.range, kinds: layers.map(({ kind }) => kind) }] : [],
    ),
  };
}

import type { Network } from '../../network/graph.js';
import type { Reach } from '../../protocol.js';
import { copies } from './copies.js';
import { leftOut } from './left-out.js';
import { lostWeights } from './lost-weights.js';
import { nameTests } from './name-tests.js';
import { overwritten } from './overwritten.js';
import { placeKey } from './place-key.js';
import { mayCallElsewhere, uncalled } from './uncalled.js';
import { zeroGradients } from './zero-gradients.js';

/** What initializers did not reach. Only what stands in the analysed file is told: elsewhere, nobody could mark it. */
export function reach(network: Network, file: string): Reach {
  const { tensors = [], unregistered = [], layers } = network;
  const built = new Set(layers.map(({ location }) => placeKey(location)));
  return {
    undefinedTensors: tensors.flatMap(({ path, parameter: { writes, touched, shape } }) => {
      const last = writes.at(-1);
      if (last?.family !== 'undefined' || touched || shape?.includes(0)) return [];
      const { location } = last.source;
      const unless = mayCallElsewhere(network, path);
      return location?.file === file ? [{ path, range: location.range, ...(unless && { unless }) }] : [];
    }),
    unregistered: unregistered.flatMap(({ path, container, location, layers }) =>
      location.file === file ? [{ path, container, range: location.range, kinds: layers.map(({ kind }) => kind) }] : [],
    ),
    overwritten: [...lostWeights(tensors, file), ...overwritten(tensors, file, built)],
    copies: copies(tensors, layers, file),
    uncalled: uncalled(network),
    leftOut: leftOut(network, file),
    nameTests: nameTests(network),
    zeroGradients: zeroGradients(network, file),
  };
}

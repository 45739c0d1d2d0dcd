import type { Network, UncalledInitializer } from '../../network/graph.js';
import type { ConstructorEnd, Range, Reach, UnregisteredReport } from '../../protocol.js';
import { copies } from './copies.js';
import { leftOut } from './left-out.js';
import { lostWeights } from './lost-weights.js';
import { lostWrites } from './lost-writes.js';
import { nameTests } from './name-tests.js';
import { overwritten } from './overwritten.js';
import { placeKey } from './place-key.js';
import { mayCallElsewhere, uncalled } from './uncalled.js';
import { zeroGradients } from './zero-gradients.js';

/** What a fix needs to know of the text. */
export interface Sites {
  /** The end of the constructor of a class. */
  siteIn(owner: string): ConstructorEnd | null;
  /** The list, tuple or dictionary that is assigned to an attribute, where a container of modules can take its place. */
  containerAt(target: Range): NonNullable<UnregisteredReport['value']> | null;
}

/** What initializers did not reach. Only what stands in the analysed file is told: elsewhere, nobody could mark it. */
export function reach(network: Network, file: string, { siteIn, containerAt }: Sites): Reach {
  const { tensors = [], unregistered = [], layers } = network;
  const built = new Set(layers.map(({ location }) => placeKey(location)));
  return {
    undefinedTensors: tensors.flatMap(({ path, parameter: { writes, touched, shape } }) => {
      const last = writes.at(-1);
      if (last?.family !== 'undefined' || touched || shape?.includes(0)) return [];
      const { location } = last.source;
      const unless = mayCallElsewhere(network, path);
      const how = unless && { unless: unless.name, ...(isOwn(unless, path) && { site: siteIn(unless.owner!) }) };
      return location?.file === file ? [{ path, range: location.range, ...how }] : [];
    }),
    unregistered: unregistered.flatMap(({ path, container, location, layers, flat }) =>
      location.file === file
        ? [
            {
              path,
              container,
              range: location.range,
              kinds: layers.map(({ kind }) => kind),
              value: flat ? containerAt(location.range) : null,
            },
          ]
        : [],
    ),
    overwritten: [...lostWeights(tensors, file), ...lostWrites(tensors, file), ...overwritten(tensors, file, built)],
    copies: copies(tensors, layers, file),
    uncalled: uncalled(network).map((one) => (one.owner ? { ...one, site: siteIn(one.owner) } : one)),
    leftOut: leftOut(network, file),
    nameTests: nameTests(network),
    zeroGradients: zeroGradients(network, file),
  };
}

/** A method without arguments of the module that holds the tensor. */
function isOwn({ owner, takesModule, complete, path: module }: UncalledInitializer, tensor: string): boolean {
  return owner !== null && complete && !takesModule && module === tensor.split('.').slice(0, -1).join('.');
}

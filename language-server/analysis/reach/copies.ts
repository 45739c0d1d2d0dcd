import type { Distribution, Location } from '../../network/distribution.js';
import type { Network, Parameter } from '../../network/graph.js';
import type { CopiesReport } from '../../protocol.js';
import { constants } from './constants.js';

type Tensors = NonNullable<Network['tensors']>;

/**
 * Copies share the very write that drew them, until something writes one anew. Told of layers in a list only: a copy under a name of its
 * own (a target network, a teacher) is meant to start equal.
 */
export function copies(tensors: Tensors, layers: Network['layers'], file: string): CopiesReport[] {
  if (!tensors.some(({ parameter }) => parameter.copyOf)) return [];
  const owners = new Map(layers.flatMap((layer) => [layer.weight, ...layer.others].map((one) => [one, layer] as const)));
  const groups = new Map<string, { draw: Distribution; location: Location; members: Set<string>; name: string; list: string }>();
  const found = new Map<string, CopiesReport>();
  for (const { path, parameter } of tensors) {
    const draw = parameter.writes.at(-1);
    const match = /^(.*?)\.?\b(\d+)\.(.+)$/.exec(path);
    const location = owners.get(parameter)?.location;
    if (!draw || !match || !isRandomWeight(parameter, draw) || location?.file !== file) continue;
    const [, list = '', index = '', name = ''] = match;
    const key = `${list}\n${name}`;
    const group = groups.get(key);
    if (!group) groups.set(key, { draw, location, members: new Set([index]), name, list });
    else if (group.draw === draw && parameter.copyOf) group.members.add(index);
  }
  for (const { list, name, members, location } of groups.values()) {
    if (members.size < 2) continue;
    const known = found.get(list);
    if (known) known.tensors.push(name);
    else found.set(list, { path: list, count: members.size, tensors: [name], range: location.range });
  }
  return [...found.values()];
}

function isRandomWeight({ shape, touched }: Parameter, { family, variance }: Distribution): boolean {
  return (
    !touched &&
    (shape?.length ?? 0) >= 2 &&
    variance !== 0 &&
    !constants.has(family) &&
    family !== 'undefined' &&
    family !== 'unknown'
  );
}

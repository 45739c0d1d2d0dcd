import type { Distribution, Location } from '../network/distribution.js';
import type { Network, Parameter } from '../network/graph.js';
import type { CopiesReport, OverwrittenReport, Reach } from '../protocol.js';

type Tensors = NonNullable<Network['tensors']>;

/** What initializers did not reach. Only what stands in the analysed file is told: elsewhere, nobody could mark it. */
export function reach({ tensors = [], unregistered = [], layers }: Network, file: string): Reach {
  const built = new Set(layers.map(({ location }) => placeKey(location)));
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
    overwritten: overwritten(tensors, file, built),
    copies: copies(tensors, layers, file),
  };
}

/**
 * Constants that were written into few tensors on purpose, and then replaced by a call that writes more of them. The other order, first
 * all and then the special ones, is how it should be done. The first entry of `writes` is the allocation or the framework's default.
 *
 * @param built places of layers: what a constructor writes has the place of its call, and no user wrote it
 */
function overwritten(tensors: Tensors, file: string, built: ReadonlySet<string>): OverwrittenReport[] {
  const counts = new Map<string, number>();
  for (const { parameter } of tensors)
    for (const key of new Set(
      parameter.writes.slice(1).flatMap(({ source }) => (source.location ? [placeKey(source.location)] : [])),
    ))
      counts.set(key, (counts.get(key) ?? 0) + 1);
  const found = new Map<string, OverwrittenReport>();
  for (const { path, parameter } of tensors) {
    const explicit = parameter.writes.slice(1);
    const winner = explicit.at(-1);
    if (!winner || winner.source.changes || winner.source.undecided || winner.family === 'unknown') continue;
    const special = explicit.slice(0, -1).findLast(({ family }) => constants.has(family));
    const first = special?.source.location;
    const second = winner.source.location;
    if (!special || special.source.changes || first?.file !== file || second?.file !== file || sameValues(special, winner))
      continue;
    const [one, other] = [placeKey(first), placeKey(second)];
    if (built.has(one) || built.has(other) || (counts.get(one) ?? 0) >= (counts.get(other) ?? 0)) continue;
    const known = found.get(one);
    if (known) known.paths.push(path);
    else
      found.set(one, {
        paths: [path],
        call: special.source.text,
        range: first.range,
        winner: winner.source.text,
        winnerRange: second.range,
      });
  }
  return [...found.values()];
}

const constants = new Set(['zeros', 'ones', 'constant', 'identity', 'dirac']);

function sameValues(a: Distribution, b: Distribution): boolean {
  return a.family === b.family && a.mean === b.mean;
}

/**
 * Copies share the very write that drew them, until something writes one anew. Told of layers in a list only: a copy under a name of its
 * own (a target network, a teacher) is meant to start equal.
 */
function copies(tensors: Tensors, layers: Network['layers'], file: string): CopiesReport[] {
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

function placeKey({ file, range: { start, end } }: Location): string {
  return `${file}:${start.line}:${start.character}:${end.line}:${end.character}`;
}

import type { Distribution } from '../../network/distribution.js';
import type { Network, Parameter } from '../../network/graph.js';
import type { OverwrittenReport } from '../../protocol.js';
import { constants } from './constants.js';
import { placeKey } from './place-key.js';

type Tensors = NonNullable<Network['tensors']>;

/**
 * Constants that were written into few tensors on purpose, and then replaced by a call that writes more of them. The other order, first
 * all and then the special ones, is how it should be done. The first entry of `writes` is the allocation or the framework's default.
 *
 * @param built places of layers: what a constructor writes has the place of its call, and no user wrote it
 */
export function overwritten(tensors: Tensors, file: string, built: ReadonlySet<string>): OverwrittenReport[] {
  const counts = new Map<string, number>();
  for (const { parameter } of tensors)
    for (const key of new Set(
      explicitWrites(parameter).flatMap(({ source }) => (source.location ? [placeKey(source.location)] : [])),
    ))
      counts.set(key, (counts.get(key) ?? 0) + 1);
  const found = new Map<string, OverwrittenReport>();
  for (const { path, parameter } of tensors) {
    const explicit = explicitWrites(parameter);
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

/** An allocation counts where its number is neither zero nor one, which merely make room (`torch.full((dim,), 1e-5)`). */
function explicitWrites({ writes }: Parameter): readonly Distribution[] {
  const [first] = writes;
  const deliberate = first?.family === 'constant' && first.mean !== null && first.mean !== 0 && first.mean !== 1;
  return deliberate ? writes : writes.slice(1);
}

function sameValues(a: Distribution, b: Distribution): boolean {
  return a.family === b.family && a.mean === b.mean;
}

import type { Network } from '../../network/graph.js';
import type { OverwrittenReport } from '../../protocol.js';
import { placeKey } from './place-key.js';

/** Initializers of tensors that something calculates anew from others before each use, such as weight normalization. */
export function lostWrites(tensors: NonNullable<Network['tensors']>, file: string): OverwrittenReport[] {
  const found = new Map<string, OverwrittenReport>();
  for (const { path, parameter } of tensors) {
    const { text, location, lost } = parameter.recomputed ?? {};
    const last = lost?.at(-1);
    const place = last?.source.location;
    if (!last || !text || place?.file !== file || location?.file !== file || last.source.undecided) continue;
    const known = found.get(placeKey(place));
    if (known) known.paths.push(path);
    else
      found.set(placeKey(place), {
        paths: [path],
        call: last.source.text,
        range: place.range,
        winner: text,
        winnerRange: location.range,
        recomputed: true,
      });
  }
  return [...found.values()];
}

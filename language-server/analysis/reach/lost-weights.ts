import type { Distribution } from '../../network/distribution.js';
import type { LoadedWeights, Network } from '../../network/graph.js';
import type { OverwrittenReport } from '../../protocol.js';

/**
 * Saved weights that were loaded into a module, of which initializers then drew every matrix and kernel anew. Where they draw some of
 * them only, the loaded ones are kept on purpose: a new head on a trained backbone.
 */
export function lostWeights(tensors: NonNullable<Network['tensors']>, file: string): OverwrittenReport[] {
  const paths = new Map(tensors.map(({ path, parameter }) => [parameter, path]));
  const loads = new Set(tensors.flatMap(({ parameter }) => parameter.loaded ?? []));
  return [...loads].flatMap((loaded) => {
    const weights = [...loaded.tensors.keys()].filter(({ shape }) => (shape?.length ?? 0) >= 2);
    const writes = weights.map((parameter) => redrawn(loaded, parameter.writes, loaded.tensors.get(parameter)!));
    const winner = writes[0]?.source;
    if (loaded.location.file !== file || winner?.location?.file !== file || !writes.every(Boolean)) return [];
    if (!weights.every((parameter) => parameter.loaded === loaded && paths.has(parameter))) return [];
    return [
      {
        paths: weights.map((parameter) => paths.get(parameter)!),
        call: loaded.text,
        range: loaded.location.range,
        winner: winner.text,
        winnerRange: winner.location.range,
        loaded: true,
      },
    ];
  });
}

/** The write that surely threw away what was loaded. */
function redrawn(loaded: LoadedWeights, writes: readonly Distribution[], before: number): Distribution | null {
  const last = writes.at(-1);
  if (writes.length <= before || !last || last.family === 'unknown') return null;
  const { undecided, changes, copies, location } = last.source;
  return undecided || changes || copies || location?.file !== loaded.location.file ? null : last;
}

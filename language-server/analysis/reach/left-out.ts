import type { InitializerVisit, Layer, Network, Parameter } from '../../network/graph.js';
import type { LeftOutReport } from '../../protocol.js';
import { isDefault, layersToInitialize } from './default-weights.js';
import { placeKey } from './place-key.js';

type Initialized = Layer & { readonly weight: Parameter };

/**
 * Walks over the parts of a module that initialize layers and miss others of the same kind, which keep the framework's default.
 *
 * Three ways to miss are certain: `children()` goes one level deep, a layer that is made after the walk is not there yet, and a walk that
 * writes nothing at all where everything is at its default. A test that leaves out layers on purpose is none of them.
 */
export function leftOut(network: Network, file: string): LeftOutReport[] {
  const layers = layersToInitialize(network);
  const places = new Map<string, InitializerVisit[]>();
  for (const visit of network.visits ?? [])
    if (visit.location.file === file && /\w_\(|\.data\b/.test(visit.code)) {
      const key = placeKey(visit.location);
      places.set(key, [...(places.get(key) ?? []), visit]);
    }
  return [...places.values()].flatMap((visits) => leftOutBy(visits, layers) ?? []);
}

/** @param visits those that one place in the code made, on several modules */
function leftOutBy(visits: readonly InitializerVisit[], layers: readonly Initialized[]): LeftOutReport | null {
  const [first] = visits;
  if (!first) return null;
  const isReached = ({ weight }: Initialized) => visits.some(({ reached }) => reached.has(weight));
  const reached = layers.filter(isReached);
  const report = (why: LeftOutReport['why'], missed: readonly Initialized[]): LeftOutReport => ({
    initializer: first.text,
    range: first.location.range,
    why,
    reached: reached.filter(({ kind }) => missed.some((one) => one.kind === kind)).length,
    kinds: [...new Set(missed.map(({ kind }) => kind))],
    paths: missed.map(({ path }) => path),
    kept: missed[0]!.weight.writes.at(-1)!.source.text,
  });
  const missed = (test: (layer: Initialized, visit: InitializerVisit) => boolean) =>
    layers.filter(
      (layer) =>
        isDefault(layer.weight) &&
        !isReached(layer) &&
        visits.some((visit) => below(layer, visit) !== null && test(layer, visit)),
    );
  const later = missed(
    (layer, visit) => !visit.passed.has(layer.weight) && isLaterInSameFunction(layer, visit) && concerns(visit, layer, reached),
  );
  if (later.length > 0) return report('later', later);
  const deeper = missed(
    (layer, visit) =>
      visit.how === 'children' &&
      visit.passed.has(layer.weight) &&
      below(layer, visit)!.includes('.') &&
      concerns(
        visit,
        layer,
        reached.filter((one) => below(one, visit)?.includes('.') === false),
      ),
  );
  if (deeper.length > 0) return report('deeper', deeper);
  const all = layers.filter((layer) => visits.some((visit) => below(layer, visit) !== null));
  if (visits.some((visit) => visit.reached.size > 0) || all.length < 2 || !all.every(({ weight }) => isDefault(weight)))
    return null;
  return report('nothing', all);
}

/** Path of a layer under the module that a walk began at; `null`: it is elsewhere. */
function below({ path }: Layer, visit: InitializerVisit): string | null {
  if (visit.below === '') return path;
  return path.startsWith(`${visit.below}.`) ? path.slice(visit.below.length + 1) : null;
}

/** Whether a walk is about layers of this kind: it names the kind, or it initialized others of it. */
function concerns({ code }: InitializerVisit, { kind }: Layer, reached: readonly Layer[]): boolean {
  return reached.some((one) => one.kind === kind) || new RegExp(`\\b${kind}\\b`).test(code);
}

function isLaterInSameFunction({ location }: Layer, { location: place, within }: InitializerVisit): boolean {
  return (
    location.file === place.file &&
    within !== null &&
    location.range.start.line > place.range.start.line &&
    location.range.start.line <= within.end.line
  );
}

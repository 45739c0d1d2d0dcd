import type { Finding, LayerReport } from '../protocol.js';

/** Of layers that a finding is about those that stand at another place than the first, one a place: loops make many at one. */
export function elsewhere(layers: readonly LayerReport[], maximum = 8): LayerReport[] {
  const seen = new Set<string>();
  return layers
    .filter(({ range }, index) => {
      const place = JSON.stringify(range);
      const isNew = !seen.has(place);
      seen.add(place);
      return isNew && index > 0;
    })
    .slice(0, maximum);
}

/** The same, as what stands beside a finding on the first. */
export const alsoThere = (layers: readonly LayerReport[]): Finding['related'] =>
  elsewhere(layers).map(({ path, range }) => ({ message: `${path} as well.`, range }));

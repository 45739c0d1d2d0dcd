import type { Charts, ModelReport } from '../protocol.js';
import { phasePlane } from './phase-plane.js';

/** What the panel draws beside a report: one phase plane for each activation that layers of the model feed. */
export function charts(model: ModelReport): Charts {
  const groups = new Map<string, number[]>();
  model.layers.forEach(({ activation, activationParameters, keep, weight }, index) => {
    if (!activation || weight?.sigmaW2 == null) return;
    const key = JSON.stringify([activation, activationParameters, keep]);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  });
  const phasePlanes = [...groups.values()].flatMap((layers) => {
    const plane = phasePlane(layers.map((index) => model.layers[index]!));
    return plane ? [{ ...plane, layers }] : [];
  });
  return { phasePlanes };
}

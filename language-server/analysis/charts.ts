import type { Charts, LayerReport, ModelReport, PhasePlane } from '../protocol.js';

/** Draws the phase plane of an activation, without the model's layers. */
export type DrawPhasePlane = (
  activation: string,
  parameters: Readonly<Record<string, number>>,
  keep: number,
) => Omit<PhasePlane, 'layers'> | null;

/** What the panel draws beside a report: one phase plane for each activation that layers of the model feed. */
export function charts(model: ModelReport, draw: DrawPhasePlane = () => null): Charts {
  const planes = new Map<string, { first: LayerReport; layers: number[] }>();
  model.layers.forEach((layer, index) => {
    if (!layer.activation) return;
    const key = JSON.stringify([layer.activation, layer.activationParameters, layer.keep]);
    const plane = planes.get(key) ?? { first: layer, layers: [] };
    plane.layers.push(index);
    planes.set(key, plane);
  });
  const phasePlanes = [...planes.values()].flatMap(({ first, layers }) => {
    const plane = draw(first.activation!, first.activationParameters, first.keep);
    return plane ? [{ ...plane, layers }] : [];
  });
  return { phasePlanes };
}

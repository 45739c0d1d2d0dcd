import type { ModelReport, PropagationPoint } from '../language-server/protocol.js';

/** One stop of the signal on its way through the network, ready to be drawn. */
export interface Stop {
  point: PropagationPoint;
  /** Index of the point in the report. */
  index: number;
  /** Layer that is revealed for this stop: itself, or the last one with weights before it. */
  layer: number | null;
  /** The stop is that layer itself. */
  own: boolean;
}

/**
 * log₁₀ of the root mean square gradient, relative to the network's output: half of log₁₀ of the mean square.
 * From the logarithm in the report, so that 10⁻³⁰⁰ and less still has a place in the chart. A gradient of exactly 0 has none.
 */
export function log10Gradient({ logGradient, gradient }: PropagationPoint): number | null {
  if (logGradient !== null) return logGradient / Math.LN10 / 2;
  return gradient !== null && gradient > 0 ? Math.log10(gradient) / 2 : null;
}

/** The layers with weights in forward order, or every operation between them too. */
export function stops(model: ModelReport, everyOperation: boolean): Stop[] {
  const indices = new Map(model.layers.map(({ path }, index) => [path, index]));
  let last: number | null = null;
  const all = model.propagation.map((point, index): Stop => {
    const own = indices.get(point.path);
    if (own !== undefined) last = own;
    return { point, index, layer: last, own: own !== undefined };
  });
  const layers = all.filter(({ own }) => own);
  return everyOperation || layers.length === 0 ? all : layers;
}

import { extentOfShape, positions } from './extent.js';
import { balanced, nearness, type Signal } from './signal.js';
import { stops, type Transfer, times } from './transfer.js';

/**
 * Linear interpolation: each output averages two neighbours along each dimension with weights 1 − f and f, so that
 * q ↦ s + (q − s) Π E[(1 − f)² + f² + 2 f (1 − f) r] with s the product of two positions and r the correlation of neighbours. Backwards the weights of
 * all outputs that read an input add up where gradients are the same, and their squares where they are independent.
 */
export const interpolationTransfer: Transfer<'interpolation'> = (node, [input], { assume }) => {
  if (!input?.signal) return stops(input?.reason ?? 'What is interpolated here could not be followed.');
  const from = input.extent;
  const known = from.length > 0 ? extentOfShape(node, from.length) : null;
  if (!known) assume('Interpolation to a size that is not known is taken to keep the size of the map.');
  const extent = known ?? from;
  const r = nearness(input.signal);
  let [own, incoherent, coherent] = [1, 1, 1];
  from.forEach((size, i) => {
    const line = along(size, extent[i]!, node.alignCorners, r);
    own *= line.own;
    incoherent *= line.incoherent;
    coherent *= line.coherent;
  });
  const gathered = (coherence: number) => incoherent + (coherent - incoherent) * Math.max(0, coherence);
  const copies = positions(extent) / positions(from);
  return {
    extent,
    signal: interpolated(input.signal, own),
    reason: null,
    backward: [
      { ...times(1), gathered, mixed: (coherence) => Math.min(1, (Math.max(0, coherence) * copies) / gathered(coherence)) },
    ],
  };
};

function interpolated(signal: Signal, own: number): Signal {
  return balanced({
    ...signal,
    q: signal.space + (signal.q - signal.space) * own,
    pair: signal.pairSpace + (signal.pair - signal.pairSpace) * own,
    near: signal.near + (signal.space + (signal.q - signal.space) * own - signal.near) / 2,
  });
}

/** Means over the outputs of one dimension: of what is left of q − s, of Σ w², and of (Σ w)² over the outputs that share an input. */
function along(inputs: number, outputs: number, alignCorners: boolean, r: number) {
  const step = alignCorners ? (outputs > 1 ? (inputs - 1) / (outputs - 1) : 0) : inputs / outputs;
  const read = new Float64Array(inputs);
  let [own, squares] = [0, 0];
  for (let o = 0; o < outputs; o++) {
    const place = Math.min(inputs - 1, Math.max(0, alignCorners ? o * step : (o + 0.5) * step - 0.5));
    const first = Math.floor(place);
    const f = place - first;
    const next = Math.min(inputs - 1, first + 1);
    const together = next === first ? 1 : (1 - f) ** 2 + f * f;
    squares += together / outputs;
    own += (next === first ? 1 : together + 2 * f * (1 - f) * r) / outputs;
    read[first]! += 1 - f;
    read[next]! += f;
  }
  return { own, incoherent: squares, coherent: read.reduce((sum, weight) => sum + weight * weight, 0) / outputs };
}

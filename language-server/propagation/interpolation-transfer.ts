import type { Interpolation } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { type Extent, extentOfShape, positions } from './extent.js';
import { balanced, nearness, type Signal } from './signal.js';
import { stops, type Transfer, times } from './transfer.js';

/**
 * Interpolation: each output is a copy of the nearest input, or averages two neighbours along each dimension with weights 1 − f and f, so that
 * q ↦ s + (q − s) Π E[(1 − f)² + f² + 2 f (1 − f) r] with s the product of two positions and r the correlation of neighbours. Backwards the weights of
 * all outputs that read an input add up where gradients are the same, and Σ w w′ r^d where those of outputs d apart have correlation r^d.
 */
export const interpolationTransfer: Transfer<'interpolation'> = (node, [input], { assume }) => {
  if (!input?.signal) return stops(input?.reason ?? 'What is interpolated here could not be followed.');
  const from = input.extent;
  const known = extentOfShape(node, from.length) ?? grown(from, node.factors);
  if (!known && from.length > 0) assume('Interpolation to a size that is not known is taken to keep the size of the map.');
  const extent = known ?? from;
  const r = nearness(input.signal);
  const lines = from.map((size, i) => along(size, extent[i]!, node, r));
  const own = product(lines.map((line) => line.own));
  const coherent = product(lines.map((line) => line.coherent));
  const alone = (near: number) => product(lines.map(({ overlap }) => faded(overlap, near)));
  const gathered = (coherence: number, _: number, near: number) => {
    const incoherent = alone(near);
    return incoherent + (coherent - incoherent) * Math.max(0, coherence);
  };
  const copies = positions(extent) / positions(from);
  return {
    extent,
    signal: interpolated(input.signal, own, copies ** (1 / Math.max(1, from.length))),
    ...(node.copies && { gaussian: input.gaussian, stream: input.stream, unevenness: input.unevenness }),
    reason: null,
    backward: [
      {
        ...times(1),
        gathered,
        mixed: (coherence, tokens, near) => Math.min(1, (Math.max(0, coherence) * copies) / gathered(coherence, tokens, near)),
        neighbours: (near) =>
          (product(lines.map(({ besides }) => faded(besides, near))) / alone(near)) ** (1 / Math.max(1, lines.length)),
      },
    ],
  };
};

function grown(from: Extent, factors: Interpolation['factors']): Extent | null {
  if (!factors) return null;
  const sizes = from.map((size, i) => Math.floor(size * (numberOf(factors[i] ?? factors[0]!) ?? Number.NaN)));
  return sizes.every((size) => size > 0) ? sizes : null;
}

/** Neighbours are nearer to each other by the factor that the map grows by. */
function interpolated(signal: Signal, own: number, factor: number): Signal {
  const q = signal.space + (signal.q - signal.space) * own;
  return balanced({
    ...signal,
    q,
    pair: signal.pairSpace + (signal.pair - signal.pairSpace) * own,
    near: factor > 1 ? q + (signal.near - q) / factor : signal.near,
  });
}

/**
 * Along one dimension, means over the outputs: what is left of q − s, (Σ w)² over the outputs that share an input, and Σ w w′ by the distance
 * of the two outputs, for those that share an input and for those that read two neighbours.
 */
function along(inputs: number, outputs: number, { copies, alignCorners }: Interpolation, r: number) {
  const step = alignCorners ? (outputs > 1 ? (inputs - 1) / (outputs - 1) : 0) : inputs / outputs;
  const readers: Reader[][] = Array.from({ length: inputs }, () => []);
  let own = 0;
  for (let o = 0; o < outputs; o++) {
    if (copies) {
      readers[Math.min(inputs - 1, Math.floor(o * (inputs / outputs)))]!.push({ output: o, weight: 1 });
      own += 1 / outputs;
      continue;
    }
    const place = Math.min(inputs - 1, Math.max(0, alignCorners ? o * step : (o + 0.5) * step - 0.5));
    const first = Math.floor(place);
    const f = place - first;
    const alone = first === inputs - 1;
    own += (alone ? 1 : (1 - f) ** 2 + f * f + 2 * f * (1 - f) * r) / outputs;
    readers[first]!.push({ output: o, weight: alone ? 1 : 1 - f });
    if (!alone && f > 0) readers[first + 1]!.push({ output: o, weight: f });
  }
  const [overlap, besides] = [new Map<number, number>(), new Map<number, number>()];
  let coherent = 0;
  readers.forEach((one, i) => {
    coherent += one.reduce((sum, { weight }) => sum + weight, 0) ** 2 / outputs;
    addProducts(overlap, one, one, outputs);
    addProducts(besides, one, readers[i + 1] ?? one, outputs);
  });
  return { own, coherent, overlap, besides };
}

/** An output that reads an input, with its weight. */
interface Reader {
  readonly output: number;
  readonly weight: number;
}

function addProducts(sums: Map<number, number>, a: readonly Reader[], b: readonly Reader[], outputs: number): void {
  for (const one of a)
    for (const other of b) {
      const distance = Math.abs(one.output - other.output);
      sums.set(distance, (sums.get(distance) ?? 0) + (one.weight * other.weight) / outputs);
    }
}

/** Σ c_d r^d */
function faded(byDistance: ReadonlyMap<number, number>, r: number): number {
  let sum = 0;
  for (const [distance, value] of byDistance) sum += value * r ** distance;
  return sum;
}

const product = (values: readonly number[]): number => values.reduce((all, value) => all * value, 1);

import type { Interpolation } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { type Extent, extentOfShape, positions } from './extent.js';
import { balanced, nearness, type Signal } from './signal.js';
import { stops, type Transfer, times } from './transfer.js';

/**
 * Interpolation: each output is a copy of the nearest input, or averages two neighbours along each dimension with weights 1 − f and f, or four, so that
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
    ...(node.method === 'nearest' && { gaussian: input.gaussian, stream: input.stream, unevenness: input.unevenness }),
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
function along(inputs: number, outputs: number, node: Interpolation, r: number) {
  const readers: Reader[][] = Array.from({ length: inputs }, () => []);
  let own = 0;
  for (let o = 0; o < outputs; o++) {
    const taps = tapsOf(o, inputs, outputs, node);
    for (const { input, weight } of taps) {
      readers[input]!.push({ output: o, weight });
      for (const other of taps) own += (weight * other.weight * r ** Math.abs(input - other.input)) / outputs;
    }
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

/** What an output reads, with its weights; beyond the border the outermost input stands. */
function tapsOf(output: number, inputs: number, outputs: number, { method, alignCorners }: Interpolation): Tap[] {
  if (method === 'nearest') return [{ input: Math.min(inputs - 1, Math.floor(output * (inputs / outputs))), weight: 1 }];
  const step = alignCorners ? (outputs > 1 ? (inputs - 1) / (outputs - 1) : 0) : inputs / outputs;
  const place = alignCorners ? output * step : (output + 0.5) * step - 0.5;
  const first = Math.floor(place);
  const f = place - first;
  const weights = method === 'linear' ? [1 - f, f] : [cubic(1 + f), cubic(f), cubic(1 - f), cubic(2 - f)];
  const taps = new Map<number, number>();
  weights.forEach((weight, i) => {
    const input = Math.max(0, Math.min(inputs - 1, first + i - (weights.length / 2 - 1)));
    taps.set(input, (taps.get(input) ?? 0) + weight);
  });
  return [...taps].map(([input, weight]) => ({ input, weight }));
}

/** Convolution by cubics with slope −3/4 at distance 1, as PyTorch has it. Keys 1981, doi:10.1109/TASSP.1981.1163711. */
function cubic(distance: number): number {
  const a = -0.75;
  return distance <= 1
    ? ((a + 2) * distance - (a + 3)) * distance * distance + 1
    : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
}

interface Tap {
  readonly input: number;
  readonly weight: number;
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

import type { Network } from '../network/graph.js';
import { backward } from './backward.js';
import { type Forward, forward, type RunOptions } from './forward.js';
import { sampleBySample } from './samples.js';
import { meanSquare } from './tensor.js';

/** What one draw of the weights gives at each node; `null` where it could not be computed. */
export interface Run extends Pick<Forward, 'stops' | 'mismatch'> {
  /** Mean square of the output's entries for one input; for all of a batch where its statistics join the samples. */
  readonly q: (number | null)[];
  /** Σ x_a x_b over pairs of samples, relative to the mean of their squared norms. */
  readonly c: (number | null)[];
  /** ‖∂f/∂output‖² for the same inputs, relative to that at the network's output, f = Σ output · N(0, 1). */
  readonly gradient: (number | null)[];
  /** ‖∂f/∂W‖² of the first and the last layer with weights, by node, for the same inputs: the mean over a batch would fluctuate less. */
  readonly weightGradient: (number | null)[];
}

/**
 * Draws one network and its inputs, and runs it forwards and backwards.
 *
 * @throws TooLarge where the budget does not suffice
 */
export function run(network: Network, options: RunOptions): Run {
  const { results, owners, stops, mismatch, random } = forward(network, options);
  const { batch } = options.scale;
  const gradients = backward(network, results, (output) => output.map(() => random.normal()));
  const ends = endLayers(network);
  const joined = options.training && network.nodes.some((node) => node.kind === 'normalization' && node.variant === 'batch');
  const ordered = (id: number, data: Float64Array): Float64Array | null => {
    if (!owners) return data;
    const own = owners[id];
    return own ? sampleBySample(data, own, batch) : null;
  };
  const shown = (data: Float64Array) => (joined ? data : data.subarray(0, data.length / batch));
  const shownNorm = (id: number): number | null => {
    const gradient = gradients[id];
    const data = gradient ? ordered(id, gradient) : null;
    return data && squaredNorm(shown(data));
  };
  const weightGradient = gradients.map((gradient, id) => {
    if (!gradient || !ends.includes(id) || (owners && !owners[id])) return null;
    const own = owners?.[id];
    const alone = joined
      ? gradient
      : own
        ? gradient.map((g, i) => (own[i] === 0 ? g : 0))
        : withZeros(shown(gradient), gradient.length);
    const weight = results[id]?.weightGradient?.(alone);
    return weight ? squaredNorm(weight) : null;
  });
  const norms = gradients.map((_, id) => shownNorm(id));
  const unit = network.outputs.reduce((sum, id) => sum + (norms[id] ?? 0), 0);
  return {
    q: results.map((result, id) => {
      const data = result && ordered(id, result.output.data);
      return data ? meanSquare(shown(data)) : result && meanSquare(result.output.data);
    }),
    c: results.map((result, id) => {
      const data = result && ordered(id, result.output.data);
      return data && cosineOf(data, owners ? batch : (result.output.shape[0] ?? 1));
    }),
    gradient: norms.map((norm) => (norm !== null && unit > 0 ? norm / unit : null)),
    weightGradient,
    stops,
    mismatch,
  };
}

/** With nothing from other samples. */
function withZeros(data: Float64Array, length: number): Float64Array {
  if (data.length === length) return data;
  const padded = new Float64Array(length);
  padded.set(data);
  return padded;
}

/** Weight gradients cost as much as the run itself, and their ratio needs only the first and the last. */
function endLayers({ nodes }: Network): number[] {
  const layers = nodes.filter(({ kind }) => kind === 'affine').map(({ id }) => id);
  return [layers[0] ?? -1, layers.at(-1) ?? -1];
}

function cosineOf(data: Float64Array, batch: number): number | null {
  const size = data.length / batch;
  let [product, square] = [0, 0];
  for (let sample = 0; sample + 1 < batch; sample += 2)
    for (let i = sample * size; i < (sample + 1) * size; i++) {
      product += data[i]! * data[i + size]!;
      square += (data[i]! ** 2 + data[i + size]! ** 2) / 2;
    }
  return square > 0 ? product / square : null;
}

const squaredNorm = (data: Float64Array): number => meanSquare(data) * data.length;

import type { Network } from '../network/graph.js';
import { type Scale, TooLarge } from './forward.js';
import { type Run, run } from './run.js';

export interface SimulateOptions {
  readonly draws: number;
  /** Draw i has seed + i. */
  readonly seed: number;
  readonly mode: 'train' | 'eval';
  readonly inputSecondMoment: number;
  readonly inputCosine: number;
  /** Size of feature maps that the model does not tell; `null`: whatever the model fits. */
  readonly mapSize: number | null;
  /** Multiplications that one draw may take forwards; what is larger is simulated at smaller widths and maps. */
  readonly budget: number;
}

export const defaultOptions: SimulateOptions = {
  draws: 16,
  seed: 1,
  mode: 'train',
  inputSecondMoment: 1,
  inputCosine: 0.5,
  mapSize: null,
  budget: 8e8,
};

/** Mean and standard deviation over draws. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

export interface Measured {
  /** log₁₀ of the mean square of a node's output. */
  readonly q: Spread | null;
  /** Correlation of the outputs for two inputs. */
  readonly c: Spread | null;
  /** log₁₀ of ‖∂f/∂output‖², relative to the network's output. */
  readonly gradient: Spread | null;
}

export interface Simulated {
  readonly draws: number;
  readonly scale: Scale;
  /** One entry a node. */
  readonly nodes: readonly Measured[];
  /** log₁₀(‖∂f/∂W_last‖/‖∂f/∂W_first‖). */
  readonly log10GradientRatio: Spread | null;
  readonly stops: Run['stops'];
}

/** With the draws one by one. */
export interface Drawn extends Simulated {
  readonly runs: readonly Run[];
}

/**
 * Runs random networks of this law: each draw of the weights gives one value at each node, and their spread over draws is what one network
 * differs from another.
 *
 * @param progress called after each draw; `false` ends the simulation with the draws that are there
 * @returns `null` where the network is too large even when it is made smaller
 */
export function simulate(
  network: Network,
  options: SimulateOptions,
  progress: (done: number) => boolean = () => true,
): Drawn | null {
  const first = firstRun(network, options);
  if (!first) return null;
  const runs = [first.run];
  while (runs.length < options.draws && progress(runs.length))
    runs.push(run(network, runOptions(options, first.scale, options.seed + runs.length)));
  progress(runs.length);
  return {
    draws: runs.length,
    scale: first.scale,
    nodes: network.nodes.map(({ id }) => ({
      q: spreadOfLogs(runs.map(({ q }) => q[id]!)),
      c: spread(runs.map(({ c }) => c[id]!)),
      gradient: spreadOfLogs(runs.map(({ gradient }) => gradient[id]!)),
    })),
    log10GradientRatio: gradientRatio(network, runs),
    stops: first.run.stops,
    runs,
  };
}

/** The largest size whose run fits into the budget, with that run. */
function firstRun(network: Network, options: SimulateOptions): { run: Run; scale: Scale } | null {
  const batch = batchFor(network, options);
  const mapSize = options.mapSize ?? mapSizeFor(network, options);
  for (const [width, mapScale] of sizes)
    try {
      const scale = { width, mapScale, mapSize, batch };
      return { run: run(network, runOptions(options, scale, options.seed)), scale };
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
    }
  return null;
}

/** Factors on channels and on maps, in the order in which they are tried. */
const sizes = [
  [1, 1],
  [1, 0.5],
  [0.5, 0.5],
  [0.5, 0.25],
  [0.25, 0.25],
  [0.125, 0.125],
  [0.0625, 0.125],
] as const;

/** What image models are built for, in the order in which they are tried: a flattened map tells which of them fits. */
const mapSizes = [224, 32, 28, 64, 96, 128] as const;

function mapSizeFor(network: Network, options: SimulateOptions): number | null {
  const hasMaps = network.nodes.some((node) => node.kind === 'affine' && node.kernel.length === 2);
  return hasMaps ? (mapSizes.find((size) => takes(network, options, size)) ?? null) : null;
}

/** Whether the layers behind a flattened map meet as many features as they take, found out at a small width. */
function takes(network: Network, options: SimulateOptions, mapSize: number): boolean {
  const scale = { width: 0.125, mapScale: 1, mapSize, batch: 2 };
  try {
    return !run(network, { ...runOptions(options, scale, options.seed), budget: Number.POSITIVE_INFINITY }).mismatch;
  } catch (error) {
    if (error instanceof TooLarge) return true;
    throw error;
  }
}

const runOptions = ({ mode, inputSecondMoment, inputCosine, budget }: SimulateOptions, scale: Scale, seed: number) => ({
  seed,
  scale,
  budget,
  training: mode === 'train',
  secondMoment: inputSecondMoment,
  cosine: inputCosine,
});

/** A pair of inputs, and more where statistics of the batch are taken: few positions need more samples. */
function batchFor({ nodes }: Network, { mode }: SimulateOptions): number {
  const byBatch = mode === 'train' && nodes.some((node) => node.kind === 'normalization' && node.variant === 'batch');
  if (!byBatch) return 2;
  return nodes.some((node) => node.kind === 'affine' && node.kernel.length > 0) ? 8 : 64;
}

function gradientRatio({ nodes }: Network, runs: readonly Run[]): Spread | null {
  const layers = nodes.filter(({ kind }) => kind === 'affine').map(({ id }) => id);
  const [first, last] = [layers[0], layers.at(-1)];
  if (first === undefined || last === undefined) return null;
  return spreadOfLogs(
    runs.map(({ weightGradient }) => {
      const [low, high] = [weightGradient[first]!, weightGradient[last]!];
      return low === null || high === null ? null : Math.sqrt(high / low);
    }),
  );
}

const spreadOfLogs = (values: readonly (number | null)[]): Spread | null =>
  spread(values.map((value) => (value === null ? null : Math.log10(value))));

/** `null` unless every draw has a finite value. */
function spread(values: readonly (number | null)[]): Spread | null {
  if (values.length === 0 || !values.every((value): value is number => value !== null && Number.isFinite(value))) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(square / (values.length - 1)) : 0 };
}

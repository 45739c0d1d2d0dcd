import type { Network } from '../../language-server/network/graph.js';
import { propagate } from '../../language-server/propagation/propagate.js';
import type { Spread } from '../../language-server/protocol.js';
import { defaultOptions, simulate } from '../../language-server/simulation/simulate.js';
import { evaluateText } from '../evaluator/evaluate-text.js';
import type { RandomModel } from './random-models.js';

/** How single draws of one model lie relative to what the theory says of them. */
export interface Coverage {
  name: string;
  draws: number;
  figures: Record<Figure, Measured | null>;
}

export const figureNames = ['gradient', 'ratio', 'signal'] as const;
export type Figure = (typeof figureNames)[number];

interface Measured {
  /** Draws inside the 90 % band. */
  inside: number;
  /** What the theory says is typical, and its standard deviation, in log₁₀. */
  predicted: { typical: number; deviation: number };
  measured: { mean: number; deviation: number };
}

const ninety = 1.6449;

export function coverageOf({ name, source, mapSize }: RandomModel, draws: number): Coverage {
  const network = withMapSize(evaluateText(source).networks.find((one) => one.name === 'Net')!, mapSize);
  const simulated = simulate(network, { ...defaultOptions, draws, mapSize, budget: Number.POSITIVE_INFINITY })!;
  const { summary } = propagate({ ...network, batch: simulated.scale.batch });
  if (simulated.stops.length > 0) throw new Error(`${name}: ${simulated.stops[0]!.reason}`);
  const layers = network.nodes.filter(({ kind }) => kind === 'affine').map(({ id }) => id);
  const each = simulated.runs.map((run) => ({
    gradient: Math.log10(run.gradient[layers[0]!]! / run.gradient[layers.at(-1)!]!),
    ratio: Math.log10(run.weightGradient[layers.at(-1)!]! / run.weightGradient[layers[0]!]!) / 2,
    signal: Math.log10(run.q[network.outputs[0]!]!),
  }));
  const { uncertainty, log10ActivationGradient, log10GradientRatio, log10SignalRatio } = summary;
  return {
    name,
    draws,
    figures: {
      gradient: compare(
        each.map(({ gradient }) => gradient),
        log10ActivationGradient,
        uncertainty?.activationGradient,
      ),
      ratio: compare(
        each.map(({ ratio }) => ratio),
        log10GradientRatio,
        uncertainty?.gradientRatio,
      ),
      signal: compare(
        each.map(({ signal }) => signal),
        log10SignalRatio,
        uncertainty?.signalRatio,
      ),
    },
  };
}

/** The theory would take the size of images that people use. */
function withMapSize(network: Network, mapSize: number | null): Network {
  if (mapSize === null) return network;
  const nodes = network.nodes.map((node) => (node.kind === 'input' ? { ...node, shape: [2, 3, mapSize, mapSize] } : node));
  return { ...network, nodes };
}

function compare(values: number[], center: number | null, band: Spread | null | undefined): Measured | null {
  if (center === null || !band) return null;
  const { shift, deviation } = band;
  const typical = center + shift;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  return {
    inside: values.filter((value) => Math.abs(value - typical) <= ninety * deviation).length,
    predicted: { typical, deviation },
    measured: { mean, deviation: spread },
  };
}

import type { Affine, Network, Node } from '../network/graph.js';
import { propagate } from '../propagation/propagate.js';
import type { ModelReport, PropagationPoint, SimulatedPoint, Simulation } from '../protocol.js';
import { sameRange } from '../range.js';
import type { Settings } from '../settings.js';
import { scaledMap } from '../simulation/inputs.js';
import type { Measured, Simulated, Spread } from '../simulation/simulate.js';

/**
 * What was measured beside what the theory expects. Maps of another size than the report's have other gradients an entry, so what is reported
 * is the report's own number times measured over expected in the size that was simulated.
 */
export function simulationReport(
  network: Network,
  simulated: Simulated,
  { mode, inputSecondMoment }: Pick<Settings, 'mode' | 'inputSecondMoment'>,
): Simulation {
  const { width, mapSize, mapScale } = simulated.scale;
  const side = mapSize === null ? null : scaledMap(ownSide(network) ?? mapSize, mapScale);
  const options = { mode, inputSecondMoment };
  const { points, places } = propagate(withMaps(network, side, simulated.scale.batch), options);
  const own = side === null ? points : propagate(network, options).points;
  return {
    draws: simulated.draws,
    width,
    mapSize: side,
    points: points.map((point, i) => pointOf(point, own[i]!, places[i]!.logPerNorm, simulated.nodes[places[i]!.node]!)),
    stops: stopsOf(network, simulated),
  };
}

/** Each reason once, with the operation that it ended first. */
function stopsOf({ nodes }: Network, { stops }: Simulated): string[] {
  const first = new Map<string, string>();
  for (const { node, reason } of stops) if (!first.has(reason)) first.set(reason, placeOf(nodes[node]!));
  return [...first].map(([reason, place]) => `Not simulated ${place}: ${reason}`);
}

/** What could not be followed has no name of its own: there the reason tells it. */
function placeOf({ kind, path, name }: Node): string {
  const operation = kind === 'opaque' ? '' : name;
  if (path === '' && operation === '') return 'further';
  return `beyond ${[operation, path].filter((part) => part !== '').join(' in ')}`;
}

/** The network of a report's model; models whose theory failed are in no report. */
export function networkOf(model: ModelReport, networks: readonly Network[]): Network | null {
  const same = (network: Network) =>
    network.name === model.name && network.entry === model.entry && sameRange(network.location.range, model.range);
  return networks.find(same) ?? null;
}

function pointOf(point: PropagationPoint, own: PropagationPoint, logPerNorm: number | null, measured: Measured): SimulatedPoint {
  const gradient = measured.gradient && logPerNorm !== null ? moved(measured.gradient, logPerNorm / Math.LN10) : null;
  const [lengthHere, length] = [log10Length(point), log10Length(own)];
  const [slopeHere, slope] = [log10Gradient(point), log10Gradient(own)];
  return {
    q: measured.q && moved(measured.q, difference(length, lengthHere)),
    c: measured.c,
    gradient: gradient && moved(gradient, difference(slope, slopeHere)),
    expected: {
      q: length === null ? null : length + (point.band?.q?.shift ?? 0),
      gradient: slope === null ? null : slope + (point.band?.gradient?.shift ?? 0),
    },
  };
}

const moved = ({ mean, deviation }: Spread, by: number): Spread => ({ mean: mean + by, deviation });

const difference = (a: number | null, b: number | null): number => (a === null || b === null ? 0 : a - b);

const log10Length = ({ q }: PropagationPoint): number | null => (typeof q === 'number' && q > 0 ? Math.log10(q) : null);

const log10Gradient = ({ logGradient }: PropagationPoint): number | null =>
  logGradient === null ? null : logGradient / Math.LN10;

/** Images of this size. */
function withMaps(network: Network, side: number | null, batch: number): Network {
  const reader = readerOf(network);
  if (side === null || !reader || reader.inChannels === null) return network;
  const shape = [batch, reader.inChannels, side, side];
  return { ...network, nodes: network.nodes.map((node) => (node.kind === 'input' ? { ...node, shape } : node)) };
}

/** The size that the model tells. */
function ownSide({ nodes }: Network): number | null {
  const size = nodes.find(({ kind }) => kind === 'input')?.shape?.at(-1);
  return typeof size === 'number' ? size : null;
}

const readerOf = ({ nodes }: Network) =>
  nodes.find((node): node is Node & Affine => node.kind === 'affine' && node.kernel.length === 2);

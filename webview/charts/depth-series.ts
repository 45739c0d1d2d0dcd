import type { Simulation, Spread } from '../../language-server/protocol.js';
import { showCorrelation, showNumber, showPower } from '../number-format.js';
import { log10Gradient, type Stop } from '../signal.js';

/** One quantity through depth in the units of its axis, with the words that go with it. */
export interface DepthSeries {
  id: 'q' | 'c' | 'gradient' | 'length' | 'turning' | 'corners';
  title: string;
  /** What the title stands for. */
  meaning: string;
  /** Height at each stop, `null` where it is not known; a diverging value is left out and named in the summary. */
  heights: (number | null)[];
  /** Between which heights 90 % of the draws of the weights lie; absent where that is not drawn. */
  draws?: ({ from: number; to: number } | null)[];
  /** What was measured at each stop, one standard deviation to both sides; absent or empty without a simulation. */
  measured?: ({ from: number; at: number; to: number } | null)[];
  /** The value at a stop in words. */
  shown: string[];
  /** Text of a tick of the vertical axis. */
  tick(height: number): string;
  logarithmic: boolean;
  /** Smallest range of the axis. */
  suggested: [number, number];
  /** Range of heights in which nothing is lost, and its name. */
  band: { from: number; to: number; label: string } | null;
  pointStyle: 'circle' | 'rect' | 'triangle';
}

/** Of a normal distribution, 90 % lie so many standard deviations around the mean. */
const ninety = 1.645;

const ninetyPercent = (center: number, { shift, deviation }: Spread) => ({
  from: center + shift - ninety * deviation,
  to: center + shift + ninety * deviation,
});

const shading = 'shaded: 90 % of the draws of the weights';

/** Decades that the gradient of a layer may stray from that of the others before one learning rate no longer suits all. */
const tolerableDecades = 1;
/** From this ratio of largest to smallest on, a linear axis would hide the small end. */
const spanOfLogAxis = 30;

/** @param reference what gradients are relative to */
export function depthSeries(stops: Stop[], simulation: Simulation | null = null, reference = 'the output'): DepthSeries[] {
  return [lengthSeries(stops, simulation), correlationSeries(stops, simulation), gradientSeries(stops, simulation, reference)];
}

/** Measured values at the heights of a chart. */
function measuredAt(
  stops: Stop[],
  simulation: Simulation | null,
  which: 'q' | 'c' | 'gradient',
  height: (value: number) => number = (value) => value,
): NonNullable<DepthSeries['measured']> {
  if (!simulation) return [];
  return stops.map(({ index }) => {
    const measured = simulation.points[index]?.[which];
    if (!measured) return null;
    const { mean, deviation } = measured;
    return { from: height(mean - deviation), at: height(mean), to: height(mean + deviation) };
  });
}

function lengthSeries(stops: Stop[], simulation: Simulation | null): DepthSeries {
  const values = stops.map(({ point }) => (typeof point.q === 'number' ? point.q : null));
  const positive = stops.flatMap(({ point }, i) => {
    const value = values[i];
    if (value === null || value === undefined || !(value > 0)) return [];
    const around = point.band?.q ? ninetyPercent(Math.log10(value), point.band.q) : null;
    return around ? [value, 10 ** around.from, 10 ** around.to] : [value];
  });
  const logarithmic = stops.length > 1 && Math.max(...positive) > spanOfLogAxis * Math.min(...positive);
  return {
    id: 'q',
    title: 'q',
    meaning: stops.some(({ point }) => point.band?.q) ? `second moment of the signal; ${shading}` : 'second moment of the signal',
    heights: logarithmic ? values.map((value) => (value !== null && value > 0 ? Math.log10(value) : null)) : values,
    draws: stops.map(({ point }, i) => {
      if (!point.band?.q || !(values[i]! > 0)) return null;
      const { from, to } = ninetyPercent(Math.log10(values[i]!), point.band.q);
      return logarithmic ? { from, to } : { from: 10 ** from, to: 10 ** to };
    }),
    measured: measuredAt(stops, simulation, 'q', logarithmic ? undefined : (log10) => 10 ** log10),
    shown: stops.map(({ point }) => showNumber(point.q)),
    tick: logarithmic ? tickOfDecade : showNumber,
    logarithmic,
    suggested: logarithmic ? [-1, 1] : [0, 1],
    band: null,
    pointStyle: 'circle',
  };
}

function correlationSeries(stops: Stop[], simulation: Simulation | null): DepthSeries {
  return {
    id: 'c',
    title: 'c',
    meaning: 'correlation of two inputs',
    heights: stops.map(({ point }) => point.c),
    measured: measuredAt(stops, simulation, 'c'),
    shown: stops.map(({ point }) => showCorrelation(point.c)),
    tick: (height) => String(Number(height.toFixed(2))).replace('-', '−'),
    logarithmic: false,
    suggested: [0, 1],
    band: null,
    pointStyle: 'rect',
  };
}

function gradientSeries(stops: Stop[], simulation: Simulation | null, reference: string): DepthSeries {
  const heights = stops.map(({ point }) => log10Gradient(point));
  // Pooling spreads a gradient over positions, a step that says nothing of its health: so layers are held against each other.
  const middle = median(heights.filter((height) => height !== null)) ?? 0;
  return {
    id: 'gradient',
    title: 'gradient',
    meaning: `root mean square, relative to ${reference}; band: within a factor of 10 of the median${stops.some(({ point }) => point.band?.gradient) ? `; ${shading}` : ''}`,
    heights,
    // The chart shows norms, and bands are about their squares.
    draws: stops.map(({ point }, i) => {
      if (!point.band?.gradient || heights[i] === null) return null;
      const { from, to } = ninetyPercent(2 * heights[i]!, point.band.gradient);
      return { from: from / 2, to: to / 2 };
    }),
    measured: measuredAt(stops, simulation, 'gradient', (log10) => log10 / 2),
    shown: heights.map((height, index) =>
      height === null ? showNumber(stops[index]?.point.gradient ?? null) : showPower(height),
    ),
    tick: tickOfDecade,
    logarithmic: true,
    suggested: [middle - tolerableDecades, middle + tolerableDecades],
    band: { from: middle - tolerableDecades, to: middle + tolerableDecades, label: 'within a factor of 10 of the median' },
    pointStyle: 'triangle',
  };
}

function median(values: number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export const tickOfDecade = (height: number) => (Number.isInteger(height) ? showPower(height) : '');

/** One sentence for whoever cannot see the curve: where it starts, where it ends, where it turns most. */
export function summarize({ title, meaning, heights, shown, band }: DepthSeries, names: string[]): string {
  const known = heights.flatMap((height, index) => (height === null ? [] : [{ height, index }]));
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return `${title}, ${meaning}: not known at any layer.`;
  const [low, high] = [Math.min(...known.map(({ height }) => height)), Math.max(...known.map(({ height }) => height))];
  const verb = last.height > first.height ? 'rises' : last.height < first.height ? 'falls' : 'stays';
  const at = (index: number) => `${shown[index]} at ${names[index]}`;
  const course =
    low === high ? `${title} stays at ${shown[first.index]}` : `${title} ${verb} from ${at(first.index)} to ${at(last.index)}`;
  const outside = band ? known.filter(({ height }) => height < band.from || height > band.to).length : 0;
  const note = band ? `; ${outside} of ${known.length} are not ${band.label}` : '';
  return `${[course + note, ...gaps(heights, shown)].join('; ')}.`;
}

/** Why the curve has holes, in words; the shown value of each hole tells. */
function gaps(heights: (number | null)[], shown: string[]): string[] {
  const holes = shown.filter((_, index) => heights[index] === null);
  const reasons = [
    ['∞', 'diverge'],
    ['0', 'are zero'],
    ['?', 'are not known'],
  ] as const;
  return reasons
    .map(([value, reason]) => [holes.filter((hole) => hole === value).length, reason] as const)
    .filter(([count]) => count > 0)
    .map(([count, reason]) => `${count} of ${heights.length} ${reason}`);
}

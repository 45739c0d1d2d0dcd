import type { CirclePoint } from '../../language-server/protocol.js';
import { showNumber, showPower } from '../number-format.js';
import { type DepthSeries, tickOfDecade } from './depth-series.js';

/** Length and bending of a circle of inputs through depth, each as far as there is any. */
export function circleSeries(points: CirclePoint[]): DepthSeries[] {
  return [lengthSeries(points), ...bendingSeries(points)];
}

const decades = (log: number): number => log / Math.LN10;

function lengthSeries(points: CirclePoint[]): DepthSeries {
  return {
    id: 'length',
    title: 'Length',
    meaning: 'relative to the circle of inputs',
    heights: points.map(({ logLength }) => decades(logLength)),
    shown: points.map(({ logLength }) => `×\u2009${showPower(decades(logLength))}`),
    tick: tickOfDecade,
    logarithmic: true,
    suggested: [-1, 1],
    band: null,
    pointStyle: 'circle',
  };
}

/** Turns where the curve is smooth; corners where it is not, because there it turns at points. */
function bendingSeries(points: CirclePoint[]): DepthSeries[] {
  const turns = points.map(({ turning }) => (typeof turning === 'number' && turning > 0 ? Math.log10(turning) : null));
  const corners = points.map((point) => point.corners);
  const series: DepthSeries[] = [];
  // A first layer turns nothing yet; a curve has to stay smooth beyond it to show anything.
  if (turns.filter((turn) => turn !== null).length > 1 || corners.every((corner) => corner === null))
    series.push({
      id: 'turning',
      title: 'Turning',
      meaning: 'how many times more the curve turns than a circle',
      heights: turns,
      shown: points.map(({ turning }) => (turning === 'infinity' ? '∞ (corners)' : `×\u2009${showNumber(turning)}`)),
      tick: tickOfDecade,
      logarithmic: true,
      suggested: [0, 1],
      band: null,
      pointStyle: 'rect',
    });
  if (corners.some((corner) => corner !== null))
    series.push({
      id: 'corners',
      title: 'Corners',
      meaning: 'that each unit of the next activation adds on one way round',
      heights: corners,
      shown: corners.map((corner) => (corner === null ? 'none' : showNumber(corner))),
      tick: (height) => showNumber(height),
      logarithmic: false,
      suggested: [0, 2],
      band: null,
      pointStyle: 'triangle',
    });
  return series;
}

/** What the curve says of the network, in one sentence. */
export function summarizeCircle(points: CirclePoint[]): string {
  const last = points.at(-1);
  if (!last) return '';
  const growth = decades(last.logLength);
  const [verb, by] = growth < 0 ? ['shrinks', -growth] : ['grows', growth];
  const length =
    Math.abs(growth) < 0.01
      ? 'keeps its length'
      : `${verb} to ${showPower(growth)} times its length${by > 2 ? ', which is hard to train' : ''}`;
  if (last.turning === 'infinity') return `A circle of inputs ${length} and gets corners, where units switch.`;
  const bent = last.turning < 1.5 ? 'hardly bent' : `turning ${showNumber(last.turning)} times as much as a circle`;
  return `A circle of inputs ${length} and comes out ${bent}.`;
}

import type { JacobianSpectrum } from '../../language-server/protocol.js';
import { showNumber, showPower } from '../number-format.js';

/** Where the crosshair can stand: a point of the curve or an atom. */
export interface SpectrumStop {
  s: number;
  /** In units of the vertical axis; `null` at an atom. */
  height: number | null;
  /** Share of the directions that pass at s or less. */
  below: number;
  atom: boolean;
}

/** A spectrum in the units of its axes: s relative to the root mean square, or its decimal logarithm. */
export interface SpectrumSeries {
  logarithmic: boolean;
  points: { x: number; y: number }[];
  /** Stems, rising; those at s = 0 stand at the left edge. */
  atoms: { x: number; share: number; zero: boolean }[];
  stops: SpectrumStop[];
  range: [from: number, to: number];
  /** Top of the vertical axis: what lies above, near s = 0, leaves the picture. */
  top: number;
}

/** Decades of the logarithmic axis; what is passed at less than this is as good as lost. */
const mostDecades = 12;
/** Stops are this far apart, so that the arrow keys cross the chart in a bearable number of steps. */
const stopCount = 80;

/** True for arrays that belong together: the panel draws nothing else. */
export const isDrawable = ({ s, density, below, atoms, max }: JacobianSpectrum): boolean =>
  s.length === density.length &&
  s.length === below.length &&
  s.length + atoms.length > 0 &&
  max > 0 &&
  s.every((value, i) => value > (s[i - 1] ?? 0)) &&
  density.every((value) => value >= 0);

export function spectrumSeries(spectrum: JacobianSpectrum, logarithmic: boolean): SpectrumSeries {
  const { s, density, below, atoms, max } = spectrum;
  const place = (value: number) => (logarithmic ? Math.log10(value) : value);
  const range = logarithmic ? logRange(spectrum) : ([0, 1.06 * Math.max(max, 1.1)] as [number, number]);
  const all = s.map((value, i) => ({
    x: place(value),
    y: logarithmic ? value * density[i]! * Math.LN10 : density[i]!,
    s: value,
    below: below[i]!,
  }));
  const points = all.filter(({ x }) => x >= range[0]);
  // As a rule the curve falls to 0 at its upper edge, within less than the distance of two points.
  const [before, last] = points.slice(-2);
  if (before && last && last.y < before.y && max >= last.s) points.push({ x: place(max), y: 0, s: max, below: 1 });
  const shownAtoms = atoms.map((atom) => ({
    x: atom.s === 0 ? range[0] : place(atom.s),
    share: atom.share,
    zero: atom.s === 0,
  }));
  return {
    logarithmic,
    points: points.map(({ x, y }) => ({ x, y })),
    atoms: shownAtoms.filter(({ x }) => x >= range[0]),
    stops: stopsOf(points, atoms, range),
    range,
    top: topOf(points, range),
  };
}

/** From where a hundredth of the directions lies below, and at most twelve decades, to the largest. */
function logRange({ s, below, atoms, max }: JacobianSpectrum): [number, number] {
  const lost = atoms.find((atom) => atom.s === 0)?.share ?? 0;
  const first = s.find((_, i) => below[i]! >= lost + 0.01) ?? atoms.find((atom) => atom.s > 0)?.s ?? max;
  const to = Math.log10(Math.max(max, 1));
  return [Math.max(to - mostDecades, Math.min(Math.floor(Math.log10(first)), to - 1)), Math.ceil(10 * to + 1) / 10];
}

/** High enough for all of the curve but for a rise without end towards 0. */
function topOf(points: { x: number; y: number }[], [from, to]: [number, number]): number {
  const inner = points.filter(({ x }) => x > from + 0.06 * (to - from));
  const highest = Math.max(0, ...(inner.length > 0 ? inner : points).map(({ y }) => y));
  return highest > 0 ? 1.15 * highest : 1;
}

function stopsOf(
  points: { x: number; y: number; s: number; below: number }[],
  atoms: JacobianSpectrum['atoms'],
  [from, to]: [number, number],
): SpectrumStop[] {
  const stops: SpectrumStop[] = [];
  let next = from;
  for (const { x, y, s, below } of points) {
    if (x < next) continue;
    stops.push({ s, height: y, below, atom: false });
    next = x + (to - from) / stopCount;
  }
  const shares = atoms.map((atom, i) => ({ ...atom, upTo: atoms.slice(0, i + 1).reduce((sum, { share }) => sum + share, 0) }));
  for (const { s, upTo } of shares) {
    const under = stops.findLast((stop) => !stop.atom && stop.s <= s)?.below;
    stops.push({ s, height: null, below: Math.min(1, under === undefined ? upTo : Math.max(under, upTo)), atom: true });
  }
  return stops.sort((a, b) => a.s - b.s);
}

/** Better on a logarithmic axis: where a linear one would press a quarter of the directions against 0. */
export const isWide = ({ quantiles: [, median], atoms, max }: JacobianSpectrum): boolean =>
  median < 0.02 * max && (atoms.find(({ s }) => s === 0)?.share ?? 0) < 0.4;

export const percent = (share: number): string =>
  share > 0 && share < 0.001 ? '< 0.1 %' : `${Number((100 * share).toPrecision(share > 0.995 && share < 1 ? 4 : 3))} %`;

export const isPerfect = ({ near, max }: JacobianSpectrum): boolean => near > 0.999 && max < 1.001;

/** One sentence for whoever cannot see the curve. */
export function summarizeSpectrum(spectrum: JacobianSpectrum): string {
  const {
    quantiles: [low, , high],
    atoms,
    max,
  } = spectrum;
  const lost = atoms.find(({ s }) => s === 0)?.share ?? 0;
  if (isPerfect(spectrum)) return 'All directions pass equally strongly: perfect isometry.';
  const strongest = `the strongest at ${showNumber(max)}`;
  if (lost >= 0.05)
    return `${percent(lost)} of the directions are lost; all but a twentieth pass at less than ${showNumber(high)} times the root mean square, ${strongest}.`;
  return `Nine in ten directions pass at ${small(low)} to ${showNumber(high)} times the root mean square, ${strongest}.`;
}

const small = (s: number): string => (s > 0 && s < 1e-3 ? showPower(Math.log10(s)) : showNumber(s));

/** What stands under the crosshair. */
export function describeStop({ s, height, below, atom }: SpectrumStop, { atoms }: JacobianSpectrum): string {
  if (!atom) return `s = ${small(s)} · ${percent(below)} of the directions pass at less · density ${showNumber(height)}`;
  const share = atoms.find((one) => one.s === s)?.share ?? 0;
  return s === 0
    ? `${percent(share)} of the directions are lost (s = 0)`
    : `s = ${small(s)} · ${percent(share)} of the directions pass at exactly this`;
}

/** Percentiles: the numbers of the curve, for a table. */
export function percentiles({ s, below, atoms, max }: JacobianSpectrum): { share: number; s: number }[] {
  const places = [...atoms.map((atom) => atom.s), ...s].sort((a, b) => a - b);
  const upTo = (place: number) =>
    Math.max(
      s.reduce((most, value, i) => (value <= place ? below[i]! : most), 0),
      atoms.reduce((sum, atom) => (atom.s <= place ? sum + atom.share : sum), 0),
    );
  return [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
    .map((share) => ({ share, s: places.find((place) => upTo(place) >= share) ?? max }))
    .concat({ share: 1, s: max });
}

import type { Isometry, JacobianSpectrum } from '../../language-server/protocol.js';
import { drawSpectrumChart, type SpectrumChart } from '../charts/spectrum-chart.js';
import {
  describeStop,
  isDrawable,
  isPerfect,
  isWide,
  percent,
  percentiles,
  type SpectrumSeries,
  spectrumSeries,
  summarizeSpectrum,
} from '../charts/spectrum-series.js';
import { element, plainTable } from '../elements.js';
import { keyTarget } from '../key-target.js';
import { showNumber, showPower } from '../number-format.js';
import type { Actions, PanelView, Section } from '../panel-view.js';
import { disclosure } from './disclosure.js';

/** How strongly the network passes the directions of its input: the singular values of its Jacobian as a density. */
export function spectrumSection(actions: Actions): Section {
  const logarithmic = element('input', { type: 'checkbox', id: 'logarithmic-spectrum' });
  const body = element('div');
  const readout = element('p', { class: 'readout', 'aria-live': 'polite', id: 'spectrum-readout' });
  const root = element(
    'section',
    { class: 'spectrum', 'aria-labelledby': 'spectrum-title' },
    element(
      'div',
      { class: 'heading' },
      element('h2', { id: 'spectrum-title' }, 'Jacobian spectrum'),
      element('label', { class: 'toggle', for: 'logarithmic-spectrum' }, logarithmic, 'Logarithmic'),
    ),
    body,
    element('div', { class: 'readout-row' }, readout),
  );
  logarithmic.addEventListener('change', () => actions.remember({ logarithmicSpectrum: logarithmic.checked }));
  let drawn: { spectrum: JacobianSpectrum; series: SpectrumSeries; chart: SpectrumChart } | null = null;
  let pointed: number | null = null;

  const moveTo = (stop: number | null) => {
    const count = drawn?.series.stops.length ?? 0;
    pointed = stop === null || count === 0 ? null : Math.max(0, Math.min(count - 1, stop));
    drawn?.chart.pointAt(pointed);
    const found = pointed === null ? undefined : drawn?.series.stops[pointed];
    readout.textContent = drawn && found ? describeStop(found, drawn.spectrum) : invitation;
  };
  const onPointer = (event: MouseEvent) => {
    if (!drawn) return;
    const stop = stopUnder(event, drawn.series, drawn.chart);
    if (stop !== pointed) moveTo(stop);
  };
  const onKey = (event: KeyboardEvent) => {
    const stop = keyTarget(event.key, pointed, drawn?.series.stops.length ?? 0);
    if (stop === undefined) return;
    moveTo(stop);
    event.preventDefault();
  };

  return {
    element: root,
    show(view) {
      drawn?.chart.chart.destroy();
      drawn = null;
      const spectrum = view.charts?.spectrum;
      const drawable = spectrum && !('missing' in spectrum) && isDrawable(spectrum);
      root.classList.toggle('nothing', !drawable);
      if (!drawable) {
        body.replaceChildren(element('p', { class: 'muted', role: 'status' }, reasonOf(view)));
        return;
      }
      logarithmic.checked = view.state.logarithmicSpectrum ?? isWide(spectrum);
      const series = spectrumSeries(spectrum, logarithmic.checked);
      const summary = summarizeSpectrum(spectrum);
      const canvas = element('canvas', { role: 'img', 'aria-label': summary });
      const walker = element(
        'div',
        { class: 'walker', tabindex: 0, role: 'application', 'aria-label': walkerLabel, 'aria-describedby': 'spectrum-readout' },
        element('div', { class: 'canvas' }, canvas),
      );
      walker.addEventListener('pointermove', onPointer);
      walker.addEventListener('click', onPointer);
      walker.addEventListener('keydown', onKey);
      body.replaceChildren(
        element('p', { class: 'lead' }, summary, ' ', ...verdictOf(view.model.summary.isometry, spectrum)),
        element(
          'figure',
          { class: 'chart' },
          element(
            'figcaption',
            {},
            element('strong', {}, 's'),
            ' strength with which small changes of the input pass, over all directions',
          ),
          walker,
        ),
        disclosure('spectrum-table', 'Percentiles as a table', view.state, actions, () => percentileTable(spectrum)),
      );
      drawn = { spectrum, series, chart: drawSpectrumChart(canvas, series, spectrum.max, view.palette) };
      moveTo(pointed !== null && pointed < series.stops.length ? pointed : null);
    },
  };
}

const walkerLabel = 'Density of singular values. Arrow keys step through it, Home and End jump.';
const invitation = 'Point at the chart, or focus it and use the arrow keys, to read a value.';

function reasonOf({ charts }: PanelView): string {
  if (!charts) return 'The spectrum is being computed.';
  return 'missing' in charts.spectrum
    ? `The theory has no spectrum for this network: ${charts.spectrum.missing}.`
    : 'The spectrum could not be drawn.';
}

/** What the reader may conclude, and how large the root mean square itself is. */
function verdictOf(isometry: Isometry | null, spectrum: JacobianSpectrum): (string | HTMLElement)[] {
  const size = `The root mean square itself is ${showPower(spectrum.log10RootMeanSquare)}.`;
  const variance = isometry?.variance ?? null;
  if (variance === null || isPerfect(spectrum)) return [size];
  const words = variance < 0.5 ? 'nearly isometric' : variance <= 2 ? 'mildly spread' : 'broad';
  const orthogonal = isometry?.orthogonal ?? variance;
  const advice =
    orthogonal < 0.8 * variance
      ? ` Orthogonal weights of the same variance would bring the spread down to ${showNumber(orthogonal)}.`
      : '';
  return [element('strong', {}, words[0]!.toUpperCase() + words.slice(1)), ` (spread ${showNumber(variance)}). ${size}${advice}`];
}

function stopUnder(
  { clientX }: MouseEvent,
  { stops, logarithmic, range }: SpectrumSeries,
  { chart }: SpectrumChart,
): number | null {
  const place = chart.scales.x?.getValueForPixel(clientX - chart.canvas.getBoundingClientRect().left);
  if (place === undefined || stops.length === 0) return null;
  const distance = ({ s }: { s: number }) => Math.abs((logarithmic ? Math.max(range[0], Math.log10(s)) : s) - place);
  const nearest = stops.reduce((best, stop, index) => (distance(stop) < distance(stops[best]!) ? index : best), 0);
  return nearest;
}

const percentileTable = (spectrum: JacobianSpectrum): HTMLElement =>
  plainTable(
    'Singular values by percentile',
    ['Directions', 's / root mean square', 's'],
    percentiles(spectrum).map(({ share, s }) => [
      share === 1 ? 'all pass at most at' : `${percent(share)} pass at most at`,
      s < 1e-3 ? showPower(s > 0 ? Math.log10(s) : Number.NEGATIVE_INFINITY) : showNumber(s),
      showPower(s > 0 ? Math.log10(s) + spectrum.log10RootMeanSquare : Number.NEGATIVE_INFINITY),
    ]),
  );

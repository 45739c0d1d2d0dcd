import type { CirclePoint, ModelReport } from '../../language-server/protocol.js';
import { circleSeries, summarizeCircle } from '../charts/circle-series.js';
import { type DepthChart, drawDepthChart } from '../charts/depth-chart.js';
import { type DepthSeries, summarize } from '../charts/depth-series.js';
import { button, element, plainTable } from '../elements.js';
import { keyTarget } from '../key-target.js';
import type { Actions, PanelView, Section } from '../panel-view.js';
import { disclosure } from './disclosure.js';

/** What becomes of a circle of inputs, layer by layer. Poole et al. 2016, arXiv:1606.05340, figures 2 and 3. */
export function circleSection(actions: Actions): Section {
  const body = element('div');
  const readout = element('p', { class: 'readout', 'aria-live': 'polite', id: 'circle-readout' });
  const reveal = button('Show in code', () => revealPointed(), { class: 'quiet' });
  const root = element(
    'section',
    { class: 'circle', 'aria-labelledby': 'circle-title' },
    element('div', { class: 'heading' }, element('h2', { id: 'circle-title' }, 'Geometry: a circle of inputs')),
    body,
    element('div', { class: 'readout-row' }, readout, reveal),
  );
  let shown: { points: CirclePoint[]; layers: (number | null)[]; series: DepthSeries[]; charts: DepthChart[] } = {
    points: [],
    layers: [],
    series: [],
    charts: [],
  };
  let pointed: number | null = null;

  const layerAt = (stop: number | null) => (stop === null ? null : (shown.layers[stop] ?? null));
  const revealPointed = () => {
    const layer = layerAt(pointed);
    if (layer !== null) actions.revealLayer(layer);
  };
  const moveTo = (stop: number | null) => {
    const count = shown.points.length;
    pointed = stop === null || count === 0 ? null : Math.max(0, Math.min(count - 1, stop));
    for (const chart of shown.charts) chart.pointAt(pointed);
    readout.textContent = describe(shown.points, shown.series, pointed);
    reveal.disabled = layerAt(pointed) === null;
  };
  const walkTo = (stop: number | null) => {
    moveTo(stop);
    actions.pointAt(layerAt(pointed));
  };
  const stopUnder = ({ clientX, target }: MouseEvent): number | null => {
    const chart = shown.charts.find(({ chart: one }) => one.canvas === target)?.chart;
    const place = chart?.scales.x?.getValueForPixel(clientX - chart.canvas.getBoundingClientRect().left);
    return place === undefined ? null : Math.round(place) - 1;
  };
  const walker = element('div', {
    class: 'walker',
    tabindex: 0,
    role: 'application',
    'aria-label': walkerLabel,
    'aria-describedby': 'circle-readout',
  });
  walker.addEventListener('pointermove', (event) => {
    const stop = stopUnder(event);
    if (stop !== null && stop !== pointed) walkTo(stop);
  });
  walker.addEventListener('click', (event) => {
    const stop = stopUnder(event);
    if (stop === null) return;
    walkTo(stop);
    revealPointed();
  });
  walker.addEventListener('keydown', (event) => {
    const stop = keyTarget(event.key, pointed, shown.points.length);
    if (event.key === 'Enter') revealPointed();
    else if (stop !== undefined) walkTo(stop);
    else return;
    event.preventDefault();
  });

  return {
    element: root,
    show(view) {
      for (const { chart } of shown.charts) chart.destroy();
      const circle = view.charts?.circle;
      const points = circle && 'points' in circle ? circle.points : [];
      const series = points.length > 0 ? circleSeries(points) : [];
      root.classList.toggle('nothing', points.length === 0);
      walker.replaceChildren();
      const charts = series.map((one, index) => addChart(walker, one, points, view, index === series.length - 1));
      shown = { points, layers: points.map(({ path }) => layerOf(view.model, path)), series, charts };
      if (points.length === 0) body.replaceChildren(element('p', { class: 'muted', role: 'status' }, reasonOf(view)));
      else
        body.replaceChildren(
          element('p', { class: 'lead' }, summarizeCircle(points)),
          walker,
          disclosure('circle-table', 'Length and bending as a table', view.state, actions, () => circleTable(points, series)),
        );
      moveTo(pointed !== null && pointed < points.length ? pointed : null);
    },
    pointAt(layer) {
      if (layer !== null && layerAt(pointed) === layer) return;
      const stop = layer === null ? -1 : shown.layers.indexOf(layer);
      moveTo(stop < 0 ? null : stop);
    },
  };
}

const walkerLabel =
  'Charts of a circle of inputs through depth. Arrow keys step through the layers, Home and End jump, Enter shows the layer in the code.';

function reasonOf({ charts }: PanelView): string {
  if (!charts) return 'The geometry is being computed.';
  return 'missing' in charts.circle
    ? `A circle of inputs could not be followed: ${charts.circle.missing}.`
    : 'No layer could be followed.';
}

function layerOf({ layers }: ModelReport, path: string): number | null {
  const index = layers.findIndex((layer) => layer.path === path);
  return index < 0 ? null : index;
}

const nameOf = ({ path }: CirclePoint): string => path || '(model)';

function addChart(parent: HTMLElement, series: DepthSeries, points: CirclePoint[], view: PanelView, last: boolean): DepthChart {
  const summary = summarize(series, points.map(nameOf));
  const canvas = element('canvas', { role: 'img', 'aria-label': summary });
  parent.append(
    element(
      'figure',
      { class: last ? 'chart last' : 'chart' },
      element('figcaption', {}, element('strong', {}, series.title), ` ${series.meaning}`),
      element('div', { class: 'canvas' }, canvas),
    ),
  );
  return drawDepthChart(canvas, series, view.palette, { xTitle: last ? 'layer, in forward order' : null, mark: null });
}

function describe(points: CirclePoint[], series: DepthSeries[], pointed: number | null): string {
  const point = pointed === null ? undefined : points[pointed];
  if (pointed === null || !point) return 'Point at a chart, or focus it and use the arrow keys, to read a layer.';
  const values = series.map(({ title, shown }) => `${title.toLowerCase()} ${shown[pointed]}`).join(' · ');
  return `${pointed + 1} of ${points.length}: ${nameOf(point)} · ${values}`;
}

const circleTable = (points: CirclePoint[], series: DepthSeries[]): HTMLElement =>
  plainTable(
    'Length and bending of a circle of inputs through depth',
    ['Layer', ...series.map(({ title }) => title)],
    points.map((point, index) => [nameOf(point), ...series.map(({ shown }) => shown[index] ?? '–')]),
  );

import type { CirclePoint, ModelReport } from '../../language-server/protocol.js';
import { circleSeries, summarizeCircle } from '../charts/circle-series.js';
import { type DepthChart, drawDepthChart } from '../charts/depth-chart.js';
import { type DepthSeries, summarize } from '../charts/depth-series.js';
import { element, plainTable } from '../elements.js';
import type { Actions, PanelView, Section } from '../panel-view.js';
import { chartWalker } from './chart-walker.js';
import { disclosure } from './disclosure.js';

/** What becomes of a circle of inputs, layer by layer. Poole et al. 2016, arXiv:1606.05340, figures 2 and 3. */
export function circleSection(actions: Actions): Section {
  const body = element('div');
  const walker = chartWalker('circle', walkerLabel, actions);
  const root = element(
    'section',
    { class: 'circle', 'aria-labelledby': 'circle-title' },
    element('div', { class: 'heading' }, element('h2', { id: 'circle-title' }, 'Geometry: a circle of inputs')),
    body,
    walker.readoutRow,
  );
  let layers: (number | null)[] = [];

  return {
    element: root,
    show(view) {
      walker.clear();
      const circle = view.charts?.circle;
      const points = circle && 'points' in circle ? circle.points : [];
      const series = points.length > 0 ? circleSeries(points) : [];
      root.classList.toggle('nothing', points.length === 0);
      walker.element.replaceChildren();
      const charts = series.map((one, index) => addChart(walker.element, one, points, view, index === series.length - 1));
      layers = points.map(({ path }) => layerOf(view.model, path));
      if (points.length === 0) body.replaceChildren(element('p', { class: 'muted', role: 'status' }, reasonOf(view)));
      else
        body.replaceChildren(
          element('p', { class: 'lead' }, summarizeCircle(points)),
          walker.element,
          disclosure('circle-table', 'Length and bending as a table', view.state, actions, () => circleTable(points, series)),
        );
      walker.show({ charts, layers, describe: (stop) => describe(points, series, stop) });
    },
    pointAt(layer) {
      if (layer !== null && walker.pointed !== null && layers[walker.pointed] === layer) return;
      const stop = layer === null ? -1 : layers.indexOf(layer);
      walker.moveTo(stop < 0 ? null : stop);
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

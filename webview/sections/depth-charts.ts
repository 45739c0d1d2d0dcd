import { type DepthChart, type DepthMark, drawDepthChart } from '../charts/depth-chart.js';
import { type DepthSeries, depthSeries, summarize } from '../charts/depth-series.js';
import { element, plainTable } from '../elements.js';
import type { Actions, PanelView, Section } from '../panel-view.js';
import { type Stop, stops } from '../signal.js';
import { chartWalker } from './chart-walker.js';
import { disclosure } from './disclosure.js';

/** q, c and the gradient through depth: three charts over one axis, one crosshair, one readout. */
export function depthChartsSection(actions: Actions): Section {
  const every = element('input', { type: 'checkbox', id: 'every-operation' });
  const canvases = element('div', { class: 'stack' });
  const walker = chartWalker('depth', walkerLabel, actions);
  walker.element.append(canvases);
  const twin = element('div');
  const root = element(
    'section',
    { class: 'depth', 'aria-labelledby': 'depth-title' },
    element(
      'div',
      { class: 'heading' },
      element('h2', { id: 'depth-title' }, 'Signal through depth'),
      element('label', { class: 'toggle', for: 'every-operation' }, every, 'Every operation'),
    ),
    walker.element,
    walker.readoutRow,
    twin,
  );
  every.addEventListener('change', () => actions.remember({ everyOperation: every.checked }));

  let path: Stop[] = [];

  return {
    element: root,
    show(view) {
      walker.clear();
      every.checked = view.state.everyOperation;
      path = stops(view.model, view.state.everyOperation);
      const series = depthSeries(
        path,
        view.simulation.kind === 'done' ? view.simulation.simulation : null,
        view.model.summary.gradientReference,
      );
      const names = path.map(stopName);
      canvases.replaceChildren();
      root.classList.toggle('nothing', path.length === 0);
      const charts =
        path.length === 0 ? [] : series.map((one, index) => addChart(canvases, one, names, view, index === series.length - 1));
      const shown = { stops: path, series };
      twin.replaceChildren(
        path.length === 0
          ? element('p', { class: 'muted' }, 'The signal could not be followed through this model; the reasons stand below.')
          : disclosure('depth-table', 'The same as a table', view.state, actions, () => depthTable(shown.stops, series)),
      );
      const layers = path.map(({ layer }) => layer ?? null);
      walker.show({ charts, layers, describe: (stop) => describe(shown, stop) });
    },
    pointAt(layer) {
      if (layer !== null && walker.pointed !== null && path[walker.pointed]?.layer === layer) return;
      const stop = layer === null ? -1 : path.findIndex((one) => one.own && one.layer === layer);
      walker.moveTo(stop < 0 ? null : stop);
    },
  };
}

const walkerLabel =
  'Charts of the signal through depth. Arrow keys step through the layers, Home and End jump, Enter shows the layer in the code.';

function addChart(parent: HTMLElement, series: DepthSeries, names: string[], view: PanelView, last: boolean): DepthChart {
  const summary = summarize(series, names);
  const canvas = element('canvas', { role: 'img', 'aria-label': summary });
  const unit = view.state.everyOperation ? 'operation, in forward order' : 'layer with weights, in forward order';
  parent.append(
    element(
      'figure',
      { class: last ? 'chart last' : 'chart' },
      element('figcaption', {}, element('strong', {}, series.title), ` ${series.meaning}`),
      element('div', { class: 'canvas' }, canvas),
      element('p', { class: 'summary muted', 'aria-hidden': 'true' }, summary),
    ),
  );
  return drawDepthChart(canvas, series, view.palette, { xTitle: last ? unit : null, mark: depthMark(series, view) });
}

/** The trainable depth counts layers with weights, so it has its place on that axis alone. */
function depthMark({ id }: DepthSeries, { model, state }: PanelView): DepthMark | null {
  const { trainableDepth, depth } = model.summary;
  if (id !== 'c' || state.everyOperation || typeof trainableDepth !== 'number' || trainableDepth >= depth) return null;
  return { depth: Math.max(1, trainableDepth), label: '6 ξ_c' };
}

const stopName = ({ point }: Stop) => point.path || point.operation;

function describe({ stops: path, series }: { stops: Stop[]; series: DepthSeries[] }, pointed: number | null): string {
  const stop = pointed === null ? undefined : path[pointed];
  if (pointed === null || !stop) return 'Point at a chart, or focus it and use the arrow keys, to read a layer.';
  const values = series.map(({ title, shown }) => `${title} ${shown[pointed]}`).join(' · ');
  return `${pointed + 1} of ${path.length}: ${stopName(stop)} (${stop.point.operation}) · ${values}`;
}

const depthTable = (path: Stop[], series: DepthSeries[]): HTMLElement =>
  plainTable(
    'q, correlation and gradient through depth',
    ['Layer', 'Operation', ...series.map(({ title }) => title)],
    path.map((stop, index) => [stopName(stop), stop.point.operation, ...series.map(({ shown }) => shown[index] ?? '–')]),
  );

import type { DepthChart } from '../charts/depth-chart.js';
import { button, element } from '../elements.js';
import { keyTarget } from '../key-target.js';
import type { Actions } from '../panel-view.js';

export interface ChartWalker {
  /** Takes the charts; the keyboard works while it has the focus. */
  readonly element: HTMLElement;
  /** What is read at the crosshair, and a button that leads to its line. */
  readonly readoutRow: HTMLElement;
  /** Destroys the charts before it takes others: `layers` has for each stop on their axis the layer whose line it shows. */
  show(shown: Walked): void;
  /** Lets go of the charts before their canvases vanish. */
  clear(): void;
  readonly pointed: number | null;
  moveTo(stop: number | null): void;
}

interface Walked {
  readonly charts: readonly DepthChart[];
  readonly layers: readonly (number | null)[];
  readonly describe: (stop: number | null) => string;
}

const nothing: Walked = { charts: [], layers: [], describe: () => '' };

/** One crosshair over charts with a common axis, by pointer and keyboard, with what it reads in words. */
export function chartWalker(name: string, label: string, actions: Actions): ChartWalker {
  const readout = element('p', { class: 'readout', 'aria-live': 'polite', id: `${name}-readout` });
  const reveal = button('Show in code', () => revealPointed(), { class: 'quiet' });
  const root = element('div', {
    class: 'walker',
    tabindex: 0,
    role: 'application',
    'aria-label': label,
    'aria-describedby': `${name}-readout`,
  });
  let shown = nothing;
  let pointed: number | null = null;

  const layer = () => (pointed === null ? null : (shown.layers[pointed] ?? null));
  const revealPointed = () => {
    const pointedLayer = layer();
    if (pointedLayer !== null) actions.revealLayer(pointedLayer);
  };
  const moveTo = (stop: number | null) => {
    const count = shown.layers.length;
    pointed = stop === null || count === 0 ? null : Math.max(0, Math.min(count - 1, stop));
    for (const chart of shown.charts) chart.pointAt(pointed);
    readout.textContent = shown.describe(pointed);
    reveal.disabled = layer() === null;
  };
  const walkTo = (stop: number | null) => {
    moveTo(stop);
    actions.pointAt(layer());
  };
  const stopUnder = ({ clientX, target }: MouseEvent): number | null => {
    const chart = shown.charts.find(({ chart: one }) => one.canvas === target)?.chart;
    const place = chart?.scales.x?.getValueForPixel(clientX - chart.canvas.getBoundingClientRect().left);
    return place === undefined ? null : Math.round(place) - 1;
  };
  root.addEventListener('pointermove', (event) => {
    const stop = stopUnder(event);
    if (stop !== null && stop !== pointed) walkTo(stop);
  });
  root.addEventListener('click', (event) => {
    const stop = stopUnder(event);
    if (stop === null) return;
    walkTo(stop);
    revealPointed();
  });
  root.addEventListener('keydown', (event) => {
    const stop = keyTarget(event.key, pointed, shown.layers.length);
    if (event.key === 'Enter') revealPointed();
    else if (stop !== undefined) walkTo(stop);
    else return;
    event.preventDefault();
  });
  const clear = () => {
    for (const { chart } of shown.charts) chart.destroy();
    shown = { ...shown, charts: [] };
  };
  return {
    element: root,
    readoutRow: element('div', { class: 'readout-row' }, readout, reveal),
    show(next) {
      shown = next;
      moveTo(pointed !== null && pointed < next.layers.length ? pointed : null);
    },
    clear,
    get pointed() {
      return pointed;
    },
    moveTo,
  };
}

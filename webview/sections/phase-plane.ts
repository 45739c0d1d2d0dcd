import { standing } from '../../language-server/phase-text.js';
import type { ModelReport, PhasePlane } from '../../language-server/protocol.js';
import { type ColorMap, colorMap } from '../charts/color-map.js';
import { drawPhaseChart, markerPosition, type PhaseChart } from '../charts/phase-chart.js';
import { isDrawable, logChi1At, type PlanePoint } from '../charts/phase-grid.js';
import { type PlaneMarker, placeless, planeLayers, planeMarkers } from '../charts/plane-markers.js';
import { button, element, plainTable } from '../elements.js';
import { counted, showNumber } from '../number-format.js';
import type { Actions, PanelView, Section } from '../panel-view.js';
import { disclosure } from './disclosure.js';

/** (σ_w², σ_b²) with χ₁ as heat, one plane an activation. Poole et al. 2016, arXiv:1606.05340, figure 1. */
export function phasePlaneSection(actions: Actions): Section {
  const picker = element('p', { class: 'picker' });
  const body = element('div');
  const readout = element('p', { class: 'readout', 'aria-live': 'polite', id: 'plane-readout' });
  const reveal = button('Show in code', () => revealPointed(), { class: 'quiet' });
  const root = element(
    'section',
    { class: 'plane', 'aria-labelledby': 'plane-title' },
    element('div', { class: 'heading' }, element('h2', { id: 'plane-title' }, 'Phase plane'), picker),
    body,
    element('div', { class: 'readout-row' }, readout, reveal),
  );
  let drawn: { plane: PhasePlane; markers: PlaneMarker[]; model: ModelReport; chart: PhaseChart | null } | null = null;
  let chosen = 0;
  let pointed: number | null = null;
  let last: PanelView | null = null;

  const revealPointed = () => {
    const layer = pointed === null ? undefined : drawn?.markers[pointed]?.layers[0];
    if (layer !== undefined) actions.revealLayer(layer);
  };
  const moveTo = (marker: number | null) => {
    pointed = marker;
    drawn?.chart?.pointAt(marker);
    reveal.disabled = marker === null;
    const found = marker === null ? undefined : drawn?.markers[marker];
    readout.textContent = drawn && found ? describeMarker(found, drawn.model) : invitation(drawn?.markers.length ?? 0);
  };
  const walkTo = (marker: number) => {
    moveTo(marker);
    actions.pointAt(drawn?.markers[marker]?.layers[0] ?? null);
  };
  const onPointer = (event: PointerEvent) => {
    if (!drawn?.chart) return;
    const place = pixelOf(event, drawn.chart.chart.canvas);
    const marker = nearestMarker(place, drawn.chart, drawn.markers, drawn.plane);
    if (marker !== null) {
      if (marker !== pointed) walkTo(marker);
      return;
    }
    if (pointed !== null) moveTo(null);
    readout.textContent = describePlace(placeUnder(place, drawn.chart), drawn.plane);
  };
  const onKey = (event: KeyboardEvent) => {
    const count = drawn?.markers.length ?? 0;
    if (count === 0) return;
    if (event.key === 'Enter') revealPointed();
    else if (event.key === 'Escape') moveTo(null);
    else {
      const next = keyTarget(event.key, pointed, count);
      if (next === null) return;
      walkTo(next);
    }
    event.preventDefault();
  };

  const fill = (view: PanelView) => {
    drawn?.chart?.chart.destroy();
    drawn = null;
    const planes = view.charts?.phasePlanes ?? [];
    const plane = planes[Math.min(chosen, planes.length - 1)];
    root.classList.toggle('nothing', !plane || !isDrawable(plane.grid));
    picker.replaceChildren(
      ...planePicker(planes, chosen, (next) => {
        chosen = next;
        pointed = null;
        if (last) fill(last);
      }),
    );
    if (!plane) {
      const reason = view.charts
        ? 'No layer of this model has an activation with a phase plane.'
        : 'The phase plane is being computed.';
      body.replaceChildren(element('p', { class: 'muted', role: 'status' }, reason));
      return;
    }
    drawn = { plane, model: view.model, markers: planeMarkers(view.model, plane), chart: null };
    body.replaceChildren(...note(plane, view.model));
    if (isDrawable(plane.grid))
      drawn.chart = addPlane(body, view, plane, drawn.markers, { onPointer, onKey, onClick: revealPointed });
    body.append(
      disclosure('plane-table', 'The layers of the plane as a table', view.state, actions, () => planeTable(plane, view.model)),
    );
    moveTo(pointed !== null && pointed < drawn.markers.length ? pointed : null);
  };

  return {
    element: root,
    show(view) {
      if (last?.model !== view.model) pointed = null;
      last = view;
      fill(view);
    },
    pointAt(layer) {
      const marker = layer === null ? -1 : (drawn?.markers.findIndex(({ layers }) => layers.includes(layer)) ?? -1);
      if (marker !== (pointed ?? -1)) moveTo(marker < 0 ? null : marker);
    },
  };
}

const planeName = ({ activation, activationParameters, keep }: PhasePlane): string => {
  const parameters = Object.entries(activationParameters).map(([name, value]) => `${name} ${showNumber(value)}`);
  if (keep < 1) parameters.push(`dropout ${showNumber(1 - keep)}`);
  return parameters.length > 0 ? `${activation} (${parameters.join(', ')})` : activation;
};

function planePicker(planes: PhasePlane[], chosen: number, choose: (plane: number) => void): HTMLElement[] {
  if (planes.length < 2) return planes.map((plane) => element('span', { class: 'muted' }, planeName(plane)));
  const options = planes.map((plane, index) => element('option', { value: index, selected: index === chosen }, planeName(plane)));
  const select = element('select', { id: 'plane-activation' }, ...options);
  select.addEventListener('change', () => choose(Number(select.value)));
  return [element('label', { for: 'plane-activation' }, 'Activation'), select];
}

function note(plane: PhasePlane, model: ModelReport): HTMLElement[] {
  const unplaced = placeless(model, plane).length;
  const normalized = plane.layers.filter((index) => model.layers[index]?.normalized).length;
  return [
    plane.note,
    plane.criticalLine.length > 1 && plane.criticalLine.some(({ attracting }) => !attracting)
      ? 'Dotted line: χ₁ = 1, but the fixed point there repels, so signals drift away.'
      : null,
    normalized > 0 ? `${counted(normalized, 'layer')} left out: a normalization follows, so σ_w² cancels.` : null,
    standing(model).label === 'normalized'
      ? 'Layers stand where a chain of such layers would. This network normalizes between them: their distance from χ₁ = 1 is no fault.'
      : null,
    unplaced > 0
      ? `${counted(unplaced, 'layer')} with an unknown variance ${unplaced === 1 ? 'has' : 'have'} no place here.`
      : null,
  ]
    .filter((text) => text !== null)
    .map((text) => element('p', { class: 'note' }, text));
}

interface Handlers {
  onPointer(event: PointerEvent): void;
  onKey(event: KeyboardEvent): void;
  onClick(): void;
}

function addPlane(
  parent: HTMLElement,
  view: PanelView,
  plane: PhasePlane,
  markers: PlaneMarker[],
  handlers: Handlers,
): PhaseChart {
  const colors = colorMap(plane.grid.chi1, view.palette.dark);
  const canvas = element('canvas', { role: 'img', 'aria-label': summarizePlane(plane, markers) });
  const walker = element(
    'div',
    { class: 'walker', tabindex: 0, role: 'application', 'aria-label': walkerLabel, 'aria-describedby': 'plane-readout' },
    element('div', { class: 'canvas' }, canvas),
  );
  walker.addEventListener('pointermove', handlers.onPointer);
  walker.addEventListener('pointerdown', handlers.onPointer);
  walker.addEventListener('click', handlers.onClick);
  walker.addEventListener('keydown', handlers.onKey);
  const summary = element('p', { class: 'summary muted', 'aria-hidden': 'true' }, summarizePlane(plane, markers));
  parent.append(element('figure', {}, walker, colorBar(colors)), summary);
  return drawPhaseChart(canvas, plane, markers, colors, view.palette);
}

const walkerLabel = 'Phase plane. Arrow keys step through the layers, Home and End jump, Enter shows the layer in the code.';

function keyTarget(key: string, pointed: number | null, count: number): number | null {
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  const step = key === 'ArrowRight' || key === 'ArrowUp' ? 1 : key === 'ArrowLeft' || key === 'ArrowDown' ? -1 : 0;
  if (step === 0) return null;
  return pointed === null ? (step > 0 ? 0 : count - 1) : Math.max(0, Math.min(count - 1, pointed + step));
}

/** The scale of the heat with its numbers: logarithmic, saturated at both ends. */
function colorBar(colors: ColorMap): HTMLElement {
  const canvas = element('canvas', { width: 201, height: 1, 'aria-hidden': 'true' });
  const ctx = canvas.getContext('2d');
  for (let column = 0; ctx && column <= 200; column++) {
    const [red, green, blue] = colors.color((column / 100 - 1) * colors.limit);
    ctx.fillStyle = `rgb(${red} ${green} ${blue})`;
    ctx.fillRect(column, 0, 1, 1);
  }
  const tick = (share: number) => showNumber(Number(Math.exp(share * colors.limit).toPrecision(2)));
  return element(
    'div',
    { class: 'color-bar' },
    element('span', {}, '▼ χ₁'),
    canvas,
    element('span', {}, '▲'),
    element(
      'span',
      { class: 'ticks' },
      element('span', {}, `≤ ${tick(-1)}`),
      element('span', {}, tick(-0.5)),
      element('span', {}, '1'),
      element('span', {}, tick(0.5)),
      element('span', {}, `≥ ${tick(1)}`),
    ),
  );
}

const pixelOf = ({ clientX, clientY }: PointerEvent, canvas: HTMLCanvasElement) => {
  const { left, top } = canvas.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
};

/** The marker under the pointer, with the reach of a fingertip. */
function nearestMarker(
  place: { x: number; y: number },
  { chart }: PhaseChart,
  markers: PlaneMarker[],
  { grid }: PhasePlane,
): number | null {
  const distances = markers.map((marker) => {
    const { x, y } = markerPosition(chart, marker, grid);
    return Math.hypot(x - place.x, y - place.y);
  });
  const nearest = Math.min(...distances);
  return nearest <= 14 ? distances.indexOf(nearest) : null;
}

function placeUnder({ x, y }: { x: number; y: number }, { chart }: PhaseChart): PlanePoint {
  return {
    sigmaW2: chart.scales.x!.getValueForPixel(x) ?? Number.NaN,
    sigmaB2: chart.scales.y!.getValueForPixel(y) ?? Number.NaN,
  };
}

function describePlace(place: PlanePoint, { grid }: PhasePlane): string {
  const inside = (axis: number[], value: number) => value >= axis[0]! && value <= axis.at(-1)!;
  if (!inside(grid.sigmaW2, place.sigmaW2) || !inside(grid.sigmaB2, place.sigmaB2)) return '';
  const logChi1 = logChi1At(grid, place);
  const chi1 = logChi1 === null ? 'q diverges' : `χ₁ ${showNumber(Math.exp(logChi1))}`;
  return `σ_w² ${showNumber(place.sigmaW2)} · σ_b² ${showNumber(place.sigmaB2)} · ${chi1}`;
}

function describeMarker(marker: PlaneMarker, { layers }: ModelReport): string {
  const [first, ...others] = marker.layers.map((index) => layers[index]?.path || '(model)');
  const names =
    others.length === 0 ? first : others.length === 1 ? `${first}, ${others[0]}` : `${first} and ${others.length} more`;
  const chi1 = marker.logChi1 === null ? '?' : showNumber(Math.exp(marker.logChi1));
  const outside = marker.outside ? ' · beyond the edge of the plane' : '';
  return `${names} · σ_w² ${showNumber(marker.sigmaW2)} · σ_b² ${showNumber(marker.sigmaB2)} · χ₁ ${chi1}${outside}`;
}

const invitation = (markers: number) =>
  markers === 0 ? 'Point at the plane to read χ₁.' : 'Point at the plane, or focus it and use the arrow keys, to read a layer.';

function summarizePlane(plane: PhasePlane, markers: PlaneMarker[]): string {
  const count = (belongs: (logChi1: number) => boolean) =>
    markers.filter(({ logChi1 }) => logChi1 !== null && belongs(logChi1)).reduce((sum, { layers }) => sum + layers.length, 0);
  // Within a hundredth of χ₁ = 1 a layer sits on the line as far as the eye can tell.
  const near = 0.01;
  const sides = [
    [count((logChi1) => logChi1 < -near), 'on the ordered side'],
    [count((logChi1) => Math.abs(logChi1) <= near), 'on the line χ₁ = 1'],
    [count((logChi1) => logChi1 > near), 'on the chaotic side'],
  ] as const;
  const words = sides.filter(([number]) => number > 0).map(([number, where]) => `${number} ${where}`);
  return words.length > 0
    ? `Layers with ${planeName(plane)}: ${words.join(', ')}.`
    : `No layer with ${planeName(plane)} has a known place.`;
}

const planeTable = (plane: PhasePlane, model: ModelReport): HTMLElement =>
  plainTable(
    `Layers with ${planeName(plane)} in the phase plane`,
    ['Layer', 'σ_w²', 'σ_b²', 'χ₁'],
    planeLayers(model, plane).flatMap((index) => {
      const layer = model.layers[index];
      if (!layer) return [];
      const sigmaB2 = layer.bias ? layer.bias.sigmaB2 : 0;
      return [
        [
          layer.path || '(model)',
          showNumber(layer.weight?.sigmaW2 ?? null),
          showNumber(sigmaB2),
          showNumber(layer.local?.chi1 ?? null),
        ],
      ];
    }),
  );

import { phaseSymbols } from '../../language-server/phase-text.js';
import { button, element, spoken, symbol } from '../elements.js';
import { type LayerFacts, layerFacts } from '../layer-facts.js';
import { counted, showCorrelation, showNumber, showPower } from '../number-format.js';
import type { PanelState, SortColumn } from '../panel-state.js';
import type { Actions, PanelView, Section } from '../panel-view.js';
import { log10Gradient } from '../signal.js';

/** Every layer with weights: its distribution, its signal and where the numbers come from. A row leads to its line. */
export function layerTableSection(actions: Actions): Section {
  const count = element('p', { class: 'muted', role: 'status' });
  const filter = element('input', { type: 'checkbox', id: 'problems-only' });
  const scroller = element('div', { class: 'scroller', role: 'region', tabindex: 0, 'aria-label': 'Layers, scrollable' });
  const root = element(
    'section',
    { class: 'layers', 'aria-labelledby': 'layers-title' },
    element(
      'div',
      { class: 'heading' },
      element('h2', { id: 'layers-title' }, 'Layers'),
      count,
      element('label', { class: 'toggle', for: 'problems-only' }, filter, 'Problems only'),
    ),
    scroller,
  );
  filter.addEventListener('change', () => actions.remember({ problemsOnly: filter.checked }));
  let rows = new Map<number, HTMLElement>();

  return {
    element: root,
    show(view) {
      const facts = layerFacts(view.model);
      const shown = arranged(facts, view.state);
      rows = new Map(shown.map((fact) => [fact.index, row(fact, actions)]));
      filter.checked = view.state.problemsOnly;
      count.textContent =
        shown.length === facts.length ? counted(facts.length, 'layer') : `${shown.length} of ${counted(facts.length, 'layer')}`;
      const { scrollTop } = scroller;
      scroller.replaceChildren(table(view, [...rows.values()], actions));
      scroller.scrollTop = scrollTop;
    },
    pointAt(layer) {
      for (const [index, element] of rows) element.classList.toggle('pointed', index === layer);
    },
  };
}

interface Column {
  id: SortColumn;
  title: string;
  numeric: boolean;
  meaning: string;
  /** What rows are sorted by; `null` goes last in either direction. */
  key(fact: LayerFacts): number | string | null;
}

const finite = (value: number | 'infinity' | null | undefined): number | null =>
  value === 'infinity' ? Number.POSITIVE_INFINITY : (value ?? null);

const columns: Column[] = [
  { id: 'path', title: 'Layer', numeric: false, meaning: 'path in the model', key: ({ index }) => index },
  { id: 'kind', title: 'Type', numeric: false, meaning: 'type of the layer', key: ({ layer }) => layer.kind },
  {
    id: 'sigmaW2',
    title: 'σ_w²',
    numeric: true,
    meaning: 'summands times the second moment of a weight',
    key: ({ layer }) => finite(layer.weight?.sigmaW2),
  },
  {
    id: 'sigmaB2',
    title: 'σ_b²',
    numeric: true,
    meaning: 'second moment of a bias',
    key: ({ layer }) => finite(layer.bias?.sigmaB2),
  },
  {
    id: 'activation',
    title: 'Activation',
    numeric: false,
    meaning: 'first activation that the output reaches',
    key: ({ layer }) => layer.activation,
  },
  { id: 'q', title: 'q', numeric: true, meaning: 'second moment of the output', key: ({ point }) => finite(point?.q) },
  {
    id: 'c',
    title: 'c',
    numeric: true,
    meaning: 'correlation of the outputs for two inputs',
    key: ({ point }) => finite(point?.c),
  },
  {
    id: 'chi1',
    title: 'χ₁',
    numeric: true,
    meaning: 'growth of squared gradients in this layer, repeated',
    key: ({ layer }) => (layer.normalized ? null : finite(layer.local?.chi1)),
  },
  {
    id: 'gradient',
    title: 'Gradient',
    numeric: true,
    meaning: 'root mean square gradient, relative to the output, or to the layer that the assumptions name',
    key: ({ point }) => (point ? log10Gradient(point) : null),
  },
  { id: 'source', title: 'Set by', numeric: false, meaning: 'where weight and bias come from', key: ({ source }) => source },
];

function arranged(facts: LayerFacts[], { sort, problemsOnly }: PanelState): LayerFacts[] {
  const shown = problemsOnly
    ? facts.filter(({ findings, provenance }) => findings.length > 0 || provenance === 'unknown')
    : facts;
  const column = columns.find(({ id }) => id === sort?.column);
  if (!sort || !column) return shown;
  return shown.toSorted((a, b) => {
    const [first, second] = [column.key(a), column.key(b)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return (sort.descending ? -1 : 1) * compare(first, second);
  });
}

const compare = (a: number | string, b: number | string) =>
  typeof a === 'number' && typeof b === 'number'
    ? a < b
      ? -1
      : Number(a > b)
    : String(a).localeCompare(String(b), 'en', { numeric: true });

function table({ state, model }: PanelView, rows: HTMLElement[], actions: Actions): HTMLElement {
  const empty = model.layers.length === 0 ? 'This model has no layers with weights.' : 'No layer has a problem.';
  return element(
    'table',
    {},
    element('caption', { class: 'spoken' }, 'Layers with weights. The button in a row shows the layer in the code.'),
    element('thead', {}, element('tr', {}, ...columns.map((column) => header(column, state.sort, actions)))),
    element(
      'tbody',
      {},
      ...(rows.length > 0 ? rows : [element('tr', {}, element('td', { colspan: columns.length, class: 'muted' }, empty))]),
    ),
  );
}

/** First click sorts upwards, the second downwards, the third brings the order of the model back. */
function header({ id, title, numeric, meaning }: Column, sort: PanelState['sort'], actions: Actions): HTMLElement {
  const direction = sort?.column !== id ? null : sort.descending ? 'descending' : 'ascending';
  const next =
    direction === null ? { column: id, descending: false } : direction === 'ascending' ? { column: id, descending: true } : null;
  const made = button('', () => actions.remember({ sort: next }), { title: `${meaning}; click to sort`, 'data-sort': id });
  made.append(...label(title), symbol(direction === null ? '' : direction === 'ascending' ? '↑' : '↓', 'arrow'));
  return element('th', { scope: 'col', 'aria-sort': direction, class: numeric ? 'number' : null }, made);
}

/** σ_w² with a true subscript. */
const label = (title: string): (string | Node)[] =>
  title.includes('_') ? [title[0] ?? '', element('sub', {}, title[2] ?? ''), title.slice(3)] : [title];

function row(fact: LayerFacts, actions: Actions): HTMLElement {
  const { index, layer, point, findings, provenance, source } = fact;
  const reveal = button(layer.path || '(model)', () => actions.revealLayer(index), {
    class: 'path',
    title: 'Show in code',
    'data-layer': index,
  });
  const worst = findings[0];
  const made = element(
    'tr',
    { class: findings.length > 0 ? 'problem' : null, 'data-layer': index },
    element('th', { scope: 'row' }, reveal, worst ? mark(findings.map(({ rule }) => rule)) : null),
    element('td', {}, layer.kind),
    number(showNumber(layer.weight?.sigmaW2 ?? null)),
    number(layer.bias ? showNumber(layer.bias.sigmaB2) : layer.weight ? '0' : '–'),
    element('td', {}, layer.activation ?? 'none'),
    number(showNumber(point?.q ?? null)),
    number(showCorrelation(point?.c ?? null)),
    chi1Cell(fact),
    number(gradient(point)),
    element(
      'td',
      { class: 'source', title: source },
      element('span', { class: `swatch ${provenance}`, 'aria-hidden': 'true' }),
      source,
    ),
  );
  // The whole row is a convenience of the mouse; keyboard and screen reader use the button in it.
  made.addEventListener('click', ({ target }) => {
    if (target instanceof Element && !target.closest('button')) actions.revealLayer(index);
  });
  made.addEventListener('pointerenter', () => actions.pointAt(index));
  reveal.addEventListener('focus', () => actions.pointAt(index));
  return made;
}

const number = (text: string) => element('td', { class: 'number' }, text);

const gradient = (point: LayerFacts['point']) => {
  const exponent = point ? log10Gradient(point) : null;
  return exponent === null ? '–' : showPower(exponent);
};

function chi1Cell({ layer }: LayerFacts): HTMLElement {
  if (layer.normalized)
    return element('td', { class: 'number', title: 'σ_w² cancels in the normalization that follows' }, 'normalized');
  const phase = layer.local?.phase;
  const cell = number(showNumber(layer.local?.chi1 ?? null));
  if (phase) cell.append(symbol(phaseSymbols[phase], `symbol ${phase}`), spoken(phase));
  return cell;
}

const mark = (rules: string[]) =>
  element(
    'span',
    { class: 'mark', title: [...new Set(rules)].join(', ') },
    symbol('⚠\uFE0E', ''),
    spoken(`has findings: ${[...new Set(rules)].join(', ')}`),
  );

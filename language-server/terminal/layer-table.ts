import { showNumber, showPower } from '../format-number.js';
import type { LayerReport, ModelReport, PropagationPoint } from '../protocol.js';
import { foldRows } from './fold-rows.js';
import type { PrettyOptions } from './pretty.js';
import { phaseSymbol, type Style } from './style.js';
import { pad, printable, truncate, widthOf } from './text-width.js';

/** The layers of a model, aligned to the terminal, repetition folded. */
export function layerTable(model: ModelReport, options: PrettyOptions): string[] {
  const rows = model.layers.map((layer) => ({ layer, point: pointOf(layer, model.propagation) }));
  const chosen = fittingColumns(rows, options.width - 2);
  const line = (cells: string[]) => `  ${cells.join('  ').trimEnd()}`;
  const heading = options.style.dim(line(chosen.map(({ title, width, align }) => pad(title, width, align))));
  const stretches = options.full ? [{ rows, omitted: 0, period: 0 }] : foldRows(rows, likeness);
  const body = stretches.flatMap((stretch) => [
    ...stretch.rows.map((row) => line(chosen.map((column) => cellText(column, row, options.style)))),
    ...(stretch.omitted > 0 ? [options.style.dim(`  ⋮ ${omission(stretch.omitted, stretch.period)}`)] : []),
  ]);
  return [heading, ...body];
}

interface Row {
  layer: LayerReport;
  point: PropagationPoint | null;
}

interface Column {
  title: string;
  align: 'left' | 'right';
  text(row: Row): string;
  /** Narrower than this the column is left out rather than cut further; absent: it is never cut. */
  minimum?: number;
  /** Which end of a text may be cut. */
  cut?: 'start' | 'end';
  /** Columns with higher numbers go first where the terminal is narrow; 0 stays. */
  dispensable: number;
  paint?(row: Row, text: string, style: Style): string;
}

const columns: readonly Column[] = [
  { title: 'layer', align: 'left', text: ({ layer }) => layer.path, minimum: 10, cut: 'start', dispensable: 0 },
  { title: 'type', align: 'left', text: ({ layer }) => layer.kind, dispensable: 2 },
  { title: 'weights drawn by', align: 'left', text: ({ layer }) => layer.weight?.source ?? nothing, minimum: 16, dispensable: 1 },
  { title: 'Var(w)', align: 'left', text: ({ layer }) => variance(layer), minimum: 12, dispensable: 4 },
  {
    title: 'σ_w²',
    align: 'right',
    text: ({ layer }) => (layer.weight ? showNumber(layer.weight.sigmaW2) : nothing),
    dispensable: 0,
  },
  { title: 'σ_b²', align: 'right', text: ({ layer }) => (layer.bias ? showNumber(layer.bias.sigmaB2) : nothing), dispensable: 3 },
  { title: 'then', align: 'left', text: ({ layer }) => layer.activation ?? nothing, minimum: 7, dispensable: 0 },
  { title: 'χ₁', align: 'right', text: chi1, dispensable: 0, paint: paintPhase },
  { title: 'q', align: 'right', text: ({ point }) => (point ? showNumber(point.q) : nothing), dispensable: 0 },
  { title: 'gradient', align: 'right', text: gradient, dispensable: 0 },
];

/** In a cell without anything to say. */
const nothing = '–';

/** The point where a layer's output leaves it: shared layers run several times, the first counts. */
function pointOf(layer: LayerReport, points: readonly PropagationPoint[]): PropagationPoint | null {
  const there = points.filter(({ path }) => path === layer.path);
  return there.find(({ operation }) => operation === layer.kind) ?? there[0] ?? null;
}

function variance({ weight }: LayerReport): string {
  if (weight === null) return nothing;
  if (weight.variance === 0) return weight.distribution;
  return weight.formula ?? (weight.variance === null ? weight.distribution : showNumber(weight.variance));
}

function chi1({ layer: { local } }: Row): string {
  if (local === null) return nothing;
  return local.phase === null ? showNumber(local.chi1) : `${phaseSymbol[local.phase]} ${showNumber(local.chi1)}`;
}

function paintPhase({ layer }: Row, text: string, style: Style): string {
  const phase = layer.local?.phase;
  return phase ? style.phase(phase, text) : text;
}

function gradient({ point }: Row): string {
  if (point === null) return nothing;
  if (point.logGradient !== null) return showPower(point.logGradient / Math.LN10);
  return showNumber(point.gradient);
}

/** Rows that agree in this look alike to a reader; paths, q and gradients run on from the first to the last. */
const likeness = ({ layer }: Row): string =>
  JSON.stringify([
    layer.kind,
    layer.weight?.source,
    variance(layer),
    layer.weight && showNumber(layer.weight.sigmaW2),
    layer.activation,
    layer.keep,
    chi1({ layer, point: null }),
  ]);

const omission = (omitted: number, period: number): string =>
  period === 1 ? `${omitted} more like this` : `${omitted} more: these ${period} layers ${omitted / period} more times`;

type SizedColumn = Column & { width: number };

/** As many columns as fit, the flexible ones no wider than there is room for. */
function fittingColumns(rows: readonly Row[], width: number): SizedColumn[] {
  const telling = columns.filter((column) => rows.some((row) => column.text(row) !== nothing));
  let kept: SizedColumn[] = telling.map((column) => ({ ...column, width: naturalWidth(column, rows) }));
  for (;;) {
    const excess = totalWidth(kept) - width;
    if (excess <= 0) return kept;
    const shrinkable = kept.reduce((sum, column) => sum + slack(column), 0);
    const dispensable = Math.max(...kept.map((column) => column.dispensable));
    if (excess <= shrinkable || dispensable === 0) return shrink(kept, excess);
    kept = kept.filter((column) => column.dispensable !== dispensable);
  }
}

const naturalWidth = (column: Column, rows: readonly Row[]): number =>
  Math.max(widthOf(column.title), ...rows.map((row) => widthOf(printable(column.text(row)))));

const totalWidth = (sized: readonly SizedColumn[]): number => sized.reduce((sum, { width }) => sum + width + 2, -2);

const slack = ({ width, minimum }: SizedColumn): number => (minimum === undefined ? 0 : Math.max(0, width - minimum));

/** Takes `excess` columns away, always from the one with most to spare. */
function shrink(sized: SizedColumn[], excess: number): SizedColumn[] {
  for (let left = excess; left > 0; left--) {
    const widest = sized.reduce((a, b) => (slack(b) > slack(a) ? b : a));
    if (slack(widest) === 0) break;
    widest.width--;
  }
  return sized;
}

function cellText(column: SizedColumn, row: Row, style: Style): string {
  const text = pad(truncate(printable(column.text(row)), column.width, column.cut), column.width, column.align);
  return column.paint ? column.paint(row, text, style) : text;
}

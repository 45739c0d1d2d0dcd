import { showNumber, showPower } from '../format-number.js';
import { phaseSymbols } from '../phase-text.js';
import type { LayerReport, ModelReport, PropagationPoint } from '../protocol.js';
import { foldRows } from './fold-rows.js';
import type { PrettyOptions } from './pretty.js';
import type { Style } from './style.js';
import { pad, printable, truncate, widthOf } from './text-width.js';

/**
 * The layers of a model, aligned to the terminal. Repetition is folded, and normalization layers, whose weights of 1 draw nothing at
 * random, stand in the row of the layer before them; `full` undoes both.
 */
export function layerTable(model: ModelReport, { style, width, full }: PrettyOptions): string[] {
  const normalized = normalizations(model);
  const points = pointsByPath(model.propagation);
  const rows = model.layers
    .map((layer) => ({ layer, point: pointOf(layer, points), normalized: normalized.after.has(layer.path) }))
    .filter(({ layer }) => full || !normalized.paths.has(layer.path));
  const chosen = fittingColumns(rows, width - 2);
  const line = (cells: string[]) => `  ${cells.join('  ').trimEnd()}`;
  const heading = style.dim(line(chosen.map((column) => pad(column.title, column.width, column.align))));
  const stretches = full ? [{ rows, omitted: 0, period: 0 }] : foldRows(rows, likeness);
  const body = stretches.flatMap((stretch) => [
    ...stretch.rows.map((row) => line(chosen.map((column) => cellText(column, row, style)))),
    ...(stretch.omitted > 0 ? [style.dim(`  ⋮ ${omission(stretch.omitted, stretch.period)}`)] : []),
  ]);
  return [heading, ...body];
}

interface Row {
  layer: LayerReport;
  point: PropagationPoint | null;
  /** A normalization layer takes its output. */
  normalized: boolean;
}

/** Paths of the normalization layers, and of the layers whose output one of them takes. */
function normalizations({ graph: { nodes, edges } }: ModelReport): { paths: Set<string>; after: Set<string> } {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const paths = new Set(nodes.filter(({ kind }) => kind === 'normalization').map(({ path }) => path));
  const after = edges.flatMap(([from, to]) => (byId.get(to)?.kind === 'normalization' ? [byId.get(from)?.path ?? ''] : []));
  return { paths, after: new Set(after) };
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
  { title: 'then', align: 'left', text: following, minimum: 7, dispensable: 0 },
  { title: 'χ₁', align: 'right', text: chi1, dispensable: 0, paint: paintPhase },
  { title: 'q', align: 'right', text: ({ point }) => (point ? showNumber(point.q) : nothing), dispensable: 0 },
  { title: 'gradient', align: 'right', text: gradient, dispensable: 0 },
];

/** In a cell without anything to say. */
const nothing = '–';

type PointsByPath = ReadonlyMap<string, readonly PropagationPoint[]>;

function pointsByPath(points: readonly PropagationPoint[]): PointsByPath {
  const found = new Map<string, PropagationPoint[]>();
  for (const point of points) {
    const there = found.get(point.path);
    if (there) there.push(point);
    else found.set(point.path, [point]);
  }
  return found;
}

/** The point where a layer's output leaves it: shared layers run several times, the first counts. */
function pointOf(layer: LayerReport, points: PointsByPath): PropagationPoint | null {
  const there = points.get(layer.path) ?? [];
  return there.find(({ operation }) => operation === layer.kind) ?? there[0] ?? null;
}

function variance({ weight }: LayerReport): string {
  if (weight === null) return nothing;
  if (weight.variance === 0) return weight.distribution;
  return weight.formula ?? (weight.variance === null ? weight.distribution : showNumber(weight.variance));
}

/** What becomes of a layer's output until the next weights. */
function following({ layer: { activation }, normalized }: Row): string {
  if (normalized) return activation === null ? 'norm' : `norm, ${activation}`;
  return activation ?? nothing;
}

function chi1({ layer: { local } }: Row): string {
  if (local === null) return nothing;
  return local.phase === null ? showNumber(local.chi1) : `${phaseSymbols[local.phase]} ${showNumber(local.chi1)}`;
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
const likeness = (row: Row): string =>
  JSON.stringify([
    row.layer.kind,
    row.layer.weight?.source,
    variance(row.layer),
    row.layer.weight && showNumber(row.layer.weight.sigmaW2),
    following(row),
    row.layer.keep,
    chi1(row),
  ]);

const omission = (omitted: number, period: number): string =>
  period === 1 ? `${omitted} more like this` : `${omitted} more: these ${period} layers ${omitted / period} more times`;

type SizedColumn = Column & { width: number };

/** As many columns as there is room for: first the texts that explain are cut, then left out, and only then paths are cut. */
function fittingColumns(rows: readonly Row[], width: number): SizedColumn[] {
  const telling = columns.filter((column) => rows.some((row) => column.text(row) !== nothing));
  let kept: SizedColumn[] = telling.map((column) => ({ ...column, width: naturalWidth(column, rows) }));
  for (;;) {
    const excess = totalWidth(kept) - width;
    if (excess <= 0) return kept;
    const explaining = kept.filter((column) => column.dispensable > 0);
    if (explaining.length === 0) return shrink(kept, kept, excess);
    if (excess <= explaining.reduce((sum, column) => sum + slack(column), 0)) return shrink(kept, explaining, excess);
    const first = Math.max(...explaining.map((column) => column.dispensable));
    kept = kept.filter((column) => column.dispensable !== first);
  }
}

const naturalWidth = (column: Column, rows: readonly Row[]): number =>
  Math.max(widthOf(column.title), ...rows.map((row) => widthOf(printable(column.text(row)))));

const totalWidth = (sized: readonly SizedColumn[]): number => sized.reduce((sum, { width }) => sum + width + 2, -2);

const slack = ({ width, minimum }: SizedColumn): number => (minimum === undefined ? 0 : Math.max(0, width - minimum));

/** Takes `excess` columns of text away, always from the one with most to spare. */
function shrink(kept: SizedColumn[], flexible: readonly SizedColumn[], excess: number): SizedColumn[] {
  for (let left = excess; left > 0; left--) {
    const widest = flexible.reduce((a, b) => (slack(b) > slack(a) ? b : a));
    if (slack(widest) === 0) break;
    widest.width--;
  }
  return kept;
}

function cellText(column: SizedColumn, row: Row, style: Style): string {
  const text = pad(truncate(printable(column.text(row)), column.width, column.cut), column.width, column.align);
  return column.paint ? column.paint(row, text, style) : text;
}

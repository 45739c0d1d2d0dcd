import { type Hover, MarkupKind } from 'vscode-languageserver';
import { describeStack } from '../block-text.js';
import { showDepth, showNumber, showPower } from '../format-number.js';
import { phaseSymbols, standing } from '../phase-text.js';
import type {
  Distributed,
  FileReport,
  GraphNodeReport,
  LayerReport,
  ModelReport,
  Position,
  PropagationPoint,
  Range,
  Summary,
  Uncertainty,
} from '../protocol.js';
import { contains, narrower } from '../range.js';
import { fold } from '../rules/fold.js';
import { feedingLayers } from './feeding-layer.js';
import { initializerCalls } from './initializer-hover.js';
import { criticalRow, initializerNotes } from './layer-notes.js';
import { escapeMarkdown, markdownTable } from './markdown.js';
import { sparkline } from './sparkline.js';
import { withoutPlace } from './without-place.js';

/** What the last report says of the thing under the cursor: a layer, an activation with the layer that feeds it, an initializer, or a model. */
export function hover(report: FileReport, position: Position, markdown: boolean): Hover | null {
  const target = narrowest(targets(report, position));
  if (!target) return null;
  const text = target.text();
  return {
    range: target.range,
    contents: markdown ? { kind: MarkupKind.Markdown, value: text } : { kind: MarkupKind.PlainText, value: plain(text) },
  };
}

interface Target {
  range: Range;
  text: () => string;
}

function targets({ models }: FileReport, position: Position): Target[] {
  const found: Target[] = [];
  for (const model of models) {
    for (const layer of model.layers)
      if (contains(layer.range, position)) found.push({ range: layer.range, text: () => layerText(model, layer, models) });
    for (const node of model.graph.nodes)
      if (node.kind === 'activation' && contains(node.range, position))
        found.push({ range: node.range, text: () => activationText(model, node, models) });
    for (const call of initializerCalls(model)) if (contains(call.range, position)) found.push(call);
    const name = [model.range, model.definition].find((range) => range && contains(range, position));
    if (name) found.push({ range: name, text: () => modelText(model, models) });
  }
  return found;
}

/** The first of those that no other lies within. */
function narrowest(candidates: readonly Target[]): Target | null {
  return candidates.find(({ range }) => !candidates.some((other) => narrower(other.range, range))) ?? null;
}

function layerText(model: ModelReport, layer: LayerReport, models: readonly ModelReport[]): string {
  const rows: [string, string][] = [];
  const { weight, bias, local, activation } = layer;
  // Scales of normalization and tables of embeddings multiply no sum of inputs, so that they have no σ_w².
  if (weight)
    rows.push(
      weight.sigmaW2 === null
        ? ['weight', provenance(weight)]
        : ['σ\\_w²', `**${showNumber(weight.sigmaW2)}** · ${provenance(weight)}`],
    );
  if (bias)
    rows.push(
      bias.sigmaB2 === null ? ['bias', provenance(bias)] : ['σ\\_b²', `**${showNumber(bias.sigmaB2)}** · ${provenance(bias)}`],
    );
  rows.push(...initializerNotes(model, layer));
  if (layer.fanIn !== null) rows.push(['fans', `${layer.fanIn} in, ${layer.fanOut ?? 'unknown'} out`]);
  rows.push(['activation', activation ? escapeMarkdown(activation) : 'none before the next layer or the output']);
  if (layer.keep < 1) rows.push(['dropout', `keeps ${showNumber(layer.keep)} of the units`]);
  if (layer.normalized)
    rows.push(['χ₁', 'none of its own: what follows normalizes the output, and the scale of the weights cancels']);
  else if (local) rows.push(...localRows(local), ...rowsOf(criticalRow(layer, local)));
  rows.push(...pointRows(model, layer));
  const title = `**${escapeMarkdown(layer.path)}** · ${escapeMarkdown(layer.kind)}${local?.phase && !layer.normalized ? ` · ${phaseSymbols[local.phase]} ${local.phase}` : ''}`;
  return [title, markdownTable(rows), ...same(model, layer, models)].join('\n\n');
}

const rowsOf = <Row>(row: Row | null): Row[] => (row === null ? [] : [row]);

function localRows(local: NonNullable<LayerReport['local']>): [string, string][] {
  const rows: [string, string][] = [];
  if (local.chi1 !== null) rows.push(['χ₁', `**${showNumber(local.chi1)}** · ${chiText(local.chi1)}`]);
  if (local.xiC !== null) rows.push(['ξ\\_c', `**${showDepth(local.xiC)}** ${scaleText(local.xiC)}`]);
  if (local.qStar !== null)
    rows.push([
      'q\\*',
      local.qStar === 'infinity'
        ? '**∞** · the signal grows without bound'
        : `**${showNumber(local.qStar)}** · mean square that the signal settles at`,
    ]);
  return rows;
}

function pointRows({ propagation, summary }: ModelReport, layer: LayerReport): [string, string][] {
  const point = propagation.find(({ path }) => path === layer.path);
  if (!point) return [];
  const rows: [string, string][] = [];
  if (point.q !== null)
    rows.push(['q here', `${point.q === 'infinity' ? '∞' : showNumber(point.q)} · mean square of the output in this network`]);
  if (point.logGradient !== null)
    rows.push([
      'gradient here',
      `${showPower(point.logGradient / Math.LN10)} · mean square, relative to ${referenceText(summary)}`,
    ]);
  return rows;
}

const referenceText = ({ gradientReference }: Summary): string =>
  gradientReference ? `that at ${escapeMarkdown(gradientReference)}` : "the network's output";

function activationText(model: ModelReport, node: GraphNodeReport, models: readonly ModelReport[]): string {
  const [layer] = feedingLayers(model, node);
  const title = `**${escapeMarkdown(node.operation)}**`;
  if (!layer) return `${title}\n\nNo layer with weights feeds this activation directly.`;
  return `${title} is fed by\n\n${layerText(model, layer, models)}`;
}

/** Stacks of blocks that a hover has room for. */
const mostStacks = 4;

function modelText(model: ModelReport, models: readonly ModelReport[]): string {
  const { summary, entry, name } = model;
  const { symbol, label } = standing(model);
  const rows: [string, string][] = [];
  if (summary.chi1 !== null) rows.push(['χ₁', `**${showNumber(summary.chi1)}** · ${chiText(summary.chi1)} (typical layer)`]);
  if (summary.xiC !== null) rows.push(['ξ\\_c', `**${showDepth(summary.xiC)}** ${scaleText(summary.xiC)}`]);
  if (summary.depth > 0)
    rows.push([
      'depth',
      `${summary.depth} layers with weights${summary.trainableDepth === null ? '' : `, trainable up to ${showDepth(summary.trainableDepth)}`}`,
    ]);
  for (const stack of summary.blocks.slice(0, mostStacks)) rows.push(['blocks', escapeMarkdown(describeStack(stack))]);
  const { isometry } = summary;
  if (isometry && isometry.score !== null)
    rows.push(['isometry', `**${showNumber(isometry.score)}** · at 1 changes of the input pass alike in all directions`]);
  const { uncertainty } = summary;
  if (uncertainty?.trust)
    rows.push([
      'seeds',
      `×/÷ ${showNumber(10 ** ((1.645 * uncertainty.log10Gradient) / 2))} · gradient norms of 90 % of the draws of the weights: ${trustText[uncertainty.trust]}`,
    ]);
  const parts = [
    `**${escapeMarkdown(entry === name ? name : `${name} by ${entry}`)}** · ${symbol} ${label}`,
    escapeMarkdown(summary.verdict),
  ];
  if (rows.length > 0) parts.push(markdownTable(rows));
  parts.push(...chart(model.propagation), ...others(model, models));
  return parts.join('\n\n');
}

const trustText: Record<NonNullable<Uncertainty['trust']>, string> = {
  reliable: 'these numbers hold for single networks',
  'order-of-magnitude': 'orders of magnitude',
  'seed-dependent': 'narrow layers for this depth, seeds differ by more than a factor of e',
};

/** The chart, and the same numbers in words for those who cannot see it. */
function chart(points: readonly PropagationPoint[]): string[] {
  const image = sparkline(points);
  const first = points.find(({ logGradient }) => logGradient !== null)?.logGradient;
  const lengths = points.flatMap(({ q }) => (typeof q === 'number' && q > 0 ? q : []));
  if (!image || first == null || lengths.length === 0) return [];
  const gradient = `${showPower(first / Math.LN10)} at the first layer`;
  const signal = `from ${showNumber(lengths[0]!)} at the first layer to ${showNumber(lengths.at(-1)!)} at the last`;
  return [
    `![mean squared gradient from 1 at the output to ${gradient}; mean square of the signal ${signal}](${image})`,
    `Through depth, logarithmic. Solid: mean squared gradient, from 1 at the output to ${gradient}. Dashed: mean square of the signal, ${signal}.`,
  ];
}

function others(model: ModelReport, models: readonly ModelReport[]): string[] {
  const entries = models.filter((other) => other !== model && other.name === model.name).map(({ entry }) => entry);
  return entries.length > 0 ? [`Also analysed: ${escapeMarkdown(entries.join(', '))}.`] : [];
}

function same(model: ModelReport, layer: LayerReport, models: readonly ModelReport[]): string[] {
  const siblings = model.layers.filter(
    ({ range }) => range.start.line === layer.range.start.line && range.start.character === layer.range.start.character,
  );
  const notes: string[] = [];
  if (siblings.length > 1)
    notes.push(
      `This line makes ${siblings.length} layers: ${escapeMarkdown(siblings[0]!.path)} to ${escapeMarkdown(siblings.at(-1)!.path)}.`,
    );
  if (models.length > 1) notes.push(`In ${escapeMarkdown(model.entry)}.`);
  return notes.length > 0 ? [notes.join(' ')] : [];
}

/** What a layer's constructor writes has the place of the layer, where a reader finds no such call. */
function provenance({ source, sourceRange, kept, distribution, formula }: Distributed): string {
  const who = kept && sourceRange ? `the layer's own ${withoutPlace(source)}` : source;
  return escapeMarkdown([who, formula ? `${distribution}, variance ${formula}` : distribution].join(': '));
}

function chiText(chi1: number): string {
  if (Math.abs(chi1 - 1) <= 1e-3) return 'squared gradients keep their size';
  return `squared gradients ${chi1 < 1 ? 'shrink' : 'grow'} ${fold(Math.log10(chi1))} in each such layer`;
}

function scaleText(scale: number | 'infinity'): string {
  return scale === 'infinity'
    ? '· differences between inputs survive any depth'
    : 'layers · depth in which differences between inputs fade by e';
}

/** For clients that show no Markdown. */
function plain(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('![') && !/^\|[\s:|-]*\|$/.test(line))
    .map((line) =>
      line
        .replace(/^\| (.*?) \| (.*) \|$/, '$1: $2')
        .replace(/\*\*|(?<!\\)\*/g, '')
        .replace(/\\(.)/g, '$1'),
    )
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

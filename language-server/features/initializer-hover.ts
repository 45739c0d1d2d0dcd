import { showNumber } from '../format-number.js';
import type { Distributed, LayerReport, ModelReport, Range } from '../protocol.js';
import { sameRange } from '../range.js';
import { listed } from '../rules/listed.js';
import { initializerNotes } from './layer-notes.js';
import { escapeMarkdown, markdownTable } from './markdown.js';
import { withoutPlace } from './without-place.js';

/** The calls that wrote weights and biases of a model, with what to say of each: whom they wrote, and what came of it there. */
export function initializerCalls(model: ModelReport): { range: Range; text: () => string }[] {
  const groups: { range: Range; weights: LayerReport[]; biases: LayerReport[] }[] = [];
  const add = (layer: LayerReport, what: 'weights' | 'biases', written: Distributed | null) => {
    // What a layer's own constructor writes has the place of the layer.
    const place = written?.sourceRange;
    if (!place || written.kept || sameRange(place, layer.range)) return;
    const known = groups.find(({ range }) => sameRange(range, place));
    const group = known ?? { range: place, weights: [], biases: [] };
    if (!known) groups.push(group);
    group[what].push(layer);
  };
  for (const layer of model.layers) {
    add(layer, 'weights', layer.weight);
    add(layer, 'biases', layer.bias);
  }
  return groups.map(({ range, weights, biases }) => ({ range, text: () => callText(model, weights, biases) }));
}

function callText(model: ModelReport, weights: readonly LayerReport[], biases: readonly LayerReport[]): string {
  const first = (weights[0]?.weight ?? biases[0]?.bias)!;
  const written = [
    ...(weights.length > 0 ? [`the weights of ${listed(weights.map(({ path }) => path))}`] : []),
    ...(biases.length > 0 ? [`the biases of ${listed(biases.map(({ path }) => path))}`] : []),
  ];
  const name = withoutPlace(first.source);
  const rows: [string, string][] = [
    ['draws', escapeMarkdown(first.formula ? `${first.distribution}, variance ${first.formula}` : first.distribution)],
  ];
  const sigmaW2 = span(weights.map(({ weight }) => weight?.sigmaW2 ?? null));
  if (sigmaW2) rows.push(['σ\\_w²', sigmaW2]);
  const sigmaB2 = weights.length === 0 ? span(biases.map(({ bias }) => bias?.sigmaB2 ?? null)) : null;
  if (sigmaB2) rows.push(['σ\\_b²', sigmaB2]);
  const [layer] = weights.length > 0 ? weights : biases;
  rows.push(...initializerNotes(model, layer!));
  const bare = weights.filter(({ normalized, local }) => !normalized && local);
  const chi1 = span(bare.map(({ local }) => local!.chi1));
  if (chi1) rows.push(['χ₁', `${chi1} · factor on squared gradients in each of these layers`]);
  return [`**${escapeMarkdown(name)}** writes ${escapeMarkdown(written.join(' and '))}`, markdownTable(rows)].join('\n\n');
}

/** `0.333`, or `0.167 … 2` where layers differ; `null` where nothing is known. */
function span(values: readonly (number | null)[]): string | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const [low, high] = [showNumber(Math.min(...known)), showNumber(Math.max(...known))];
  return low === high ? `**${low}**` : `**${low} … ${high}**`;
}

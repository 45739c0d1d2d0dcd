import { type InlayHint, InlayHintKind } from 'vscode-languageserver';
import { showNumber } from '../format-number.js';
import type { FileReport, LayerReport, ModelReport, Range } from '../protocol.js';
import { overlaps, sameRange } from '../range.js';
import type { Settings } from '../settings.js';

/** `σ_w² = 0.333, χ₁ = 0.167` after the call that makes a layer. */
export function inlayHints(report: FileReport, visible: Range, { enabled, maximumLength }: Settings['inlayHints']): InlayHint[] {
  if (enabled === 'off') return [];
  const places: { range: Range; layers: LayerReport[] }[] = [];
  for (const model of report.models)
    for (const layer of model.layers) {
      if (layer.weight?.sigmaW2 == null || !overlaps(layer.range, visible)) continue;
      if (isInherited(model, layer, report.models)) continue;
      if (enabled === 'problems' && !isProblem(model, layer)) continue;
      const place = places.find(({ range }) => sameRange(range, layer.range));
      if (place) place.layers.push(layer);
      else places.push({ range: layer.range, layers: [layer] });
    }
  return places.map(({ range, layers }) => hint(range, layers, maximumLength));
}

/** A layer that a subclass takes over is told of at the class that makes it; both together would read like one model with a range. */
function isInherited({ definition }: ModelReport, { range }: LayerReport, models: readonly ModelReport[]): boolean {
  if (!definition || definition.start.line <= range.start.line) return false;
  return models.some(
    (other) =>
      other.definition &&
      other.definition.start.line <= range.start.line &&
      other.layers.some((layer) => sameRange(layer.range, range)),
  );
}

function isProblem({ findings }: ModelReport, { range }: LayerReport): boolean {
  return findings.some((finding) => [finding, ...finding.related].some((place) => sameRange(place.range, range)));
}

function hint(range: Range, layers: readonly LayerReport[], maximumLength: number): InlayHint {
  const sigmaW2 = span(layers.map(({ weight }) => weight?.sigmaW2));
  const chi1 = span(layers.map(({ local, normalized }) => (normalized ? null : local?.chi1)));
  const text = [sigmaW2 && `σ_w² = ${sigmaW2}`, chi1 && `χ₁ = ${chi1}`].filter(Boolean).join(', ');
  return {
    position: range.end,
    label: text.length <= maximumLength ? text : `${text.slice(0, maximumLength - 1)}…`,
    kind: InlayHintKind.Type,
    paddingLeft: true,
    tooltip: { kind: 'plaintext', value: tooltip(text, layers) },
  };
}

/** The one value that all layers made here share, else the smallest and the largest. */
function span(values: readonly (number | null | undefined)[]): string | null {
  const known = values.filter((value) => value != null).sort((a, b) => a - b);
  if (known.length === 0) return null;
  const [low, high] = [showNumber(known[0]!), showNumber(known.at(-1)!)];
  return low === high ? low : `${low}…${high}`;
}

function tooltip(text: string, layers: readonly LayerReport[]): string {
  const sources = [
    ...new Set(layers.map(({ weight }) => weight!.source + (weight!.formula ? `: variance ${weight!.formula}` : ''))),
  ];
  const activations = [...new Set(layers.flatMap(({ activation }) => activation ?? []))];
  const names = layers.length === 1 ? layers[0]!.path : `${layers.length} layers`;
  const feeds = activations.length > 0 ? `\nFeeds ${activations.join(', ')}.` : '';
  const meaning = layers.every(({ normalized }) => normalized)
    ? 'What follows normalizes the output: the scale of the weights cancels.'
    : 'χ₁ multiplies squared gradients in each layer; 1 keeps them.';
  return `${names}: ${text}\nWeights from ${sources.slice(0, 3).join('; ')}.${feeds}\n${meaning}`;
}

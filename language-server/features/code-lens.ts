import type { CodeLens } from 'vscode-languageserver';
import { showDepth, showNumber } from '../format-number.js';
import { standing } from '../phase-text.js';
import { analyzeCommand, type FileReport, type ModelReport } from '../protocol.js';
import { sameRange } from '../range.js';

/** "Analyze initialization · ordered · χ₁ 0.17 · trainable 3 of 13 layers" above each model; a click opens the panel. */
export function codeLenses({ models }: FileReport, uri: string): CodeLens[] {
  const shown = new Map<ModelReport, number>();
  return models.flatMap((model, index): CodeLens[] => {
    const place = [...shown.keys()].find(({ range }) => sameRange(range, model.range)) ?? model;
    const count = (shown.get(place) ?? 0) + 1;
    shown.set(place, count);
    const together = models.filter(({ range }) => sameRange(range, model.range)).length;
    if (count > maximalLenses + 1) return [];
    const rest = together - maximalLenses;
    const title = count > maximalLenses && rest > 1 ? `and ${rest} more` : lensTitle(model, together > 1, count === 1);
    return [{ range: model.range, command: { title, command: analyzeCommand, arguments: [uri, index] } }];
  });
}

/** Lenses of one place share a line of the editor: eight would not fit. */
const maximalLenses = 2;

function lensTitle(model: ModelReport, several: boolean, first: boolean): string {
  const { entry, name, summary } = model;
  const { phase, chi1, depth, trainableDepth } = summary;
  const { symbol, label } = standing(model);
  const parts = first ? ['Analyze initialization'] : [];
  if (several || entry !== name) parts.push(entry);
  if (symbol !== '?') parts.push(label);
  // Without a phase the graph branches: the χ₁ of one layer is not that of the network.
  if (phase && chi1 !== null) parts.push(`χ₁ ${showNumber(chi1)}`);
  if (typeof trainableDepth === 'number' && depth > 0)
    parts.push(
      trainableDepth < depth
        ? `trainable ${showDepth(Math.max(1, Math.floor(trainableDepth)))} of ${depth} layers`
        : `${depth} layers`,
    );
  else if (depth > 0) parts.push(depth === 1 ? '1 layer' : `${depth} layers`);
  return parts.join(' · ');
}

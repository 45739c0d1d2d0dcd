import { describeStack, largestStack } from '../block-text.js';
import { showDepth, showNumber } from '../format-number.js';
import { standing } from '../phase-text.js';
import type { ModelReport, Range, Summary } from '../protocol.js';
import type { Footnotes } from './footnotes.js';
import { layerTable } from './layer-table.js';
import { linePlace } from './place.js';
import type { PrettyOptions } from './pretty.js';
import type { Style } from './style.js';
import { printable, truncate, widthOf, wrap } from './text-width.js';

/** A model: name and place, the verdict in one sentence, its numbers, its layers, and what is not known about it. */
export function modelText(file: string, model: ModelReport, options: PrettyOptions, footnotes: Footnotes): string[] {
  const { style, width } = options;
  const place = linePlace(file, model.range);
  const lines = [
    `${style.bold(truncate(title(model), Math.max(shortestTitle, width - widthOf(place) - 2)))}  ${style.dim(place)}`,
    ...verdict(model, options),
    ...wrap(facts(model.summary, footnotes), width - 2).map((line) => `  ${style.dim(line)}`),
  ];
  if (model.layers.length > 0) lines.push('', ...layerTable(model, options));
  const notes = unknowns(model.summary, options);
  if (notes.length > 0) lines.push('', ...notes);
  return lines;
}

/** A long path must not push the name away. */
const shortestTitle = 30;

function title({ name, entry, arguments: bound }: ModelReport): string {
  const list = bound.map((argument) => `${argument.name}=${argument.value}`).join(', ');
  const call = list ? `${entry}(${list})` : entry;
  return printable(entry === name ? call : `${name} from ${entry}(${list})`);
}

function verdict(model: ModelReport, { style, width }: PrettyOptions): string[] {
  const { phase, verdict: sentence } = model.summary;
  const { symbol, label: word } = standing(model);
  const label = `${symbol} ${word}`;
  const [first = '', ...rest] = wrap(`${label.replaceAll(' ', '\u00a0')}\u00a0 ${printable(sentence)}`, width - 2);
  const painted = phase === null ? style.bold(label) : style.bold(style.phase(phase, label));
  return [first.startsWith(label) ? painted + first.slice(label.length) : first, ...rest.map((line) => `  ${line}`)];
}

/** The numbers behind the verdict, for those who know the theory; what is not known is left out here. */
function facts(summary: Summary, footnotes: Footnotes): string {
  const { mode, depth, chi1, xiC, xiGrad, trainableDepth, isometry, blocks, assumptions } = summary;
  const stack = largestStack(blocks);
  const score = isometry?.score ?? null;
  const items = [
    depth > 0 && `${depth} weight ${depth === 1 ? 'layer' : 'layers'} deep`,
    trainableDepth !== null && `trainable depth ${showDepth(trainableDepth)}`,
    chi1 !== null && `χ₁ = ${showNumber(chi1)}`,
    xiC !== null && `ξ_c = ${showDepth(xiC)}`,
    xiGrad !== null && `ξ_∇ = ${showDepth(xiGrad)}`,
    score !== null && `isometry ${showNumber(score)}`,
    stack && printable(describeStack(stack)),
    mode === 'train' ? 'training mode' : 'evaluation mode',
    assumptions.length > 0 && `assumed ${assumptions.map((text) => footnotes.mark(printable(text))).join(' ')}`,
  ];
  return items.flatMap((item) => (item ? [item.replaceAll(' ', '\u00a0')] : [])).join(' · ');
}

function unknowns({ unknown }: Summary, { style, width, full }: PrettyOptions): string[] {
  const shown = full ? unknown : unknown.slice(0, mostUnknowns);
  const lines = shown.flatMap(({ reason, range, path }) =>
    bullet('not known', printable(`${path ? `${path}: ` : ''}${reason} (${lineOf(range)})`), style, width),
  );
  const more = unknown.length - shown.length;
  return more > 0 ? [...lines, `  ${style.dim(`… ${more} more that are not known: see --full`)}`] : lines;
}

/** More would bury the verdict; `--full` and the JSON report have them all. */
const mostUnknowns = 6;

const lineOf = ({ start, cell }: Range): string => `${cell === undefined ? '' : `cell ${cell + 1}, `}line ${start.line + 1}`;

function bullet(label: string, text: string, style: Style, width: number): string[] {
  const [first = '', ...rest] = wrap(text, width - label.length - 4);
  const indent = ' '.repeat(label.length + 4);
  return [`  ${style.dim(label)}  ${first}`, ...rest.map((line) => indent + line)];
}

import type { FileReport, ModelReport, Problem } from '../protocol.js';
import { findingText } from './finding-text.js';
import { Footnotes } from './footnotes.js';
import type { Format, Totals } from './format.js';
import { modelText } from './model-text.js';
import { exactPlace } from './place.js';
import type { Style } from './style.js';
import { printable, wrap } from './text-width.js';

export interface PrettyOptions {
  style: Style;
  /** Columns of the terminal. */
  width: number;
  quiet: boolean;
  full: boolean;
  /** The time makes each output different, so it is told to people and not to files. */
  showTime: boolean;
}

/** For people: each model with its verdict and layers, its findings, and a closing line. */
export function prettyFormat(options: PrettyOptions): Format {
  const { style, width } = options;
  const footnotes = new Footnotes();
  let tables = 0;
  return {
    opening: () => '',
    file(report) {
      if (!options.quiet) tables += report.models.filter(({ layers }) => layers.length > 0).length;
      return fileText(report, options, footnotes);
    },
    closing(totals) {
      const lines = [closingLine(totals, options)];
      if (tables > 0) lines.unshift(...[...wrap(legend, width), ...footnotes.lines(width)].map(style.dim), '');
      return `${lines.join('\n')}\n`;
    },
  };
}

const legend =
  'σ_w²: weight variance times the weights summed · χ₁: factor on the squared gradient in each layer like this one, 1 is critical ' +
  '(▼ less: signals die out, ▲ more: they become chaos) · q: mean square of the layer’s output · gradient: mean squared gradient ' +
  'there, relative to that at the network’s output';

function fileText(report: FileReport, options: PrettyOptions, footnotes: Footnotes): string {
  const paragraphs = [
    ...report.problems.map((problem) => problemText(report.file, problem, options)),
    ...report.models.flatMap((model) => modelParagraphs(report.file, model, options, footnotes)),
  ];
  return paragraphs.map((lines) => `${lines.join('\n')}\n\n`).join('');
}

function modelParagraphs(file: string, model: ModelReport, options: PrettyOptions, footnotes: Footnotes): string[][] {
  const findings = model.findings.map((finding) => findingText(file, finding, options));
  return options.quiet ? findings : [modelText(file, model, options, footnotes), ...findings];
}

function problemText(file: string, { message, range }: Problem, { style, width }: PrettyOptions): string[] {
  const place = exactPlace(file, range);
  return [`${style.bold(place)} not analysed as it stands`, ...wrap(printable(message), width - 2).map((line) => `  ${line}`)];
}

function closingLine({ files, models, findings, milliseconds }: Totals, { style, showTime }: PrettyOptions): string {
  const time = showTime ? ` (${Math.round(milliseconds)} ms)` : '';
  if (models === 0) return `No PyTorch models found in ${count(files, 'file')}${time}`;
  return `${style.bold(`${count(models, 'model')}, ${count(findings, 'finding')}`)} in ${count(files, 'file')}${time}`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

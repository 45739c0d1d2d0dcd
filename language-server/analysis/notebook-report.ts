import type { FileReport, Position, Range } from '../protocol.js';
import type { NotebookText } from '../source/notebook.js';
import { readNotebook } from '../source/notebook-file.js';
import type { AnalyzeOptions } from './analyze.js';
import { type Analyzer, emptyReport } from './analyzer.js';

/** Analyses the text of an .ipynb file: its code cells as one program, with each place of the report in its cell. Never throws. */
export function analyzeNotebook(analyzer: Analyzer, json: string, options: AnalyzeOptions): FileReport {
  const file = readNotebook(json);
  if (file.kind === 'unsuitable') {
    const start = { line: 0, character: 0 };
    return { ...emptyReport(options.file), problems: [{ message: file.message, range: { start, end: start } }] };
  }
  const { notebook } = file;
  return inCells(analyzer.analyzeText(notebook.text, { ...options, nameLine: nameLineIn(notebook) }), notebook);
}

/** Names a line of the joined text as people who see cells do. */
export function nameLineIn(notebook: NotebookText): (line: number) => string {
  return (line) => {
    const { cell, position } = notebook.inCell({ line, character: 0 });
    return `cell ${cell + 1}, line ${position.line + 1}`;
  };
}

/** A report on the joined text of a notebook with every position turned into one of a cell. */
export function inCells(report: FileReport, notebook: NotebookText): FileReport {
  return relocated(report, notebook) as FileReport;
}

/** Reports are plain data in which only positions and ranges have the fields of those, so that one walk serves fields to come, too. */
function relocated(value: unknown, notebook: NotebookText): unknown {
  if (Array.isArray(value)) return value.map((entry) => relocated(entry, notebook));
  if (typeof value !== 'object' || value === null) return value;
  if (isRange(value)) {
    const { cell, start, end } = notebook.rangeInCell(value);
    return { start, end, cell };
  }
  if (isPosition(value)) return notebook.inCell(value).position;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, relocated(entry, notebook)]));
}

const isRange = (value: object): value is Range =>
  'start' in value && 'end' in value && isPosition(value.start) && isPosition(value.end);

const isPosition = (value: unknown): value is Position =>
  typeof value === 'object' && value !== null && 'line' in value && 'character' in value;

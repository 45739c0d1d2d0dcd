import type { Analyzer } from '../analysis/analyzer.js';
import { analyzeNotebook } from '../analysis/notebook-report.js';
import type { FileReport } from '../protocol.js';
import { defaultSettings, type Settings } from '../settings.js';
import { isNotebookPath } from '../source/notebook-file.js';

/** One file to analyse, as it goes to another process. */
export interface FileTask {
  /** As it is written in the report. */
  readonly file: string;
  readonly text: string;
  readonly choices: Pick<Settings, 'mode' | 'inputShape'>;
}

export function analyzeFile(analyzer: Analyzer, { file, text, choices }: FileTask): FileReport {
  const options = { file, settings: { ...defaultSettings, ...choices } };
  return isNotebookPath(file) ? analyzeNotebook(analyzer, text, options) : analyzer.analyzeText(text, options);
}

/** Of a file whose analysis ended the process that it ran in. */
export function lostReport(file: string, reason: string): FileReport {
  const start = { line: 0, character: 0 };
  return { file, framework: null, problems: [{ message: `Not analysed: ${reason}.`, range: { start, end: start } }], models: [] };
}

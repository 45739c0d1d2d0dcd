import { relative, resolve, sep } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { FileReport, ModelReport, Report } from '../protocol.js';
import type { AnalyzeArguments } from './arguments.js';
import { findFiles, reasonOf, standardInput, type Unreadable } from './find-files.js';
import { type Format, jsonFormat, type Totals } from './format.js';
import { inOrder } from './in-order.js';
import { prettyFormat } from './pretty.js';
import type { Progress } from './progress.js';
import { readSource } from './read-source.js';
import { createStyle, wantsColor } from './style.js';
import { printable } from './text-width.js';

/** What the command needs of the world around it. */
export interface Surroundings {
  tool: Report['tool'];
  /** Paths are relative to it, in arguments and in reports. */
  directory: string;
  environment: NodeJS.ProcessEnv;
  input: Readable;
  output: Writable & { isTTY?: boolean; columns?: number };
  errors: Writable;
  progress: Progress;
  /** Text in, report out. */
  analyze(file: string, text: string): FileReport | Promise<FileReport>;
  /** Files that may be under analysis at a time. */
  ahead: number;
}

/**
 * `meanfield analyze`: reports on every file that `paths` stand for.
 *
 * @returns the exit code: 0, 1 with findings of severity warning or error, 2 where a named path could not be read
 */
export async function analyzeCommand(
  paths: readonly string[],
  options: AnalyzeArguments,
  surroundings: Surroundings,
): Promise<number> {
  const start = performance.now();
  const { files, unreadable } = await findFiles(paths, surroundings.directory);
  const format = chooseFormat(options, surroundings);
  const totals: Totals = { files: 0, models: 0, findings: 0, alarms: 0, milliseconds: 0 };
  await write(surroundings, format.opening());
  let begun = 0;
  const reports = inOrder(files, surroundings.ahead, (path) => {
    surroundings.progress.at(begun++, files.length, shownPath(path, surroundings.directory));
    return reportOn(path, paths, surroundings, unreadable);
  });
  for await (const report of reports) {
    if (report === null) continue;
    count(report, totals);
    const text = format.file(report);
    if (text !== '') surroundings.progress.clear();
    await write(surroundings, text);
  }
  surroundings.progress.clear();
  totals.milliseconds = performance.now() - start;
  await write(surroundings, format.closing(totals));
  for (const trouble of unreadable) await complain(trouble, surroundings);
  if (unreadable.some(({ named }) => named)) return 2;
  return totals.alarms > 0 && !options.exitZero ? 1 : 0;
}

function chooseFormat(options: AnalyzeArguments, { tool, environment, output }: Surroundings): Format {
  if (options.format === 'json') return jsonFormat({ schema: 1, tool });
  return prettyFormat({
    style: createStyle(wantsColor(options.color, environment, output.isTTY === true)),
    width: terminalWidth(output.columns, environment.COLUMNS),
    quiet: options.quiet,
    full: options.full,
    showTime: output.isTTY === true,
  });
}

/** Between 40 and 160 columns, since longer lines of prose are hard to read; 120 where nothing is known, as in a log file. */
function terminalWidth(columns: number | undefined, fromEnvironment: string | undefined): number {
  const asked = columns || Number(fromEnvironment) || 120;
  return Math.min(160, Math.max(40, Math.floor(asked)));
}

/** `null` where the file cannot be read, which is noted in `unreadable`. */
async function reportOn(
  path: string,
  named: readonly string[],
  { analyze, directory, input }: Surroundings,
  unreadable: Unreadable[],
): Promise<FileReport | null> {
  const file = shownPath(path, directory);
  const source = await readSource(path === standardInput ? input : path).catch((error: unknown) => reasonOf(error));
  if (typeof source === 'string') {
    unreadable.push({ path, reason: source, named: named.some((name) => resolve(directory, name) === path) });
    return null;
  }
  if (source.kind === 'text') return analyze(file, source.text);
  const start = { line: 0, character: 0 };
  return { file, framework: null, problems: [{ message: source.message, range: { start, end: start } }], models: [] };
}

function count({ models }: FileReport, totals: Totals): void {
  const findings = models.flatMap((model: ModelReport) => model.findings);
  totals.files += 1;
  totals.models += models.length;
  totals.findings += findings.length;
  totals.alarms += findings.filter(({ severity }) => severity === 'warning' || severity === 'error').length;
}

/** As it is written in reports: relative to the working directory, with `/` on every system. */
function shownPath(path: string, directory: string): string {
  return path === standardInput ? '<stdin>' : (relative(directory, path) || '.').split(sep).join('/');
}

async function complain({ path, reason }: Unreadable, { errors, directory }: Surroundings): Promise<void> {
  await write({ output: errors }, `meanfield: ${printable(shownPath(path, directory))}: ${reason}\n`);
}

/** Waits until the text is out, so that a slow reader slows the analysis instead of filling the memory. */
function write({ output }: { output: Writable }, text: string): Promise<void> {
  // Signals such as Ctrl-C are delivered between turns of the event loop only, which the callback provides.
  return new Promise((done) => output.write(text, () => done()));
}

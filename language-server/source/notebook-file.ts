import { NotebookText } from './notebook.js';

export type NotebookFile = { kind: 'notebook'; notebook: NotebookText } | { kind: 'unsuitable'; message: string };

export interface NotebookLimits {
  readonly maximalLength: number;
  readonly maximalCells: number;
}

/** Images in outputs make notebooks long, but none that people write by hand has thousands of cells. */
export const defaultNotebookLimits: NotebookLimits = { maximalLength: 20 * 2 ** 20, maximalCells: 5_000 };

export const isNotebookPath = (path: string): boolean => path.toLowerCase().endsWith('.ipynb');

/**
 * Reads the code cells of an .ipynb file (nbformat 3 and 4). Outputs are not looked at; a notebook of another language has no Python cell.
 *
 * Never throws: what is no notebook says why.
 */
export function readNotebook(json: string, limits: NotebookLimits = defaultNotebookLimits): NotebookFile {
  if (json.length > limits.maximalLength)
    return unsuitable(`the notebook is longer than ${Math.round(limits.maximalLength / 2 ** 20)} MB`);
  if (json.trim() === '') return unsuitable('the notebook is empty');
  const content = parsed(json);
  if (content === undefined) return unsuitable('the notebook is not valid JSON');
  const cells = isObject(content) ? cellsOf(content) : null;
  if (!isObject(content) || cells === null) return unsuitable('the file has no list of cells, as notebooks have');
  if (cells.length > limits.maximalCells)
    return unsuitable(`the notebook has more than ${limits.maximalCells.toLocaleString('en-US')} cells`);
  const python = isPython(languageOf(content));
  const sources = cells.flatMap((cell) => {
    if (!isObject(cell) || cell.cell_type !== 'code') return [];
    // Cells of other languages count, and hold no Python.
    return [python && isPython(cellLanguage(cell)) ? sourceOf(cell) : ''];
  });
  return { kind: 'notebook', notebook: new NotebookText(sources) };
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const unsuitable = (reason: string): NotebookFile => ({ kind: 'unsuitable', message: `Not analysed: ${reason}.` });

/** The door to the parser of JSON, which throws for texts that are none. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json.startsWith('\ufeff') ? json.slice(1) : json);
  } catch {
    return undefined;
  }
}

/** nbformat 4 has `cells`, nbformat 3 has them in `worksheets`. */
function cellsOf({ cells, worksheets }: JsonObject): readonly unknown[] | null {
  if (Array.isArray(cells)) return cells;
  if (!Array.isArray(worksheets)) return null;
  return worksheets.flatMap((sheet) => (isObject(sheet) && Array.isArray(sheet.cells) ? sheet.cells : []));
}

/** The text of a cell: `source`, in nbformat 3 `input`; one string, or one a line. */
function sourceOf({ source, input }: JsonObject): string {
  const text = source ?? input;
  if (typeof text === 'string') return text;
  return Array.isArray(text) ? text.filter((line) => typeof line === 'string').join('') : '';
}

function languageOf({ metadata }: JsonObject): unknown {
  if (!isObject(metadata)) return undefined;
  const { language_info: info, kernelspec: kernel } = metadata;
  return (isObject(info) ? info.name : undefined) ?? (isObject(kernel) ? kernel.language : undefined);
}

/** Of one cell: nbformat 3 has it in the cell, VS Code in the metadata. */
function cellLanguage({ language, metadata }: JsonObject): unknown {
  const editor = isObject(metadata) ? metadata.vscode : undefined;
  return (isObject(editor) ? editor.languageId : undefined) ?? language;
}

/** What names no language is Python, as notebooks are by far most often. */
const isPython = (language: unknown): boolean => typeof language !== 'string' || /^i?python\d*$/i.test(language);

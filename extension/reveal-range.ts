import {
  NotebookRange,
  Selection,
  TabInputText,
  type TextEditor,
  TextEditorRevealType,
  type Uri,
  ViewColumn,
  window,
  workspace,
} from 'vscode';
import type { Range } from '../language-server/protocol.js';

/** Puts the cursor to the start of a range of a document or a cell, in the editor group that shows it already. */
export async function revealRange(uri: Uri, { start }: Range): Promise<void> {
  const editor = (await showCell(uri)) ?? (await window.showTextDocument(uri, { viewColumn: columnOf(uri) }));
  const { range } = editor.document.lineAt(Math.min(start.line, editor.document.lineCount - 1));
  const place = range.start.translate(0, Math.min(start.character, range.end.character));
  editor.selection = new Selection(place, place);
  editor.revealRange(editor.selection, TextEditorRevealType.InCenterIfOutsideViewport);
}

/** The editor of a cell inside of its notebook; `null` for what is no cell of an open notebook. */
async function showCell(uri: Uri): Promise<TextEditor | null> {
  const cells = workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
  const cell = cells.find(({ document }) => document.uri.toString() === uri.toString());
  if (!cell) return null;
  const shown = window.visibleNotebookEditors.find(({ notebook }) => notebook === cell.notebook);
  const selection = new NotebookRange(cell.index, cell.index + 1);
  const notebookEditor = await window.showNotebookDocument(cell.notebook, {
    viewColumn: shown?.viewColumn ?? ViewColumn.One,
    selections: [selection],
  });
  notebookEditor.revealRange(selection);
  return window.visibleTextEditors.find(({ document }) => document === cell.document) ?? null;
}

function columnOf(uri: Uri): ViewColumn {
  const shows = ({ input }: { input: unknown }) => input instanceof TabInputText && input.uri.toString() === uri.toString();
  return window.tabGroups.all.find(({ tabs }) => tabs.some(shows))?.viewColumn ?? ViewColumn.One;
}

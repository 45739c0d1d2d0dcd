import { type Range as EditorRange, Selection, TabInputText, TextEditorRevealType, type Uri, ViewColumn, window } from 'vscode';
import type { Range } from '../language-server/protocol.js';

/** Puts the cursor to the start of a range of a document, in the editor group that shows the document already. */
export async function revealRange(uri: Uri, { start }: Range): Promise<void> {
  const editor = await window.showTextDocument(uri, { viewColumn: columnOf(uri) });
  const { range }: { range: EditorRange } = editor.document.lineAt(Math.min(start.line, editor.document.lineCount - 1));
  const place = range.start.translate(0, Math.min(start.character, range.end.character));
  editor.selection = new Selection(place, place);
  editor.revealRange(editor.selection, TextEditorRevealType.InCenterIfOutsideViewport);
}

function columnOf(uri: Uri): ViewColumn {
  const shows = ({ input }: { input: unknown }) => input instanceof TabInputText && input.uri.toString() === uri.toString();
  return window.tabGroups.all.find(({ tabs }) => tabs.some(shows))?.viewColumn ?? ViewColumn.One;
}

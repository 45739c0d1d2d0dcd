import {
  commands,
  type Diagnostic,
  extensions,
  languages,
  Range,
  type TextDocument,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { eventually } from './runner.js';

export const extension = () => {
  const found = extensions.getExtension('meanfield.meanfield');
  if (!found) throw new Error('the extension is not there');
  return found;
};

/** Shows a file of the workspace as it is on disk, whatever a test before has left of it. */
export async function open(name: string): Promise<TextDocument> {
  const folder = workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('no folder is open');
  const document = await workspace.openTextDocument(Uri.joinPath(folder.uri, name));
  await window.showTextDocument(document, { preview: false });
  if (document.isDirty) await revert(document);
  return document;
}

export const findings = ({ uri }: { uri: Uri }): Diagnostic[] =>
  languages.getDiagnostics(uri).filter(({ source }) => source === 'meanfield');

export const codeOf = ({ code }: Diagnostic): string =>
  typeof code === 'object' ? String(code.value) : code === undefined ? '' : String(code);

export const finding = (document: TextDocument, rule: string): Diagnostic | undefined =>
  findings(document).find((diagnostic) => codeOf(diagnostic) === rule);

export const appears = (document: TextDocument, rule: string): Promise<Diagnostic> =>
  eventually(`${rule} in ${document.fileName}`, () => finding(document, rule));

export const disappears = (document: TextDocument, rule: string): Promise<boolean> =>
  eventually(`the end of ${rule} in ${document.fileName}`, () => !finding(document, rule));

/** Replaces the first place that has the text. */
export async function replace(document: TextDocument, old: string, text: string): Promise<void> {
  const start = document.getText().indexOf(old);
  if (start < 0) throw new Error(`${old} is not in the document`);
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(document.positionAt(start), document.positionAt(start + old.length)), text);
  if (!(await workspace.applyEdit(edit))) throw new Error('the edit was refused');
}

export function positionOf(document: TextDocument, text: string) {
  return document.positionAt(document.getText().indexOf(text) + 1);
}

/** Brings the file back to what is on disk. */
export async function revert(document: TextDocument): Promise<void> {
  await window.showTextDocument(document);
  await commands.executeCommand('workbench.action.files.revert');
}

export async function setting(name: string, value: unknown): Promise<void> {
  await workspace.getConfiguration('meanfield').update(name, value);
}

import { languages, type TextDocument } from 'vscode';

/**
 * Documents that the language server is told about: saved and unsaved Python files, also of virtual workspaces, and cells of notebooks. The left sides
 * of comparisons (`git:`) are left out, since nobody edits them.
 */
export const analysedDocuments = [
  { language: 'python', scheme: 'file' },
  { language: 'python', scheme: 'untitled' },
  { language: 'python', scheme: 'vscode-vfs' },
  { language: 'python', scheme: 'vscode-notebook-cell' },
];

export const isAnalysed = (document: TextDocument): boolean => languages.match(analysedDocuments, document) > 0;

import type { Connection, NotebookDocumentChangeEvent } from 'vscode-languageserver';
import { nameLineIn } from '../analysis/notebook-report.js';
import { OpenNotebook } from '../analysis/open-notebook.js';
import { NotebookView } from './notebook-view.js';
import type { Workbench } from './workbench.js';

/**
 * The open notebooks. Each is one document of the workbench, under the URI of the notebook, with the joined text of its cells.
 *
 * The library's own `NotebookDocuments` takes a change in over several turns of the event loop, so that a request which follows it at
 * once would be answered from the text before; here a notification is taken in whole before the next message is read.
 */
export class Notebooks {
  private readonly notebooks = new Map<string, OpenNotebook>();
  /** Counts changes of all notebooks: clients may leave the version of a notebook when a cell changes. */
  private revision = 0;

  constructor(
    private readonly workbench: Workbench,
    /** Told of each cell that is no more in its notebook. */
    private readonly closed: (cellUri: string) => void,
  ) {}

  listen({ notebooks: { synchronization } }: Connection): void {
    synchronization.onDidOpenNotebookDocument(({ notebookDocument: { uri, cells }, cellTextDocuments }) => {
      this.close(uri);
      const notebook = new OpenNotebook(
        uri,
        cells.map(({ document }) => document),
        cellTextDocuments,
      );
      this.notebooks.set(uri, notebook);
      this.workbench.open(uri, 'python', ++this.revision, notebook.text.text, (line) => nameLineIn(notebook.text)(line));
    });
    synchronization.onDidChangeNotebookDocument(({ notebookDocument: { uri }, change }) => this.change(uri, change));
    synchronization.onDidCloseNotebookDocument(({ notebookDocument: { uri } }) => this.close(uri));
  }

  /** The notebook of this URI, or the one that has the cell of this URI. */
  of(uri: string): OpenNotebook | null {
    const notebook = this.notebooks.get(uri);
    if (notebook) return notebook;
    for (const other of this.notebooks.values()) if (other.cellUris.includes(uri)) return other;
    return null;
  }

  private change(uri: string, { cells }: NotebookDocumentChangeEvent): void {
    const notebook = this.notebooks.get(uri);
    if (!notebook || !cells) return;
    const before = notebook.cellUris.slice();
    const { structure, textContent = [] } = cells;
    notebook.change({
      ...(structure && {
        replaced: { ...structure.array, cells: (structure.array.cells ?? []).map(({ document }) => document) },
        opened: structure.didOpen ?? [],
        closed: (structure.didClose ?? []).map((cell) => cell.uri),
      }),
      edited: textContent.map(({ document, changes }) => ({ ...document, changes })),
    });
    const left = new Set(notebook.cellUris);
    for (const cell of before) if (!left.has(cell)) this.closed(cell);
    this.workbench.change(uri, [{ text: notebook.text.text }], ++this.revision);
  }

  private close(uri: string): void {
    const notebook = this.notebooks.get(uri);
    if (!notebook) return;
    this.workbench.close(uri);
    this.notebooks.delete(uri);
    for (const cell of notebook.cellUris) this.closed(cell);
  }
}

/** The answers about a notebook as it is now. */
export function viewOf({ text, cellUris }: OpenNotebook): NotebookView {
  return new NotebookView(text, cellUris.slice());
}

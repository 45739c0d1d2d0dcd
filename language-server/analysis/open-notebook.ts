import { TextDocument, type TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import { NotebookText } from '../source/notebook.js';

/** The text of a cell, as an editor opens it. */
export interface CellText {
  readonly uri: string;
  readonly languageId: string;
  readonly version: number;
  readonly text: string;
}

/** A change of a notebook: first of the list of its cells, then of their texts. */
export interface NotebookChange {
  readonly replaced?: { readonly start: number; readonly deleteCount: number; readonly cells: readonly string[] };
  readonly opened?: readonly CellText[];
  readonly closed?: readonly string[];
  readonly edited?: readonly { uri: string; version: number; changes: readonly TextDocumentContentChangeEvent[] }[];
}

/** A notebook in an editor: its cells in order, and their texts joined to one. */
export class OpenNotebook {
  private readonly cells: string[];
  private readonly texts = new Map<string, TextDocument>();
  private joined: NotebookText;

  /** @param cells URIs of the cells, in order; those of other languages hold nothing to analyse */
  constructor(
    readonly uri: string,
    cells: readonly string[],
    texts: readonly CellText[],
  ) {
    this.cells = [...cells];
    for (const text of texts) this.openText(text);
    this.joined = this.join();
  }

  /** URIs of the cells, in order. */
  get cellUris(): readonly string[] {
    return this.cells;
  }

  get text(): NotebookText {
    return this.joined;
  }

  versionOf(cellUri: string): number | undefined {
    return this.texts.get(cellUri)?.version;
  }

  change({ replaced, opened = [], closed = [], edited = [] }: NotebookChange): void {
    if (replaced) this.cells.splice(replaced.start, replaced.deleteCount, ...replaced.cells);
    for (const uri of closed) this.texts.delete(uri);
    for (const text of opened) this.openText(text);
    for (const { uri, version, changes } of edited) {
      const text = this.texts.get(uri);
      if (text) this.texts.set(uri, TextDocument.update(text, [...changes], version));
    }
    this.joined = this.join();
  }

  private openText({ uri, languageId, version, text }: CellText): void {
    this.texts.set(uri, TextDocument.create(uri, languageId, version, text));
  }

  private join(): NotebookText {
    return new NotebookText(
      this.cells.map((uri) => {
        const text = this.texts.get(uri);
        return text?.languageId === 'python' ? text.getText() : '';
      }),
    );
  }
}

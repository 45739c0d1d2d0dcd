import type { CodeAction, CodeLens, Diagnostic, Hover, InlayHint, TextEdit } from 'vscode-languageserver';
import type { Position, Range } from '../protocol.js';
import type { NotebookText } from '../source/notebook.js';

/** Answers about the joined text of a notebook, turned into answers about its cells. Made for one state of the notebook. */
export class NotebookView {
  /** @param cellUris URIs of the cells, in order */
  constructor(
    private readonly text: NotebookText,
    private readonly cellUris: readonly string[],
  ) {}

  /** What a request about a cell asks of the joined text. */
  position(cellUri: string, position: Position): Position {
    return this.text.fromCell({ cell: this.cellUris.indexOf(cellUri), position });
  }

  range(cellUri: string, range: Range): Range {
    return this.text.rangeFromCell(this.cellUris.indexOf(cellUri), range);
  }

  /** Whether a range of the joined text starts in the cell. */
  isIn(cellUri: string, { start }: Range): boolean {
    return this.uriAt(start) === cellUri;
  }

  hover(hover: Hover | null): Hover | null {
    return hover?.range ? { ...hover, range: this.rangeInCell(hover.range) } : hover;
  }

  hints(cellUri: string, hints: readonly InlayHint[]): InlayHint[] {
    return hints
      .filter(({ position }) => this.uriAt(position) === cellUri)
      .map((hint) => ({ ...hint, position: this.text.inCell(hint.position).position }));
  }

  lenses(cellUri: string, lenses: readonly CodeLens[]): CodeLens[] {
    return lenses
      .filter(({ range }) => this.isIn(cellUri, range))
      .map((lens) => ({
        ...lens,
        range: this.rangeInCell(lens.range),
        ...(lens.command && { command: { ...lens.command, arguments: [cellUri, ...(lens.command.arguments ?? []).slice(1)] } }),
      }));
  }

  actions(actions: readonly CodeAction[]): CodeAction[] {
    return actions.map((action) => ({
      ...action,
      ...(action.diagnostics && { diagnostics: action.diagnostics.map((diagnostic) => this.diagnostic(diagnostic)) }),
      ...(action.edit?.changes && { edit: { changes: this.changes(Object.values(action.edit.changes).flat()) } }),
    }));
  }

  diagnostics(cellUri: string, diagnostics: readonly Diagnostic[]): Diagnostic[] {
    return diagnostics.filter(({ range }) => this.isIn(cellUri, range)).map((diagnostic) => this.diagnostic(diagnostic));
  }

  private diagnostic(diagnostic: Diagnostic): Diagnostic {
    const related = diagnostic.relatedInformation?.map(({ location: { range }, message }) => ({
      location: { uri: this.uriAt(range.start), range: this.rangeInCell(range) },
      message,
    }));
    return { ...diagnostic, range: this.rangeInCell(diagnostic.range), ...(related && { relatedInformation: related }) };
  }

  /** Edits may go to other cells than the finding that they repair. */
  private changes(edits: readonly TextEdit[]): Record<string, TextEdit[]> {
    const changes: Record<string, TextEdit[]> = {};
    for (const { range, newText } of edits) {
      changes[this.uriAt(range.start)] ??= [];
      changes[this.uriAt(range.start)]!.push({ range: this.rangeInCell(range), newText });
    }
    return changes;
  }

  private uriAt(position: Position): string {
    return this.cellUris[this.text.inCell(position).cell] ?? '';
  }

  private rangeInCell(range: Range): { start: Position; end: Position } {
    const { start, end } = this.text.rangeInCell(range);
    return { start, end };
  }
}

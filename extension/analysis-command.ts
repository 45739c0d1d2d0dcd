import { Uri, window } from 'vscode';
import type { ModelReport } from '../language-server/protocol.js';
import { isAnalysed } from './documents.js';
import type { Panel } from './panel.js';
import type { ServerSession } from './server-session.js';

/** "Analyze initialization", from a code lens with its model, or from the palette for the model at the cursor. */
export class Analysis {
  constructor(
    private readonly server: ServerSession,
    private readonly panel: Panel,
  ) {}

  /** Arguments come from lenses, but also from key bindings and other extensions: whatever does not fit is as if not given. */
  async run(uri: unknown, model: unknown): Promise<void> {
    const target = readUri(uri);
    if (target && typeof model === 'number') return this.panel.open(target, model);
    const editor = window.activeTextEditor;
    if (target && editor?.document.uri.toString() !== target.toString()) return this.panel.open(target, 0);
    if (!editor || !isAnalysed(editor.document)) {
      void window.showInformationMessage('meanfield: open a Python file that defines a PyTorch model, then analyze it.');
      return;
    }
    const { document, selection } = editor;
    await this.panel.open(document.uri, await this.modelAt(document.uri, selection.active.line));
  }

  private async modelAt(uri: Uri, line: number): Promise<number> {
    try {
      const answer = await this.server.report({ uri: uri.toString() });
      const cell = answer?.cells?.indexOf(uri.toString()) ?? 0;
      return modelAt(answer?.report.models ?? [], line, cell);
    } catch {
      // The panel meets the same error and shows it.
      return 0;
    }
  }
}

/** The first of the models that are defined last before the line, since a model ends where the next one begins. */
export function modelAt(models: readonly ModelReport[], line: number, cell: number): number {
  const starts = models.map(({ range }) => (range.cell ?? 0) * linesOfCell + range.start.line);
  const nearest = Math.max(...starts.filter((start) => start <= cell * linesOfCell + line));
  return Math.max(0, starts.indexOf(nearest));
}

/** More than any cell has, so that one number orders the places of a notebook. */
const linesOfCell = 1e6;

function readUri(value: unknown): Uri | null {
  if (value instanceof Uri) return value;
  return typeof value === 'string' && /^[a-z][a-z0-9+.-]*:/i.test(value) ? Uri.parse(value) : null;
}

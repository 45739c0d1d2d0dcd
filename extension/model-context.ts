import { commands, type Disposable, Disposable as Disposables, window, workspace } from 'vscode';
import type { ServerSession } from './server-session.js';

/** Keeps the context key `meanfield.modelInEditor`, so that commands are offered only where there is a model to analyse. */
export class ModelContext implements Disposable {
  private readonly withModels = new Set<string>();
  private readonly subscription: Disposable;
  private shown: boolean | null = null;

  constructor(server: ServerSession) {
    this.subscription = Disposables.from(
      server.onReportChanged(({ uri, models }) => {
        if (models > 0) this.withModels.add(uri);
        else this.withModels.delete(uri);
        this.update();
      }),
      workspace.onDidCloseTextDocument(({ uri }) => this.withModels.delete(uri.toString())),
      window.onDidChangeActiveTextEditor(() => this.update()),
    );
    this.update();
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private update(): void {
    const uri = window.activeTextEditor?.document.uri.toString();
    const found = uri !== undefined && this.withModels.has(uri);
    if (found === this.shown) return;
    this.shown = found;
    void commands.executeCommand('setContext', 'meanfield.modelInEditor', found);
  }
}

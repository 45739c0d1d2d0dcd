import { type Command, type Disposable, LanguageStatusSeverity, languages } from 'vscode';
import type { ServerStatus } from '../language-server/protocol.js';
import { analysedDocuments } from './documents.js';
import type { ServerSession } from './server-session.js';

/** The entry under the `{}` of the status bar: what the server does, and the command that helps in that state. */
export class Status implements Disposable {
  private readonly item = languages.createLanguageStatusItem('meanfield.status', analysedDocuments);
  private readonly subscription: Disposable;

  constructor(server: ServerSession) {
    this.item.name = 'meanfield';
    this.show({ state: 'busy', message: 'Starting…', milliseconds: null });
    this.subscription = server.onStatus((status) => this.show(status));
  }

  dispose(): void {
    this.subscription.dispose();
    this.item.dispose();
  }

  private show({ state, message, milliseconds }: ServerStatus): void {
    this.item.busy = state === 'busy';
    this.item.severity = severities[state];
    this.item.text = `meanfield: ${message}`;
    this.item.detail = milliseconds === null ? '' : `analysed in ${Math.max(1, Math.round(milliseconds))} ms`;
    this.item.command = commandOf[state];
  }
}

const severities: Readonly<Record<ServerStatus['state'], LanguageStatusSeverity>> = {
  ready: LanguageStatusSeverity.Information,
  busy: LanguageStatusSeverity.Information,
  limited: LanguageStatusSeverity.Warning,
  error: LanguageStatusSeverity.Error,
};

const showOutput: Command = { title: 'Show output', command: 'meanfield.showOutput' };
const restartServer: Command = { title: 'Restart server', command: 'meanfield.restartServer' };

const commandOf: Readonly<Record<ServerStatus['state'], Command>> = {
  ready: showOutput,
  busy: showOutput,
  limited: showOutput,
  error: restartServer,
};

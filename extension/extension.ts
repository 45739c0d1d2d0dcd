import type { ExtensionContext } from 'vscode';
import { commands, window } from 'vscode';
import { analyzeCommand } from '../language-server/protocol.js';
import { Analysis } from './analysis-command.js';
import { ModelContext } from './model-context.js';
import { Panel } from './panel.js';
import { ServerSession } from './server-session.js';
import { Status } from './status.js';

let session: ServerSession | undefined;

/** Wires everything and returns at once: the language server starts afterwards and is never awaited here. */
export function activate(context: ExtensionContext): void {
  const output = window.createOutputChannel('meanfield', { log: true });
  const server = new ServerSession(context.asAbsolutePath('dist/server.js'), output);
  const panel = new Panel(context.extensionUri, server);
  const analysis = new Analysis(server, panel);
  session = server;
  context.subscriptions.push(
    output,
    server,
    panel,
    new Status(server),
    new ModelContext(server),
    commands.registerCommand(analyzeCommand, (uri?: unknown, model?: unknown) => analysis.run(uri, model)),
    commands.registerCommand('meanfield.restartServer', () => server.restart()),
    commands.registerCommand('meanfield.showOutput', () => output.show()),
  );
  void commands.executeCommand('setContext', 'meanfield.active', true);
  setImmediate(() => void server.start());
}

/** Lets the server end by itself before the window closes. */
export async function deactivate(): Promise<void> {
  await session?.stop();
}

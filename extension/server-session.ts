import type { CancellationToken, Disposable, LogOutputChannel } from 'vscode';
import { commands, EventEmitter, window } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  type Charts,
  type ChartsRequest,
  chartsMethod,
  type ReportAnswer,
  type ReportChanged,
  type ReportRequest,
  reportChangedMethod,
  reportMethod,
  type ServerStatus,
  type SimulateRequest,
  type Simulation,
  type SimulationProgress,
  simulateMethod,
  simulationProgressMethod,
  statusMethod,
} from '../language-server/protocol.js';
import { analysedDocuments } from './documents.js';
import { RestartBudget } from './restart-budget.js';

/** The bundled language server and the client that speaks to it; the client may change, the session stays. */
export class ServerSession implements Disposable {
  private readonly statusChanged = new EventEmitter<ServerStatus>();
  private readonly reportsChanged = new EventEmitter<ReportChanged>();
  readonly onStatus = this.statusChanged.event;
  private readonly simulated = new EventEmitter<SimulationProgress>();
  readonly onSimulationProgress = this.simulated.event;
  readonly onReportChanged = this.reportsChanged.event;

  private client: LanguageClient | null = null;
  private ready: Promise<LanguageClient | null> = Promise.resolve(null);
  private disposed = false;

  constructor(
    private readonly serverPath: string,
    readonly output: LogOutputChannel,
  ) {}

  /** Starts the server; what goes wrong is shown in the status item and in the output, and never thrown. */
  start(): Promise<void> {
    this.ready = this.open(new RestartBudget(maximalRestarts, restartWindowMs));
    return this.ready.then(() => {});
  }

  async restart(): Promise<void> {
    await this.stop();
    if (!this.disposed) await this.start();
  }

  async stop(): Promise<void> {
    // A client whose start hangs never becomes ready, and has to end all the same.
    const { client } = this;
    this.client = null;
    this.ready = Promise.resolve(null);
    if (client) await this.end(client);
  }

  /** The report of the present text, or `null` where the document is not open. @throws Error without a running server */
  report(request: ReportRequest): Promise<ReportAnswer | null> {
    return this.request(reportMethod, request);
  }

  /** What the panel draws beside the report; `null` once it is no longer wanted. @throws Error without a running server */
  async charts(request: ChartsRequest, token: CancellationToken): Promise<Charts | null> {
    try {
      return await this.request(chartsMethod, request, token);
    } catch (error) {
      if (token.isCancellationRequested) return null;
      throw error;
    }
  }

  /** Random networks of a model's law; `null` where it is cancelled or there is no result. @throws Error without a running server */
  async simulate(request: SimulateRequest, token: CancellationToken): Promise<Simulation | null> {
    const client = await this.ready;
    if (!client) throw new Error('The language server is not running.');
    return client.sendRequest<Simulation | null>(simulateMethod, request, token);
  }

  dispose(): void {
    this.disposed = true;
    this.simulated.dispose();
    this.statusChanged.dispose();
    this.reportsChanged.dispose();
  }

  private async request<Answer>(method: string, parameters: object, token?: CancellationToken): Promise<Answer> {
    const client = await this.ready;
    if (!client) throw new Error('The language server is not running.');
    // An absent token would count as a second parameter.
    return token ? client.sendRequest<Answer>(method, parameters, token) : client.sendRequest<Answer>(method, parameters);
  }

  /** A client with a running server; a server that ends while it starts is tried again within the budget. */
  private async open(budget: RestartBudget): Promise<LanguageClient | null> {
    this.statusChanged.fire({ state: 'busy', message: 'Starting…', milliseconds: null });
    while (!this.disposed)
      try {
        const client = await this.connect(budget);
        this.statusChanged.fire({ state: 'ready', message: 'Ready', milliseconds: null });
        return client;
      } catch (error) {
        this.output.error('The language server could not be started.', error instanceof Error ? error : String(error));
        if (budget.spend(Date.now())) continue;
        this.fail('The language server could not be started.');
        break;
      }
    return null;
  }

  private async connect(budget: RestartBudget): Promise<LanguageClient> {
    const { LanguageClient, TransportKind } = await import('vscode-languageclient/node');
    const client = new LanguageClient(
      'meanfield',
      'meanfield',
      { module: this.serverPath, transport: TransportKind.ipc },
      {
        documentSelector: analysedDocuments,
        outputChannel: this.output,
        initializationFailedHandler: () => false,
        errorHandler: {
          error: (_error, _message, count) => ({ action: (count ?? 0) <= 3 ? continueRunning : shutDown, handled: true }),
          // The client's own restart can meet a start that is still under way, so `recover` takes a new client.
          closed: () => ({ action: doNotRestart, handled: true }),
        },
      },
    );
    client.onNotification(statusMethod, (status: ServerStatus) => this.statusChanged.fire(status));
    client.onNotification(reportChangedMethod, (change: ReportChanged) => this.reportsChanged.fire(change));
    client.onNotification(simulationProgressMethod, (progress: SimulationProgress) => this.simulated.fire(progress));
    this.client = client;
    try {
      await client.start();
      // The end of the process, not of its channel, is what tells: an extension host does not always see a channel close.
      client.serverProcess?.once('exit', () => void this.recover(client, budget));
      return client;
    } catch (error) {
      await this.end(client);
      throw error;
    }
  }

  private async recover(client: LanguageClient, budget: RestartBudget): Promise<void> {
    if (this.disposed || this.client !== client) return;
    this.client = null;
    const again = budget.spend(Date.now());
    this.output.warn(`The language server ended unexpectedly${again ? ' and is restarted' : ''}.`);
    if (again) this.ready = this.end(client).then(() => this.open(budget));
    else {
      this.fail(`The language server ended ${maximalRestarts + 1} times within three minutes and was not restarted.`);
      await this.end(client);
    }
  }

  /** Ends a client whose server may be gone already, or hangs: neither may keep the window, or a restart, waiting. */
  private async end(client: LanguageClient): Promise<void> {
    try {
      await client.dispose(stopMs);
    } catch (error) {
      this.output.debug('The language server did not end in order.', error);
    }
  }

  /** Says in the status item and in a message that nothing is analysed any more, and offers the way back. */
  private fail(message: string): void {
    if (this.disposed) return;
    this.ready = Promise.resolve(null);
    this.statusChanged.fire({ state: 'error', message, milliseconds: null });
    void window.showErrorMessage(`meanfield: ${message}`, 'Restart server', 'Show output').then((choice) => {
      if (choice === 'Restart server') void commands.executeCommand('meanfield.restartServer');
      if (choice === 'Show output') this.output.show();
    });
  }
}

const maximalRestarts = 4;
const restartWindowMs = 3 * 60_000;
const stopMs = 2_000;

// The enums of the client as numbers: importing them would load the client while the extension activates.
const continueRunning = 1;
const shutDown = 2;
const doNotRestart = 1;

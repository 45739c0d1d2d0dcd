import {
  CancellationTokenSource,
  type Disposable,
  Disposable as Disposables,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import type { ModelReport, Range, ReportAnswer, Simulation, ToWebview } from '../language-server/protocol.js';
import { analysedDocuments } from './documents.js';
import { readPanelMessage, readSavedTarget } from './panel-message.js';
import { pageRoot, panelPage } from './panel-page.js';
import { revealRange } from './reveal-range.js';
import type { ServerSession } from './server-session.js';

/** What the panel is about. The name lets it stay with its model when models are added or removed above it. */
interface Target {
  readonly uri: Uri;
  model: number;
  name: string | null;
}

const viewType = 'meanfield.panel';

/** The one panel beside the editor: it shows the model that was asked for last, and follows its document live. */
export class Panel implements Disposable {
  private view: WebviewPanel | null = null;
  private target: Target | null = null;
  private shown: ReportAnswer | null = null;
  private updating = false;
  private outdated = false;
  /** Ends what is computed beside the report that is shown. */
  private drawing: CancellationTokenSource | null = null;
  private simulation: CancellationTokenSource | null = null;
  private readonly subscription: Disposable;

  constructor(
    private readonly extension: Uri,
    private readonly server: ServerSession,
  ) {
    this.subscription = Disposables.from(
      window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (view, state) => this.restore(view, state),
      }),
      server.onReportChanged(({ uri }) => {
        if (this.isTarget(uri)) this.update();
      }),
      server.onSimulationProgress(({ uri, model, done, draws }) => {
        if (this.simulation && this.isTarget(uri)) this.send({ type: 'simulating', model, done, draws });
      }),
      server.onStatus(({ state, message }) => {
        if (state === 'error') this.send({ type: 'error', message });
      }),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || !this.isTarget(document.uri.toString())) return;
        this.drawing?.cancel();
        this.send({ type: 'stale' });
      }),
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (this.isTarget(uri.toString())) this.send({ type: 'error', message: `${nameOf(uri)} was closed. Open it and retry.` });
      }),
    );
  }

  /** Shows a model of a document, in the panel that is open or in a new one beside the editor. */
  async open(uri: Uri, model: number): Promise<void> {
    this.target = { uri, model, name: null };
    if (this.view) this.view.reveal(undefined, true);
    else {
      const options = { enableScripts: true, localResourceRoots: [pageRoot(this.extension)] };
      this.adopt(
        window.createWebviewPanel(viewType, 'Initialization', { viewColumn: ViewColumn.Beside, preserveFocus: true }, options),
      );
    }
    this.update();
  }

  dispose(): void {
    this.view?.dispose();
    this.subscription.dispose();
  }

  private restore(view: WebviewPanel, state: unknown): void {
    const saved = readSavedTarget(state);
    const uri = saved && Uri.parse(saved.uri);
    if (!uri || !analysedDocuments.some(({ scheme }) => scheme === uri.scheme)) {
      view.dispose();
      return;
    }
    this.view?.dispose();
    this.target = { uri, model: saved.model, name: null };
    view.webview.options = { enableScripts: true, localResourceRoots: [pageRoot(this.extension)] };
    this.adopt(view);
  }

  private adopt(view: WebviewPanel): void {
    this.view = view;
    const image = (name: string) => Uri.joinPath(this.extension, 'extension', 'images', name);
    view.iconPath = { light: image('panel-light.svg'), dark: image('panel-dark.svg') };
    view.webview.onDidReceiveMessage((data: unknown) => this.receive(data));
    view.onDidDispose(() => {
      if (this.view !== view) return;
      this.simulation?.cancel();
      this.view = null;
      this.target = null;
      this.shown = null;
    });
    view.webview.html = panelPage(view.webview, this.extension);
  }

  private receive(data: unknown): void {
    const message = readPanelMessage(data);
    switch (message?.type) {
      case 'selectModel':
        if (this.target) this.target = { uri: this.target.uri, model: message.model, name: null };
        this.update();
        break;
      case 'simulate':
        void this.simulate(message.model);
        break;
      case 'cancelSimulation':
        this.simulation?.cancel();
        break;
      case 'ready':
      case 'retry':
        this.update();
        break;
      case 'revealLayer':
        this.reveal(this.model(message.model)?.layers[message.layer]?.range);
        break;
      case 'revealFinding':
        this.reveal(this.model(message.model)?.findings[message.finding]?.range);
        break;
      case 'revealUnknown':
        this.reveal(this.model(message.model)?.summary.unknown[message.unknown]?.range);
        break;
      case 'showOutput':
        this.server.output.show();
        break;
    }
  }

  private async simulate(model: number): Promise<void> {
    const { target, shown } = this;
    if (!target || !shown) return;
    this.simulation?.cancel();
    const run = new CancellationTokenSource();
    this.simulation = run;
    const uri = target.uri.toString();
    const { version } = shown;
    const tell = (simulation: Simulation | null, reason: string | null) => {
      if (this.simulation === run && this.isTarget(uri)) this.send({ type: 'simulation', version, model, simulation, reason });
    };
    try {
      const simulation = await this.server.simulate({ uri, model }, run.token);
      tell(
        simulation,
        simulation || run.token.isCancellationRequested ? null : 'This model cannot be simulated: it is too large.',
      );
    } catch (error) {
      tell(null, run.token.isCancellationRequested ? null : error instanceof Error ? error.message : String(error));
    } finally {
      if (this.simulation === run) this.simulation = null;
      run.dispose();
    }
  }

  private model(index: number): ModelReport | undefined {
    return this.shown?.report.models[index];
  }

  private reveal(range: Range | undefined): void {
    if (!range || !this.target) return;
    const cell = range.cell === undefined ? undefined : this.shown?.cells?.[range.cell];
    void revealRange(cell === undefined ? this.target.uri : Uri.parse(cell), range);
  }

  /** Brings the panel up to date; calls that come meanwhile end in one further round on the newest text. */
  private update(): void {
    this.outdated = true;
    // What is drawn beside an older text is no longer wanted, and its newer report must not wait for it.
    this.drawing?.cancel();
    if (!this.updating) void this.updateUntilCurrent();
  }

  private async updateUntilCurrent(): Promise<void> {
    this.updating = true;
    while (this.outdated && this.view && this.target) {
      this.outdated = false;
      const { target } = this;
      try {
        await this.showTarget(target);
      } catch (error) {
        if (this.target === target) this.send({ type: 'error', message: error instanceof Error ? error.message : String(error) });
      }
    }
    this.updating = false;
  }

  private async showTarget(target: Target): Promise<void> {
    // After a reload, and for a lens of a document that was closed meanwhile, the server has to see the document first.
    await workspace.openTextDocument(target.uri);
    const uri = target.uri.toString();
    const answer = await this.server.report({ uri });
    if (this.target !== target) return;
    if (!answer) return this.send({ type: 'error', message: `${nameOf(target.uri)} is not an open Python file.` });
    this.shown = answer;
    const { report, version } = answer;
    follow(target, report.models);
    const { model } = target;
    if (this.view) this.view.title = titleOf(report.models[model]);
    this.send({ type: 'report', file: uri, version, report, model });
    // While someone types, the numbers come first and the charts with the pause.
    if (this.outdated || !report.models[model]) return;
    this.drawing = new CancellationTokenSource();
    const charts = await this.server.charts({ uri, model }, this.drawing.token);
    if (charts && this.target === target && !this.outdated) this.send({ type: 'charts', version, model, charts });
  }

  private isTarget(uri: string): boolean {
    return this.target?.uri.toString() === uri;
  }

  private send(message: ToWebview): void {
    void this.view?.webview.postMessage(message);
  }
}

/** Finds the target's model again by its name; without one of that name the index has to do. */
function follow(target: Target, models: readonly ModelReport[]): void {
  const nameOf = ({ entry, name }: ModelReport) => `${entry} ${name}`;
  const same = target.name === null ? -1 : models.findIndex((model) => nameOf(model) === target.name);
  target.model = same >= 0 ? same : Math.min(target.model, Math.max(0, models.length - 1));
  const model = models[target.model];
  if (model) target.name = nameOf(model);
}

const titleOf = (model: ModelReport | undefined): string => (model ? `Initialization: ${model.entry}` : 'Initialization');

const nameOf = (uri: Uri): string => uri.path.split('/').at(-1) || uri.path;

import {
  type ClientCapabilities,
  CodeActionKind,
  type Connection,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  PositionEncodingKind,
  RequestType,
  ResponseError,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import type { Analyzer } from './analysis/analyzer.js';
import { charts } from './analysis/charts.js';
import { inSlices } from './analysis/in-slices.js';
import { inCells } from './analysis/notebook-report.js';
import type { OpenDocument } from './analysis/open-document.js';
import type { OpenNotebook } from './analysis/open-notebook.js';
import { networkOf, simulationReport } from './analysis/simulation-report.js';
import type { OpenFiles } from './analysis/workspace-modules.js';
import { codeActions } from './features/code-actions.js';
import { codeLenses } from './features/code-lens.js';
import { diagnostics } from './features/diagnostics.js';
import { hover } from './features/hover.js';
import { inlayHints } from './features/inlay-hints.js';
import {
  type Charts,
  type ChartsRequest,
  chartsMethod,
  type FileReport,
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
} from './protocol.js';
import { ClientSettings } from './server/client-settings.js';
import { Notebooks, viewOf } from './server/notebooks.js';
import type { Simulator } from './server/simulation-thread.js';
import { Workbench } from './server/workbench.js';
import { WorkspaceFiles } from './server/workspace-files.js';
import { defaultOptions } from './simulation/simulate.js';

/**
 * Serves the language server protocol over a connection until the client ends it.
 *
 * @param load gives the analyzer, which may still be loading while `initialize` is answered
 * @param version of meanfield, as the client shows it
 * @param simulator runs simulations in a thread of their own, where there are threads
 */
export function startServer(
  connection: Connection,
  load: (open: OpenFiles) => Promise<Analyzer>,
  version: string,
  simulator: Simulator | null = null,
): void {
  let client: ClientCapabilities = {};
  let ended = false;
  const settings = new ClientSettings(connection);
  const workbench = new Workbench(load, settings, {
    analysed: publish,
    changedElsewhere: refreshViews,
    closed: (uri) => {
      // Diagnostics of a notebook are those of its cells.
      if (!notebooks.of(uri)) clear(uri);
    },
    status: (status) => void connection.sendNotification(statusMethod, status satisfies ServerStatus),
    failed: logOnce,
  });

  const files = new WorkspaceFiles(connection, workbench);
  const notebooks = new Notebooks(workbench, clear);
  /** What was sent last for each cell of a notebook: most edits change one. */
  const sent = new Map<string, string>();

  function clear(uri: string): void {
    sent.delete(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] });
  }

  function publish(document: OpenDocument, report: FileReport): void {
    const notebook = notebooks.of(document.uri);
    if (notebook) publishCells(notebook, report);
    else publishFile(document, report);
  }

  function publishCells(notebook: OpenNotebook, report: FileReport): void {
    const view = viewOf(notebook);
    const all = diagnostics(report, notebook.uri);
    for (const uri of notebook.cellUris) {
      const version = notebook.versionOf(uri) ?? 0;
      const message = { uri, version, diagnostics: view.diagnostics(uri, all) };
      const text = JSON.stringify(message);
      if (sent.get(uri) !== text) void connection.sendDiagnostics(message);
      sent.set(uri, text);
      const models = report.models.filter(({ range }) => view.isIn(uri, range)).length;
      void connection.sendNotification(reportChangedMethod, { uri, version, models } satisfies ReportChanged);
    }
  }

  function publishFile(document: OpenDocument, report: FileReport): void {
    const { uri, version: of } = document;
    void connection.sendDiagnostics({ uri, version: of, diagnostics: diagnostics(report, uri) });
    void connection.sendNotification(reportChangedMethod, {
      uri,
      version: of,
      models: report.models.length,
    } satisfies ReportChanged);
  }

  /** Editors ask for hints and lenses when a document is edited; when something else changed them, they have to be told. */
  function refreshViews(): void {
    if (client.workspace?.inlayHint?.refreshSupport) void connection.languages.inlayHint.refresh().catch(() => {});
    if (client.workspace?.codeLens?.refreshSupport) void connection.sendRequest('workspace/codeLens/refresh').catch(() => {});
  }

  const logged = new Set<string>();
  /** The one door for errors: each is logged once, and the request that met it answers "no result". */
  function logOnce(where: string, error: unknown): void {
    const text = `${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    if (logged.has(text)) return;
    logged.add(text);
    connection.console.error(text);
  }

  /** Answers from the report of the present text; `null` for documents that are not open. */
  function answer<P extends { textDocument: { uri: string } }, R>(
    name: string,
    give: (
      report: FileReport,
      params: P,
      document: OpenDocument,
      notebook: OpenNotebook | null,
      cancelled: () => boolean,
    ) => R | Promise<R>,
  ) {
    return async (params: P, token: { isCancellationRequested: boolean }): Promise<R | null | ResponseError<void>> => {
      if (ended) return new ResponseError(ErrorCodes.InvalidRequest, 'The server is shut down.');
      try {
        const { uri } = params.textDocument;
        const current = await workbench.current(notebooks.of(uri)?.uri ?? uri);
        if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
        if (!current) return null;
        const notebook = notebooks.of(uri);
        // Cells may have moved since the report, and its positions with them.
        if (notebook && !current.document.upToDate) return null;
        const given = await give(
          current.report,
          params,
          current.document,
          notebook,
          () => ended || token.isCancellationRequested,
        );
        return token.isCancellationRequested ? new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.') : given;
      } catch (error) {
        logOnce(name, error);
        return null;
      }
    };
  }

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    client = params.capabilities;
    settings.initialize(client, params.initializationOptions);
    return {
      serverInfo: { name: 'meanfield', version },
      capabilities: {
        positionEncoding: PositionEncodingKind.UTF16,
        workspace: files.initialize(params),
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        hoverProvider: true,
        codeLensProvider: {},
        inlayHintProvider: true,
        notebookDocumentSync: { notebookSelector: [{ notebook: '*', cells: [{ language: 'python' }] }] },
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      },
    };
  });
  connection.onInitialized(() => {
    settings.watch(() => {
      workbench.refresh();
      refreshViews();
    });
    files.watch();
  });
  connection.onShutdown(() => {
    ended = true;
    workbench[Symbol.dispose]();
  });

  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version: of, text } }) =>
    workbench.open(uri, languageId, of, text),
  );
  connection.onDidChangeTextDocument(({ textDocument: { uri, version: of }, contentChanges }) =>
    workbench.change(uri, contentChanges, of),
  );
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => workbench.close(uri));

  notebooks.listen(connection);

  connection.onHover(
    answer('hover', (report, { textDocument: { uri }, position }, _document, notebook) => {
      const formats = client.textDocument?.hover?.contentFormat;
      const markdown = !formats || formats.includes('markdown');
      const view = notebook && viewOf(notebook);
      return view ? view.hover(hover(report, view.position(uri, position), markdown)) : hover(report, position, markdown);
    }),
  );
  connection.onCodeLens(
    answer('code lens', async (report, { textDocument: { uri } }, document, notebook) => {
      const view = notebook && viewOf(notebook);
      if (!(await settings.of(document.uri)).codeLens.enabled) return [];
      const lenses = codeLenses(report, uri);
      return view ? view.lenses(uri, lenses) : lenses;
    }),
  );
  connection.languages.inlayHint.on(
    answer('inlay hints', async (report, { textDocument: { uri }, range }, document, notebook) => {
      const view = notebook && viewOf(notebook);
      const { inlayHints: wanted } = await settings.of(document.uri);
      return view ? view.hints(uri, inlayHints(report, view.range(uri, range), wanted)) : inlayHints(report, range, wanted);
    }),
  );
  connection.onCodeAction(
    answer('code actions', (report, { textDocument: { uri }, range }, document, notebook) => {
      const view = notebook && viewOf(notebook);
      return view
        ? view.actions(codeActions(report, document.uri, view.range(uri, range), document))
        : codeActions(report, uri, range, document);
    }),
  );
  const giveReport = answer('report', (report, { textDocument: { uri } }, { version: of }, notebook) =>
    notebook
      ? { uri, version: of, report: inCells(report, notebook.text), cells: [...notebook.cellUris] }
      : { uri, version: of, report },
  );
  connection.onRequest(new RequestType<ReportRequest, ReportAnswer | null, void>(reportMethod), ({ uri }, token) =>
    giveReport({ textDocument: { uri } }, token),
  );
  const giveCharts = answer(
    'charts',
    ({ models }, { model }: { textDocument: { uri: string }; model: number }, _document, _notebook, cancelled) =>
      models[model] ? inSlices(charts(models[model]), () => othersRan().then(cancelled)) : null,
  );
  connection.onRequest(new RequestType<ChartsRequest, Charts | null, void>(chartsMethod), ({ uri, model }, token) =>
    giveCharts({ textDocument: { uri }, model }, token),
  );
  const running = new AbortController();
  connection.onExit(() => running.abort());
  connection.onRequest(
    new RequestType<SimulateRequest, Simulation | null, void>(simulateMethod),
    ({ uri, model: index }, token) =>
      answer('simulation', async ({ models }, _params: { textDocument: { uri: string } }, document) => {
        const model = models[index];
        const network = model && networkOf(model, await workbench.networks(document));
        if (!network || !simulator) return null;
        const { mode, inputSecondMoment } = await settings.of(document.uri);
        const options = { ...defaultOptions, mode, inputSecondMoment };
        const cancelled = new AbortController();
        token.onCancellationRequested(() => cancelled.abort());
        const progress = (done: number) =>
          void connection.sendNotification(simulationProgressMethod, {
            uri,
            model: index,
            done,
            draws: options.draws,
          } satisfies SimulationProgress);
        const simulated = await simulator.run(
          { network, options },
          progress,
          AbortSignal.any([cancelled.signal, running.signal]),
        );
        return simulated && simulationReport(network, simulated, { mode, inputSecondMoment });
      })({ textDocument: { uri } }, token),
  );
  connection.listen();
}

/** Requests that have come meanwhile are answered first. */
const othersRan = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

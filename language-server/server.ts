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
import type { OpenDocument } from './analysis/open-document.js';
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
  statusMethod,
} from './protocol.js';
import { ClientSettings } from './server/client-settings.js';
import { Workbench } from './server/workbench.js';

/**
 * Serves the language server protocol over a connection until the client ends it.
 *
 * @param analyzer still loading, so that `initialize` is answered before the grammar is there
 * @param version of meanfield, as the client shows it
 */
export function startServer(connection: Connection, analyzer: Promise<Analyzer>, version: string): void {
  let client: ClientCapabilities = {};
  let ended = false;
  const settings = new ClientSettings(connection);
  const workbench = new Workbench(analyzer, settings, {
    analysed: publish,
    closed: (uri) => void connection.sendDiagnostics({ uri, diagnostics: [] }),
    status: (status) => void connection.sendNotification(statusMethod, status satisfies ServerStatus),
    failed: logOnce,
  });

  function publish(document: OpenDocument, report: FileReport): void {
    const { uri, version: of } = document;
    void connection.sendDiagnostics({ uri, version: of, diagnostics: diagnostics(report, uri) });
    void connection.sendNotification(reportChangedMethod, {
      uri,
      version: of,
      models: report.models.length,
    } satisfies ReportChanged);
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
    give: (report: FileReport, params: P, document: OpenDocument) => R | Promise<R>,
  ) {
    return async (params: P, token: { isCancellationRequested: boolean }): Promise<R | null | ResponseError<void>> => {
      if (ended) return new ResponseError(ErrorCodes.InvalidRequest, 'The server is shut down.');
      try {
        const current = await workbench.current(params.textDocument.uri);
        if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
        return current && (await give(current.report, params, current.document));
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
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        hoverProvider: true,
        codeLensProvider: {},
        inlayHintProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
      },
    };
  });
  connection.onInitialized(() => {
    settings.watch(() => {
      workbench.refresh();
      if (client.workspace?.inlayHint?.refreshSupport) void connection.languages.inlayHint.refresh().catch(() => {});
      if (client.workspace?.codeLens?.refreshSupport) void connection.sendRequest('workspace/codeLens/refresh').catch(() => {});
    });
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

  connection.onHover(
    answer('hover', (report, { position }) => {
      const formats = client.textDocument?.hover?.contentFormat;
      return hover(report, position, !formats || formats.includes('markdown'));
    }),
  );
  connection.onCodeLens(
    answer('code lens', async (report, { textDocument: { uri } }) =>
      (await settings.of(uri)).codeLens.enabled ? codeLenses(report, uri) : [],
    ),
  );
  connection.languages.inlayHint.on(
    answer('inlay hints', async (report, { textDocument: { uri }, range }) =>
      inlayHints(report, range, (await settings.of(uri)).inlayHints),
    ),
  );
  connection.onCodeAction(
    answer('code actions', (report, { textDocument: { uri }, range }, document) => codeActions(report, uri, range, document)),
  );
  const giveReport = answer('report', (report, _params, { uri, version: of }) => ({ uri, version: of, report }));
  connection.onRequest(new RequestType<ReportRequest, ReportAnswer | null, void>(reportMethod), ({ uri }, token) =>
    giveReport({ textDocument: { uri } }, token),
  );
  const giveCharts = answer('charts', ({ models }, { model }: { textDocument: { uri: string }; model: number }) =>
    models[model] ? charts(models[model]) : null,
  );
  connection.onRequest(new RequestType<ChartsRequest, Charts | null, void>(chartsMethod), ({ uri, model }, token) =>
    giveCharts({ textDocument: { uri }, model }, token),
  );
  connection.listen();
}

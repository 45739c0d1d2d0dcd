import type { TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import type { Analyzer } from '../analysis/analyzer.js';
import { OpenDocument } from '../analysis/open-document.js';
import type { OpenFiles } from '../analysis/workspace-modules.js';
import type { Network } from '../network/graph.js';
import type { FileReport, ServerStatus } from '../protocol.js';
import type { Settings } from '../settings.js';
import type { SyntaxTree } from '../source/syntax-tree.js';

/** What the workbench tells the door. */
export interface Listener {
  analysed(document: OpenDocument, report: FileReport): void;
  /** Documents that nobody edited have new reports: what an editor asked about them is out of date. */
  changedElsewhere(): void;
  closed(uri: string): void;
  status(status: ServerStatus): void;
  failed(where: string, error: unknown): void;
}

export interface Current {
  readonly document: OpenDocument;
  readonly report: FileReport;
}

/**
 * The open documents and the order in which they are analysed.
 *
 * Edits only mark a document; the analysis runs when the edits pause for a moment, and at the latest after `patienceMs`. Files that
 * take long wait for longer pauses, so that hovers are answered between. An analysis runs on the newest text and to its end, so what it
 * reports is never older than what it says. Documents that import an edited one are out of date from that moment, and follow after it.
 */
export class Workbench implements Disposable, OpenFiles {
  private readonly documents = new Map<string, OpenDocument>();
  private readonly pending = new Map<string, Pending>();
  /** Milliseconds of the last two analyses of each document. */
  private readonly costs = new Map<string, readonly [before: number, last: number]>();
  /** Documents whose next analysis is due to a change of another file. */
  private readonly following = new Set<string>();
  private readonly analyzer: Promise<Analyzer>;
  private loaded: Analyzer | null = null;
  private disposed = false;
  folders: readonly string[] = [];

  /** @param load gives the analyzer, which looks for imported files among the open documents first */
  constructor(
    load: (open: OpenFiles) => Promise<Analyzer>,
    private readonly settings: { of(uri: string): Promise<Settings>; forget(uri: string): void },
    private readonly listener: Listener,
  ) {
    this.analyzer = load(this);
    this.analyzer.then(
      (analyzer) => {
        this.loaded = analyzer;
      },
      (error) => {
        listener.failed('grammar', error);
        listener.status({ state: 'error', message: 'The Python grammar could not be loaded.', milliseconds: null });
      },
    );
  }

  isOpen(place: string): boolean {
    return this.documentAt(place) !== null;
  }

  treeAt(place: string): SyntaxTree | null {
    const document = this.documentAt(place);
    return document && this.loaded ? document.syntax(this.loaded) : null;
  }

  /** @param nameLine how reports name a line in words, where that is not by its number */
  open(uri: string, language: string, version: number, text: string, nameLine?: (line: number) => string): void {
    if (this.disposed) return;
    this.documents.get(uri)?.[Symbol.dispose]();
    this.documents.set(uri, new OpenDocument(uri, language, version, text, nameLine));
    this.schedule(uri, 0);
    this.filesChanged();
  }

  change(uri: string, changes: readonly TextDocumentContentChangeEvent[], version: number): void {
    const document = this.documents.get(uri);
    if (!document) return;
    document.change(changes, version);
    this.schedule(uri, this.pauseOf(uri));
    for (const other of this.documents.values())
      if (other !== document && other.imports(document.place)) this.follow(other, this.pauseOf(uri));
  }

  close(uri: string): void {
    this.documents.get(uri)?.[Symbol.dispose]();
    this.documents.delete(uri);
    this.following.delete(uri);
    this.costs.delete(uri);
    this.settings.forget(uri);
    this.listener.closed(uri);
    this.filesChanged();
  }

  /** Files were written, made or deleted: analyses again what would now read something else. */
  filesChanged(): void {
    this.loaded?.filesChanged();
    for (const document of this.documents.values()) if (!document.importsHold()) this.follow(document, 0);
  }

  /** Analyses all open documents again, for instance after a change of settings. */
  refresh(): void {
    for (const [uri, document] of this.documents) {
      document.invalidate();
      this.schedule(uri, 0);
    }
  }

  /** The document with the report of its present text, once that is there; `null` if it is not open. */
  async current(uri: string): Promise<Current | null> {
    for (;;) {
      const document = this.documents.get(uri);
      if (!document) return null;
      const { analysis } = document;
      if (analysis && document.upToDate) return { document, report: analysis.report };
      await (this.pending.get(uri) ?? this.schedule(uri, 0)).done;
      // A document that could not be analysed keeps its last report, if it has one, rather than making its requests wait.
      if (document.analysis && !this.pending.has(uri)) return { document, report: document.analysis.report };
      if (!this.pending.has(uri) && !document.analysis) return null;
    }
  }

  /** The models of an open document as graphs, evaluated anew. */
  async networks(document: OpenDocument): Promise<readonly Network[]> {
    return document.networks(await this.analyzer, await this.settings.of(document.uri));
  }

  [Symbol.dispose](): void {
    this.disposed = true;
    for (const { timer, resolve } of this.pending.values()) {
      clearTimeout(timer);
      resolve();
    }
    this.pending.clear();
    for (const document of this.documents.values()) document[Symbol.dispose]();
    this.documents.clear();
  }

  private documentAt(place: string): OpenDocument | null {
    for (const document of this.documents.values()) if (document.place === place) return document;
    return null;
  }

  /** Analyses a document again because of another, which comes first: timers of the same length run in order. */
  private follow(document: OpenDocument, waitMs: number): void {
    document.invalidate();
    this.following.add(document.uri);
    this.schedule(document.uri, Math.max(waitMs, this.pauseOf(document.uri)));
  }

  private schedule(uri: string, waitMs: number): Pending {
    const now = performance.now();
    const waiting = this.pending.get(uri);
    const pending = waiting ?? newPending(now);
    clearTimeout(pending.timer);
    const patience = Math.max(patienceMs, 2 * this.pauseOf(uri));
    const wait = Math.min(waitMs, Math.max(0, pending.since + patience - now));
    pending.timer = setTimeout(() => void this.run(uri, pending), wait);
    this.pending.set(uri, pending);
    return pending;
  }

  private async run(uri: string, pending: Pending): Promise<void> {
    let announced = false;
    try {
      const [analyzer, settings] = await Promise.all([this.analyzer, this.settings.of(uri)]);
      if (this.pending.get(uri) === pending && this.expectedMs(uri) > busyMs) {
        announced = true;
        this.listener.status({ state: 'busy', message: 'Analysing…', milliseconds: null });
        // An analysis does not let go of the thread: the message has to be on its way before.
        await new Promise((resume) => setTimeout(resume, 1));
      }
      // Another run has analysed the document meanwhile.
      if (this.pending.get(uri) !== pending) return;
      this.pending.delete(uri);
      const document = this.documents.get(uri);
      if (!document) return;
      this.analyse(document, analyzer, settings);
      announced = false;
    } catch (error) {
      this.listener.failed('analysis', error);
    } finally {
      if (announced) this.listener.status({ state: 'ready', message: 'Ready', milliseconds: null });
      if (this.pending.get(uri) === pending) this.pending.delete(uri);
      pending.resolve();
    }
  }

  private pauseOf(uri: string): number {
    // The first analysis warms caches, and one may meet a busy moment: the faster of two is what the next will cost.
    const cost = Math.min(...(this.costs.get(uri) ?? [0]));
    return cost <= quickMs ? pauseMs : Math.min(cost, longestPauseMs);
  }

  /** What the next analysis will take, as far as that can be told. */
  private expectedMs(uri: string): number {
    const costs = this.costs.get(uri);
    return costs ? Math.min(...costs) || costs[1] : (this.documents.get(uri)?.length ?? 0) / unseenCharactersPerMs;
  }

  private analyse(document: OpenDocument, analyzer: Analyzer, settings: Settings): void {
    const start = performance.now();
    const report = document.analyze(analyzer, settings);
    const milliseconds = performance.now() - start;
    this.costs.set(document.uri, [this.costs.get(document.uri)?.[1] ?? 0, milliseconds]);
    this.listener.analysed(document, report);
    this.listener.status(statusOf(report, milliseconds));
    if (this.following.delete(document.uri)) this.listener.changedElsewhere();
  }
}

interface Pending {
  timer: NodeJS.Timeout | undefined;
  readonly since: number;
  readonly done: Promise<void>;
  readonly resolve: () => void;
}

function newPending(since: number): Pending {
  let resolve = () => {};
  const done = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { timer: undefined, since, done, resolve };
}

/** Long enough that the edits of one keystroke come together, short enough not to be seen. */
const pauseMs = 2;
/** Someone who types without a pause still sees results. */
const patienceMs = 100;
/** An analysis up to this long disturbs nobody, whenever it runs. */
const quickMs = 60;
const longestPauseMs = 500;
/** A wait that is noticed. */
const busyMs = 150;
/** A text that was not analysed before, by a server whose code is not warm. */
const unseenCharactersPerMs = 50;

function statusOf({ models, problems }: FileReport, milliseconds: number): ServerStatus {
  const limit = problems.find(({ range: { start, end } }) => start.line === end.line && start.character === end.character);
  if (limit) return { state: 'limited', message: limit.message, milliseconds };
  const count = models.length === 0 ? 'no models' : models.length === 1 ? '1 model' : `${models.length} models`;
  return { state: 'ready', message: `${count} in this file`, milliseconds };
}

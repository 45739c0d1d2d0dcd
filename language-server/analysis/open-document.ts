import { TextDocument, type TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import type { Network } from '../network/graph.js';
import type { FileReport } from '../protocol.js';
import type { Settings } from '../settings.js';
import type { TextEdit } from '../source/parser.js';
import type { SyntaxTree } from '../source/syntax-tree.js';
import { type Analyzer, emptyReport } from './analyzer.js';
import { Memory } from './memory.js';
import { placeOf } from './places.js';

/** A document in an editor: its text, its syntax tree kept up to date by edits, and the report of its last analysis. */
export class OpenDocument implements Disposable {
  private text: TextDocument;
  private tree: SyntaxTree | null = null;
  /** Edits since `tree` was parsed, in order. */
  private edits: TextEdit[] = [];
  private last: { version: number; report: FileReport } | null = null;
  private stale = false;
  private readonly memory = new Memory();
  /** Where imports find it. */
  readonly place: string;

  constructor(
    uri: string,
    language: string,
    version: number,
    content: string,
    private readonly nameLine?: (line: number) => string,
  ) {
    this.text = TextDocument.create(uri, language, version, content);
    this.place = placeOf(uri);
  }

  get uri(): string {
    return this.text.uri;
  }

  get version(): number {
    return this.text.version;
  }

  /** A line without its end. */
  lineText(line: number): string {
    return this.text.getText(this.text.getLineRange(line)).replace(/[\r\n]+$/, '');
  }

  /** The last finished analysis; its version says of which text. */
  get analysis(): { version: number; report: FileReport } | null {
    return this.last;
  }

  get upToDate(): boolean {
    return !this.stale && this.last?.version === this.version;
  }

  get length(): number {
    return this.text.getText().length;
  }

  /** Whether its last analysis read the file at a place. */
  imports(place: string): boolean {
    return this.memory.reads?.includes(place) ?? false;
  }

  /** Whether what its last analysis read of other files is still what they hold. */
  importsHold(): boolean {
    return this.memory.reads?.hold() ?? true;
  }

  /** Applies the changes of one notification, each to the text that the one before has left. */
  change(changes: readonly TextDocumentContentChangeEvent[], version: number): void {
    for (const change of changes) {
      if ('range' in change) {
        const start = this.text.offsetAt(change.range.start);
        const oldEnd = Math.max(start, this.text.offsetAt(change.range.end));
        this.edits.push({ start, oldEnd, newText: change.text });
      } else this.forgetTree();
      this.text = TextDocument.update(this.text, [change], version);
    }
    if (changes.length === 0) this.text = TextDocument.update(this.text, [], version);
  }

  /** Brings tree and report up to the present text. */
  analyze(analyzer: Analyzer, settings: Settings): FileReport {
    const content = this.text.getText();
    let report = emptyReport(this.uri);
    if (analyzer.frameworkOf(content)) {
      const { memory, nameLine } = this;
      report = analyzer.analyze(this.syntax(analyzer), { file: this.uri, settings, memory, ...(nameLine && { nameLine }) });
    } else {
      this.memory.forget();
      if (this.edits.length > 0) this.forgetTree();
    }
    this.last = { version: this.version, report };
    this.stale = false;
    return report;
  }

  /** The models of the present text as graphs. */
  networks(analyzer: Analyzer, settings: Settings): readonly Network[] {
    return analyzer.networks(this.syntax(analyzer), { file: this.uri, settings });
  }

  /** Makes the next request analyse again, for instance after a change of settings. */
  invalidate(): void {
    this.stale = true;
  }

  /** The tree of the present text. */
  syntax(analyzer: Analyzer): SyntaxTree {
    const content = this.text.getText();
    if (this.tree && this.edits.length > 0) this.tree = analyzer.reparse(this.tree, this.edits);
    // The parser keeps its own copy of the text by applying the edits; should the two ever differ, the editor is right.
    if (this.tree && this.tree.text !== content) this.forgetTree();
    const tree = this.tree ?? analyzer.parse(content);
    this.tree = tree;
    this.edits = [];
    return tree;
  }

  [Symbol.dispose](): void {
    this.forgetTree();
  }

  private forgetTree(): void {
    this.tree?.[Symbol.dispose]();
    this.tree = null;
    this.edits = [];
  }
}

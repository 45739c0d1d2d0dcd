import type { Framework } from '../frameworks/framework.js';
import type { Network } from '../network/graph.js';
import type { FileReport } from '../protocol.js';
import type { PythonParser, TextEdit } from '../source/parser.js';
import { mentionsAny } from '../source/prefilter.js';
import type { SyntaxTree } from '../source/syntax-tree.js';
import { type AnalyzeOptions, analyze, networksOf } from './analyze.js';
import { knownFrameworks } from './known-frameworks.js';
import { Reads } from './reads.js';
import type { WorkspaceModules } from './workspace-modules.js';

/** The pipeline with what all files share: the parser, and the parsed library of each framework. One instance serves all files. */
export class Analyzer {
  private readonly libraries = new Map<Framework, SyntaxTree>();

  constructor(
    private readonly parser: PythonParser,
    /** Finds imported files; `null`: what they hold is unknown. */
    private readonly modules: WorkspaceModules | null = null,
    private readonly frameworks: readonly Framework[] = knownFrameworks,
  ) {}

  /** The framework that a text mentions; `null`: the text cannot hold a model, and needs no parsing. */
  frameworkOf(text: string): Framework | null {
    return this.frameworks.find(({ packages }) => mentionsAny(text, packages)) ?? null;
  }

  /** Analyses one text from scratch. A text that names no framework costs a search and gives an empty report. */
  analyzeText(text: string, options: AnalyzeOptions): FileReport {
    if (!this.frameworkOf(text)) return emptyReport(options.file);
    using tree = this.parser.parse(text);
    return this.analyze(tree, options);
  }

  analyze(tree: SyntaxTree, options: AnalyzeOptions): FileReport {
    const framework = this.frameworkOf(tree.text);
    return framework ? analyze(tree, this.language(framework), options) : emptyReport(options.file);
  }

  /** The models of a text as graphs. */
  networks(tree: SyntaxTree, options: AnalyzeOptions): readonly Network[] {
    const framework = this.frameworkOf(tree.text);
    return framework ? networksOf(tree, this.language(framework), options) : [];
  }

  /** Files on the disk may have changed. */
  filesChanged(): void {
    this.modules?.forget();
  }

  parse(text: string): SyntaxTree {
    return this.parser.parse(text);
  }

  /** The tree of the text that `edits` make of that of `previous`, which is disposed. */
  reparse(previous: SyntaxTree, edits: readonly TextEdit[]): SyntaxTree {
    return this.parser.reparse(previous, edits);
  }

  private language(framework: Framework) {
    return {
      framework,
      library: this.library(framework),
      parse: (text: string) => this.parser.parse(text),
      ...(this.modules && { modules: new Reads(this.modules) }),
    };
  }

  private library(framework: Framework): SyntaxTree {
    const known = this.libraries.get(framework);
    if (known) return known;
    const tree = this.parser.parse(framework.library);
    this.libraries.set(framework, tree);
    return tree;
  }
}

export function emptyReport(file: string): FileReport {
  return { file, framework: null, problems: [], models: [] };
}

import { Edit, Language, Parser } from 'web-tree-sitter';
import { SyntaxTree } from './syntax-tree.js';

/** A replacement of text, in offsets of UTF-16 code units of the text before it. */
export interface TextEdit {
  readonly start: number;
  readonly oldEnd: number;
  readonly newText: string;
}

export interface Limits {
  readonly maximalLength: number;
  readonly maximalLines: number;
  readonly maximalBracketDepth: number;
  readonly parseMs: number;
}

/**
 * Beyond these a text is refused with a message before it costs time or memory: three million open brackets take the parser
 * seconds and hundreds of megabytes, and no hand-written model comes near.
 */
export const defaultLimits: Limits = { maximalLength: 1_000_000, maximalLines: 20_000, maximalBracketDepth: 200, parseMs: 2_000 };

/** Parses Python incrementally. One instance serves all documents. */
export class PythonParser {
  private constructor(
    private readonly parser: Parser,
    private readonly limits: Limits,
  ) {}

  /**
   * @param runtime WebAssembly of the tree-sitter runtime
   * @param grammar WebAssembly of the Python grammar
   */
  static async load(runtime: Uint8Array, grammar: Uint8Array, limits: Limits = defaultLimits): Promise<PythonParser> {
    await Parser.init({ wasmBinary: runtime.slice().buffer });
    const parser = new Parser();
    const language = await Language.load(grammar);
    language.types = language.types.map(internalized);
    language.fields = language.fields.map((field) => field && internalized(field));
    parser.setLanguage(language);
    return new PythonParser(parser, limits);
  }

  /** Parses a text from scratch. Never throws: a refused text gives an empty tree with a problem. */
  parse(text: string): SyntaxTree {
    return this.run(text, null);
  }

  /** Parses the text that `edits` (in order, each in the text left by the one before) make of `previous`, and disposes `previous`. */
  reparse(previous: SyntaxTree, edits: readonly TextEdit[]): SyntaxTree {
    let text = previous.text;
    for (const edit of edits) {
      const next = text.slice(0, edit.start) + edit.newText + text.slice(edit.oldEnd);
      previous.parsed?.edit(treeEdit(text, next, edit));
      text = next;
    }
    const tree = this.run(text, previous);
    previous[Symbol.dispose]();
    return tree;
  }

  private run(text: string, previous: SyntaxTree | null): SyntaxTree {
    const refusal = refuse(text, this.limits);
    if (refusal) return new SyntaxTree(text, null, refusal);
    const deadline = performance.now() + this.limits.parseMs;
    const tree = this.parser.parse((index) => text.slice(index, index + chunkLength), previous?.parsed ?? null, {
      progressCallback: () => performance.now() > deadline,
    });
    if (tree) return new SyntaxTree(text, tree);
    this.parser.reset();
    return new SyntaxTree(text, null, `Not analysed: parsing took longer than ${this.limits.parseMs / 1000} s.`);
  }

  [Symbol.dispose](): void {
    this.parser.delete();
  }
}

/** The text as the engine keeps names of properties: those are equal where they are the same, and the evaluator compares names all the time. */
const internalized = (text: string): string => Object.keys({ [text]: null })[0]!;

/** The runtime copies what the callback returns into a buffer of 10 KiB; shorter chunks only cost calls. */
const chunkLength = 5_000;

function refuse(text: string, limits: Limits): string | null {
  if (text.length > limits.maximalLength)
    return `Not analysed: the file is longer than ${limits.maximalLength.toLocaleString('en-US')} characters.`;
  if (text.includes('\0')) return 'Not analysed: the file holds NUL characters and is not Python source.';
  let depth = 0;
  let lines = 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10) lines++;
    else if (code === 40 || code === 91 || code === 123) {
      if (++depth > limits.maximalBracketDepth)
        return `Not analysed: brackets are nested more than ${limits.maximalBracketDepth} deep.`;
    } else if ((code === 41 || code === 93 || code === 125) && depth > 0) depth--;
  }
  return lines > limits.maximalLines
    ? `Not analysed: the file is longer than ${limits.maximalLines.toLocaleString('en-US')} lines.`
    : null;
}

function treeEdit(before: string, after: string, { start, oldEnd, newText }: TextEdit): Edit {
  const newEnd = start + newText.length;
  return new Edit({
    startIndex: start,
    oldEndIndex: oldEnd,
    newEndIndex: newEnd,
    startPosition: point(before, start),
    oldEndPosition: point(before, oldEnd),
    newEndPosition: point(after, newEnd),
  });
}

/** Row and column as tree-sitter counts them: only \n ends a row. */
function point(text: string, offset: number): { row: number; column: number } {
  let row = 0;
  let lineStart = 0;
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) {
    row++;
    lineStart = i + 1;
  }
  return { row, column: offset - lineStart };
}

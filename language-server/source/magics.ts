/** A code cell as plain Python, and what has to follow it so that the next cell starts afresh. */
export interface PlainCell {
  /** As many lines as the cell has; what is kept stands where it stood. */
  readonly text: string;
  /** Closes brackets, strings and continued lines that the cell leaves open; mostly empty. */
  readonly closing: string;
}

/**
 * Turns the text of a notebook's code cell into Python: what only IPython understands becomes `pass` or an unknown value, and keeps its lines.
 *
 * Magics (`%matplotlib`), shell commands (`!pip install`) and requests for help (`model?`) go; of `%time f()` and `%%time` the Python stays.
 * IPython documentation, "Input transformation": magics stand at the start of a logical line, or after `name =`.
 *
 * @param cell lines end with `\n`
 */
export function plainCell(cell: string): PlainCell {
  const lines = cell.split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  const cellMagic = /^%%(\w+)/.exec(lines[first] ?? '')?.[1];
  if (cellMagic !== undefined) {
    if (!pythonCellMagics.has(cellMagic)) return { text: '\n'.repeat(lines.length - 1), closing: '' };
    lines[first] = '';
  }
  const state = new LogicalLines();
  for (let i = 0; i < lines.length; i++) {
    if (state.fresh && isHelp(lines[i]!)) lines[i] = passAt(lines[i]!);
    else if (state.fresh && isMagic(lines[i]!)) {
      const { text, continued } = withoutMagic(lines[i]!);
      lines[i] = text;
      // A shell command goes on after a backslash, and its next line is no Python either.
      for (let more = continued; more && i + 1 < lines.length; ) {
        more = lines[++i]!.endsWith('\\');
        lines[i] = '';
      }
      continue;
    }
    lines[i] += state.read(lines[i]!);
  }
  return { text: lines.join('\n'), closing: state.closing };
}

/** Cell magics whose cell is Python that runs in the notebook. All others (`%%bash`, `%%html`, `%%writefile`) take it as text. */
const pythonCellMagics = new Set(['time', 'timeit', 'capture', 'prun', 'memit', 'mprun', 'lprun']);

/** Line magics that run the statement behind them. */
const statementMagic = /^(\s*)(%(?:time|prun|memit)\s+)(?=[^\s-])/;
const assignedMagic = /^(\s*[\p{L}_][\p{L}\p{N}_., ]*=\s*)[!%](?=[\p{L}_.~/])/u;

const isMagic = (line: string): boolean => /^\s*[%!]/.test(line) || assignedMagic.test(line);
const isHelp = (line: string): boolean =>
  /^\s*\?{1,2}\s*[%\p{L}_*]/u.test(line) || /^\s*%{0,2}[\p{L}_*][\p{L}\p{N}_.*[\]]*\?{1,2}\s*$/u.test(line);

const passAt = (line: string): string => `${/^\s*/.exec(line)![0]}pass`;

function withoutMagic(line: string): { text: string; continued: boolean } {
  const continued = line.endsWith('\\');
  const statement = statementMagic.exec(line);
  // `0;` fills the place of the magic, so that the statement keeps its column.
  if (statement && !continued) {
    const [all, indent = '', magic = ''] = statement;
    return { text: `${indent}0;${' '.repeat(magic.length - 2)}${line.slice(all.length)}`, continued };
  }
  const assigned = assignedMagic.exec(line);
  // What the shell answers is not known, as what a name without a definition means.
  return { text: assigned ? `${assigned[1]}get_ipython()` : passAt(line), continued };
}

/** Follows brackets, strings and backslashes from line to line, as far as telling where a logical line begins needs it. */
class LogicalLines {
  private brackets: string[] = [];
  /** What ends the string that is open. */
  private quote: string | null = null;
  private continued = false;

  /** Whether the next line begins a logical line. */
  get fresh(): boolean {
    return this.brackets.length === 0 && this.quote === null && !this.continued;
  }

  get closing(): string {
    const closers = (this.quote ?? '') + [...this.brackets].reverse().join('');
    return closers === '' && !this.continued ? '' : `\n${closers}`;
  }

  /** Reads a line, and gives what is missing at its end: the quote of a string that must not go on in the next line. */
  read(line: string): string {
    this.continued = false;
    for (let i = 0; i < line.length; i++) {
      if (line[i] === '\\') {
        this.continued = i === line.length - 1;
        i++;
      } else if (this.quote === null) {
        if (line[i] === '#') break;
        i += this.readCode(line, i);
      } else if (line.startsWith(this.quote, i)) {
        i += this.quote.length - 1;
        this.quote = null;
      }
    }
    if (this.quote?.length !== 1 || this.continued) return '';
    const missing = this.quote;
    this.quote = null;
    return missing;
  }

  /** How many characters beyond the first belong to what stands at `i`. */
  private readCode(line: string, i: number): number {
    const character = line[i]!;
    const closer = closers[character];
    if (closer) this.brackets.push(closer);
    else if (character === this.brackets.at(-1)) this.brackets.pop();
    else if (character === '"' || character === "'") {
      const triple = character.repeat(3);
      this.quote = line.startsWith(triple, i) ? triple : character;
      return this.quote.length - 1;
    }
    return 0;
  }
}

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

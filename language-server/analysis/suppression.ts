import type { Range } from '../protocol.js';
import type { SyntaxTree } from '../source/syntax-tree.js';

/** Which findings the comments of a file silence. */
export interface Suppressions {
  covers(rule: string, range: Range): boolean;
}

/**
 * Reads `# meanfield: ignore[rule]` (this line; in a line of its own: the next line of code) and `# meanfield: ignore-file[rule]`.
 * Several rules are separated by commas; without brackets all rules are meant.
 */
export function suppressions(tree: SyntaxTree): Suppressions {
  const { comments, lines, text } = tree;
  const byLine = new Map<number, Set<string>>();
  const everywhere = new Set<string>();
  for (const comment of comments) {
    const ignored = parse(tree.textOf(comment));
    if (!ignored) continue;
    const line = lines.position(comment.start).line;
    const alone = text.slice(lines.lineStart(line), comment.start).trim() === '';
    const target = ignored.file ? everywhere : at(byLine, alone ? nextCodeLine(line + 1, lines, text) : line);
    for (const rule of ignored.rules) target.add(rule);
  }
  return {
    covers(rule, { start }) {
      const here = byLine.get(start.line);
      return [everywhere, here].some((rules) => rules?.has(rule) || rules?.has(allRules));
    },
  };
}

const allRules = '*';

function parse(comment: string): { file: boolean; rules: string[] } | null {
  const marker = comment.indexOf('meanfield:');
  if (marker < 0) return null;
  const words = comment.slice(marker + 'meanfield:'.length).trimStart();
  const file = words.startsWith('ignore-file');
  if (!file && !words.startsWith('ignore')) return null;
  const rest = words.slice(file ? 'ignore-file'.length : 'ignore'.length);
  const close = rest.indexOf(']');
  if (rest.startsWith('[') && close > 0)
    return {
      file,
      rules: rest
        .slice(1, close)
        .split(',')
        .map((rule) => rule.trim()),
    };
  return /^(\s|$)/.test(rest) ? { file, rules: [allRules] } : null;
}

/** Comments and empty lines do not end the reach of a comment that stands alone. */
function nextCodeLine(line: number, lines: SyntaxTree['lines'], text: string): number {
  for (let next = line; next < lines.lineCount; next++) {
    const content = text.slice(lines.lineStart(next), lines.lineStart(next + 1)).trim();
    if (content !== '' && !content.startsWith('#')) return next;
  }
  return line;
}

function at(byLine: Map<number, Set<string>>, line: number): Set<string> {
  const rules = byLine.get(line) ?? new Set();
  byLine.set(line, rules);
  return rules;
}

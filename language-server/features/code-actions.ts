import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver';
import type { FileReport, Position, Range } from '../protocol.js';
import { overlaps } from '../range.js';
import { diagnostics, mergedFindings } from './diagnostics.js';

/** What an edit needs to know of the text: where a line ends, and what stands there. */
export interface Lines {
  lineText(line: number): string;
}

/** Fixes of the findings in a range, and a comment that silences each. */
export function codeActions(report: FileReport, uri: string, range: Range, lines: Lines): CodeAction[] {
  const shown = diagnostics(report, uri);
  return mergedFindings(report)
    .filter(({ finding }) => overlaps(finding.range, range))
    .flatMap(({ finding }) => {
      const diagnostic = shown.filter(({ code, range: place }) => code === finding.rule && place === finding.range);
      const actions: CodeAction[] = [];
      if (finding.fix) actions.push(action(finding.fix.title, uri, finding.fix.edits, diagnostic, true));
      actions.push(
        action(`Ignore ${finding.rule} here`, uri, [suppress(finding.rule, finding.range.start, lines)], diagnostic, false),
      );
      return actions;
    });
}

interface Edit {
  range: Range;
  newText: string;
}

function action(title: string, uri: string, edits: readonly Edit[], related: Diagnostic[], preferred: boolean): CodeAction {
  return {
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: related,
    isPreferred: preferred,
    edit: { changes: { [uri]: [...edits] } },
  };
}

/** Adds the rule to the comment that is there, or writes one at the end of the line. */
function suppress(rule: string, { line }: Position, lines: Lines): Edit {
  const text = lines.lineText(line);
  const open = text.indexOf('# meanfield: ignore[');
  const close = open < 0 ? -1 : text.indexOf(']', open);
  const character = close < 0 ? text.length : close;
  const place = { line, character };
  return { range: { start: place, end: place }, newText: close < 0 ? `  # meanfield: ignore[${rule}]` : `, ${rule}` };
}

import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { FileReport, Finding, Problem, Severity } from '../protocol.js';
import { sameRange } from '../range.js';
import { ruleDocumentation } from '../settings.js';

/** Squiggles of a file: its findings, and what keeps it from being analysed. */
export function diagnostics(report: FileReport, uri: string): Diagnostic[] {
  return [
    ...report.problems.map(problemDiagnostic),
    ...mergedFindings(report).map(({ finding, others }) => findingDiagnostic(finding, others, uri)),
  ];
}

interface Merged {
  finding: Finding;
  /** Entries of the other models that have the same finding at the same place: eight VGGs share one class. */
  others: string[];
}

/** One finding a rule and place: the most severe of all models, with the names of the others. */
export function mergedFindings({ models }: FileReport): Merged[] {
  const merged: (Merged & { entry: string })[] = [];
  for (const { entry, findings } of models)
    for (const finding of findings) {
      const same = merged.find((other) => other.finding.rule === finding.rule && sameRange(other.finding.range, finding.range));
      if (!same) merged.push({ finding, entry, others: [] });
      else if (rank[finding.severity] < rank[same.finding.severity]) {
        same.others.push(same.entry);
        same.finding = finding;
        same.entry = entry;
      } else same.others.push(entry);
    }
  return merged.map(({ finding, others, entry }) => ({
    finding,
    others: [...new Set(others)].filter((other) => other !== entry),
  }));
}

const rank: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

function findingDiagnostic(
  { rule, severity, message, range, related }: Finding,
  others: readonly string[],
  uri: string,
): Diagnostic {
  return {
    range,
    severity: rank[severity],
    source: 'meanfield',
    code: rule,
    codeDescription: { href: ruleDocumentation(rule) },
    message: others.length > 0 ? `${message} Also in ${listed(others)}.` : message,
    relatedInformation: related.map(({ message: text, range: place }) => ({ location: { uri, range: place }, message: text })),
  };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(', ');
  return names.length > 4 ? `${shown} and ${names.length - 4} more` : shown;
}

/** A refused file says so at its top; a gap inside is left to the syntax errors that every Python tool shows. */
function problemDiagnostic({ message, range }: Problem): Diagnostic {
  const whole = sameRange({ start: range.start, end: range.start }, range);
  return { range, severity: whole ? DiagnosticSeverity.Information : DiagnosticSeverity.Hint, source: 'meanfield', message };
}

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Analyzer } from '../language-server/analysis/analyzer.js';
import { codeActions } from '../language-server/features/code-actions.js';
import { codeLenses } from '../language-server/features/code-lens.js';
import { diagnostics } from '../language-server/features/diagnostics.js';
import { hover } from '../language-server/features/hover.js';
import { inlayHints } from '../language-server/features/inlay-hints.js';
import type { FileReport, Fix, Position, Range, Severity } from '../language-server/protocol.js';
import { defaultSettings } from '../language-server/settings.js';
import { testAnalyzer } from './analyzer.js';

/**
 * Turns a Python file into tests. Each section starts with `# ### title`, is analysed with what stands before the first section, and
 * holds its expectations in comments under the code that they are about:
 *
 *     self.fc = nn.Linear(784, 256)
 *     #         ^^^^^^^^^^^^^^^^^^^ hint: σ_w² = 0.333, χ₁ = 0.333
 *
 * Carets cannot stand under the first column, which holds the comment sign: `# <- lens: title` is about a range that begins there.
 *
 * - `error rule-id: words` (or `warning`, `information`, `hint`): a finding at this range whose message holds the words
 * - `hint: label`: the inlay hint that follows the range
 * - `hover: words`: the hover over its first character holds the words
 * - `lens: title`: a code lens at this range
 * - `fix: title`: the quick fix of a finding at this range; once it is applied, the finding is gone
 * - `no fix`: the findings at this range have none
 *
 * The set of findings is exact in every section, that of hints and lenses in each that announces one.
 */
export function annotated(file: URL): void {
  const sections = sectionsOf(readFileSync(file, 'utf8'));
  describe(file.pathname.split('/').slice(-2).join('/'), () => {
    test.each(sections)('$title', async ({ text, expectations }) => {
      analyzer ??= testAnalyzer();
      const seen = observe(await analyzer, text, expectations);
      expect(seen.sort()).toEqual(expectations.map(show).sort());
    });
  });
}

/** The sections of a file, for tests that walk the fixtures. */
export function sectionsOf(source: string): Section[] {
  const lines = source.split('\n');
  const starts = lines.flatMap((line, index) => (line.startsWith('# ### ') ? [index] : []));
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? lines.length;
    // Lines of the other sections are emptied rather than removed, so that line numbers are those of the file.
    const own = lines.map((line, number) => (number < starts[0]! || (number >= start && number < end) ? line : ''));
    return { title: lines[start]!.slice('# ### '.length), text: own.join('\n'), expectations: expectationsOf(own, start) };
  });
}

export interface Section {
  title: string;
  text: string;
  expectations: Expectation[];
}

export interface Expectation {
  kind: 'finding' | 'hint' | 'hover' | 'lens' | 'fix' | 'no fix';
  /** Line and columns of the code above the carets. */
  line: number;
  from: number;
  to: number;
  severity: Severity | null;
  rule: string | null;
  words: string;
}

let analyzer: Promise<Analyzer> | undefined;
/** End of a range that `<-` leaves open. */
const anywhere = -1;
const uri = 'file:///sample.py';

const annotation = /^\s*#\s*(\^+|<-)\s+(?:(hint|hover|lens|fix|no fix)|(error|warning|information|hint) ([a-z-]+)): (.*)$/;
const without = /^\s*#\s*(\^+|<-)\s+no fix$/;

function expectationsOf(lines: readonly string[], start: number): Expectation[] {
  let code = start;
  return lines.flatMap((line, index): Expectation[] => {
    if (index < start) return [];
    const match = annotation.exec(without.test(line) ? `${line}: ` : line);
    if (!match) {
      if (line.includes('^^^')) throw new Error(`Line ${index + 1} looks like an annotation and is none: ${line}`);
      code = index;
      return [];
    }
    const from = Math.max(0, line.indexOf('^'));
    return [
      {
        kind: (match[2] as Expectation['kind'] | undefined) ?? 'finding',
        line: code,
        from,
        to: match[1] === '<-' ? anywhere : from + match[1]!.length,
        severity: (match[3] as Severity | undefined) ?? null,
        rule: match[4] ?? null,
        words: match[5]!.trim(),
      },
    ];
  });
}

function show({ kind, line, from, to, severity, rule, words }: Expectation): string {
  const place = `${line + 1}:${from}-${to}`;
  return kind === 'finding' ? `${place} ${severity} ${rule}: ${words}` : `${place} ${kind}: ${words}`;
}

/** What the features say of a text, in the form of `show`; a text that only has to be held somewhere is cut to the words expected. */
function observe(pipeline: Analyzer, text: string, expectations: readonly Expectation[]): string[] {
  const report = pipeline.analyzeText(text, { file: uri });
  const lines = text.split('\n');
  const place = ({ start: { line, character: from }, end }: Range) => {
    const open = expectations.some((one) => one.to === anywhere && one.line === line && one.from === from);
    return { line, from, to: open ? anywhere : end.line === line ? end.character : lines[line]!.length };
  };
  const expected = (kind: Expectation['kind'], at: { line: number; from: number; to: number }, rule?: string) =>
    expectations.find(
      (one) =>
        one.kind === kind && one.line === at.line && one.from === at.from && one.to === at.to && (!rule || one.rule === rule),
    );
  const held = (whole: string, one: Expectation | undefined) => (one && whole.includes(one.words) ? one.words : whole);
  const seen: string[] = [];
  for (const { range, severity, code, message } of diagnostics(report, uri)) {
    const at = place(range);
    const rule = typeof code === 'string' ? code : null;
    const words = held(String(message), expected('finding', at, rule ?? undefined));
    seen.push(show({ kind: 'finding', ...at, severity: severities[severity! - 1]!, rule, words }));
  }
  seen.push(...observeHints(report, text, expectations));
  if (expectations.some(({ kind }) => kind === 'lens'))
    for (const { range, command } of codeLenses(report, uri))
      seen.push(show({ kind: 'lens', ...place(range), severity: null, rule: null, words: command!.title }));
  for (const one of expectations) {
    if (one.kind === 'hover') {
      const contents = hover(report, { line: one.line, character: one.from }, false)?.contents as { value: string } | undefined;
      seen.push(show({ ...one, words: held(contents?.value ?? 'nothing', one) }));
    }
    if (one.kind === 'no fix') {
      const fixes = report.models
        .flatMap(({ findings }) => findings)
        .filter(({ fix, range }) => fix && sameAs(place(range), one));
      seen.push(show({ ...one, words: fixes.map(({ fix }) => fix!.title).join(', ') }));
    }
    if (one.kind === 'fix') seen.push(show({ ...one, words: applyFix(pipeline, report, text, one) }));
  }
  return seen;
}

function sameAs(place: Pick<Expectation, 'line' | 'from' | 'to'>, { line, from, to }: Expectation): boolean {
  return place.line === line && place.from === from && place.to === to;
}

const severities: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

function observeHints(report: FileReport, text: string, expectations: readonly Expectation[]): string[] {
  const announced = expectations.filter(({ kind }) => kind === 'hint');
  if (announced.length === 0) return [];
  const everything = { start: { line: 0, character: 0 }, end: { line: text.split('\n').length, character: 0 } };
  return inlayHints(report, everything, defaultSettings.inlayHints).map(({ position, label }) => {
    // A hint has a place but no range: it belongs to the carets that end where it stands.
    const one = announced.find(({ line, to }) => line === position.line && to === position.character);
    const at = one ?? { line: position.line, from: position.character, to: position.character };
    return show({ kind: 'hint', line: at.line, from: at.from, to: at.to, severity: null, rule: null, words: String(label) });
  });
}

/** The text after the edits of a fix, which never overlap. */
export function applied(text: string, edits: Fix['edits']): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: Position) => lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, character);
  return edits
    .map(({ range, newText }) => ({ start: offset(range.start), end: offset(range.end), newText }))
    .sort((a, b) => b.start - a.start)
    .reduce((before, { start, end, newText }) => before.slice(0, start) + newText + before.slice(end), text);
}

/** Applies the fix with the expected title, and says whether its finding is gone. */
function applyFix(pipeline: Analyzer, report: FileReport, text: string, { line, from, to, words }: Expectation): string {
  const lines = text.split('\n');
  const range = { start: { line, character: from }, end: { line, character: Math.max(from, to) } };
  const action = codeActions(report, uri, range, { lineText: (number) => lines[number] ?? '' }).find(
    ({ title }) => title === words,
  );
  const edits = action?.edit?.changes?.[uri] ?? [];
  if (!action || edits.length === 0) return 'no such fix';
  const fixed = applied(text, edits);
  const rule = action.diagnostics![0]!.code;
  const still = diagnostics(pipeline.analyzeText(fixed, { file: uri }), uri).some(({ code }) => code === rule);
  return still ? `${words} leaves ${rule}` : words;
}

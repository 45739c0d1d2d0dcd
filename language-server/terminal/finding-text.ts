import type { Finding } from '../protocol.js';
import { exactPlace } from './place.js';
import type { PrettyOptions } from './pretty.js';
import { severitySymbol } from './style.js';
import { printable, wrap } from './text-width.js';

/** A finding: where, which rule, what is wrong and what repairs it. The place is one that terminals turn into a link. */
export function findingText(file: string, finding: Finding, { style, width }: PrettyOptions): string[] {
  const { rule, severity, message, range, related, fix } = finding;
  const label = style.bold(style.severity(severity, `${severitySymbol[severity]} ${severity}`));
  const lines = [`${label} ${style.bold(rule)} ${style.dim(exactPlace(file, range))}`];
  lines.push(...indented(printable(message), width));
  for (const other of related)
    lines.push(...indented(`${exactPlace(file, other.range)}: ${printable(other.message)}`, width).map(style.dim));
  if (fix !== null) lines.push(...indented(`fix: ${printable(fix.title)}`, width));
  return lines;
}

const indented = (text: string, width: number): string[] => wrap(text, width - 2).map((line) => `  ${line}`);

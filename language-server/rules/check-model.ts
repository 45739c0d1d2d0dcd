import type { Finding, ModelReport, Severity } from '../protocol.js';
import { rules } from './index.js';

/** Runs every rule over a model: its findings at the severity that their effect has. */
export function checkModel(model: ModelReport): Finding[] {
  const found: Finding[] = [];
  for (const rule of rules) {
    const finding = rule.check(model, found);
    if (finding) found.push({ rule: rule.id, ...finding });
  }
  return found;
}

/** The findings at the severity that the user has chosen for their rules. @param levels by rule id; a rule that is not named keeps its own */
export function atLevels(findings: readonly Finding[], levels: Readonly<Record<string, Severity | 'off' | 'auto'>>): Finding[] {
  return findings.flatMap((finding) => {
    const level = levels[finding.rule] ?? 'auto';
    if (level === 'off') return [];
    return [level === 'auto' ? finding : { ...finding, severity: level }];
  });
}

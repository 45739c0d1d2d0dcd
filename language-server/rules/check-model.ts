import type { Finding, ModelReport, Severity } from '../protocol.js';
import { rules } from './index.js';

/**
 * Runs every rule over a model.
 *
 * @param levels severity by rule id, or `off`; a rule that is not named keeps the severity that its effect has
 */
export function checkModel(model: ModelReport, levels: Readonly<Record<string, Severity | 'off' | 'auto'>> = {}): Finding[] {
  const found: Finding[] = [];
  for (const rule of rules) {
    const finding = rule.check(model, found);
    if (finding) found.push({ rule: rule.id, ...finding });
  }
  return found.flatMap((finding) => {
    const level = levels[finding.rule] ?? 'auto';
    if (level === 'off') return [];
    return [level === 'auto' ? finding : { ...finding, severity: level }];
  });
}

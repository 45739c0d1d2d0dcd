import type { Finding, ModelReport } from '../protocol.js';

/** `With act = 'sigmoid', `, where arguments that nobody gives are taken as one of what the code names; empty where all are given. */
export function withChoices({ chosen = [] }: ModelReport): string {
  if (chosen.length === 0) return '';
  const [first, ...others] = chosen.map(({ name, value }) => `${name} = ${value}`);
  return `With ${first}${others.length > 0 ? ` and ${others.length} more choice${others.length > 1 ? 's' : ''} of this analysis` : ''}, `;
}

/** What would alarm somebody who makes the model in that way is a hint for one who may make it in another. */
export function beyondChoices(model: ModelReport, findings: readonly Finding[]): Finding[] {
  const condition = withChoices(model);
  return findings.map((finding) =>
    condition === '' ? finding : { ...finding, severity: 'hint', message: `${condition}${uncapitalized(finding.message)}` },
  );
}

const uncapitalized = (text: string): string => (/^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text);

/** The same of a sentence on the whole. */
export const verdictBeyondChoices = (model: ModelReport, sentence: string): string =>
  model.chosen ? `${withChoices(model)}${uncapitalized(sentence)}` : sentence;

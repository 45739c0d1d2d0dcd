import type { Finding, Severity } from '../../language-server/protocol.js';
import { button, element, symbol } from '../elements.js';
import type { Actions, Section } from '../panel-view.js';

/** What the rules found in this model, worst first, each with the way to its line. */
export function findingsSection(actions: Actions): Section {
  const root = element('section', { class: 'findings', 'aria-labelledby': 'findings-title' });
  return {
    element: root,
    show({ model, report }) {
      // The host knows a finding by its place in the report, not by that on the page.
      const findings = [...model.findings.entries()].sort(
        ([, a], [, b]) => order.indexOf(a.severity) - order.indexOf(b.severity),
      );
      const problems = report.problems.map(({ message }) => item('warning', 'file', message, null, null));
      root.replaceChildren(
        element('h2', { id: 'findings-title' }, 'Findings'),
        findings.length + problems.length === 0
          ? element('p', { class: 'muted' }, 'No rule found anything to report in this model.')
          : element(
              'ul',
              {},
              ...problems,
              ...findings.map(([index, finding]) => findingItem(finding, () => actions.revealFinding(index))),
            ),
      );
    },
  };
}

const order: Severity[] = ['error', 'warning', 'information', 'hint'];
const icons: Record<Severity, string> = { error: '✕', warning: '⚠\uFE0E', information: 'ℹ\uFE0E', hint: '✦' };
const words: Record<Severity, string> = { error: 'error', warning: 'warning', information: 'info', hint: 'hint' };

function findingItem(finding: Finding, show: () => void): HTMLElement {
  const reveal = button('Show in code', show, { class: 'quiet' });
  return item(finding.severity, finding.rule, finding.message, finding.fix?.title ?? null, reveal);
}

function item(severity: Severity, rule: string, message: string, fix: string | null, reveal: HTMLElement | null): HTMLElement {
  return element(
    'li',
    { class: `finding ${severity}` },
    symbol(icons[severity]),
    element(
      'div',
      {},
      element('p', {}, element('strong', {}, words[severity]), ' ', element('code', {}, rule)),
      element('p', { class: 'message' }, message),
      fix ? element('p', { class: 'muted' }, `Quick fix in the editor: ${fix}`) : null,
    ),
    reveal,
  );
}

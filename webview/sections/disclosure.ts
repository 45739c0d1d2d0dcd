import { element } from '../elements.js';
import type { PanelState } from '../panel-state.js';
import type { Actions } from '../panel-view.js';

/** A part that opens and closes, remembers which, and makes its content only once it is opened. */
export function disclosure(
  name: string,
  title: string,
  state: PanelState,
  actions: Actions,
  content: () => HTMLElement,
  openAtFirst = document.body.classList.contains('vscode-using-screen-reader'),
): HTMLDetailsElement {
  const open = state.sections[name] ?? openAtFirst;
  const details = element('details', { open, 'data-section': name }, element('summary', {}, title));
  let filled = false;
  const fill = () => {
    if (filled || !details.open) return;
    filled = true;
    details.append(element('div', { class: 'scroller', role: 'region', tabindex: 0, 'aria-label': title }, content()));
  };
  fill();
  details.addEventListener('toggle', () => {
    fill();
    if (details.open !== (state.sections[name] ?? openAtFirst)) actions.rememberSection(name, details.open);
  });
  return details;
}

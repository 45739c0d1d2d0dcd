import { element } from '../elements.js';

/** What stands there until the first report: the outline of the page, and a word for those who cannot see it. */
export const skeleton = (): HTMLElement =>
  element(
    'div',
    { class: 'skeleton', 'aria-busy': 'true' },
    element('h1', { class: 'spoken' }, 'meanfield'),
    element('p', { class: 'spoken', role: 'status' }, 'Waiting for the analysis'),
    ...['title', 'line', 'figures', 'block', 'block'].map((part) =>
      element('div', { class: `bone ${part}`, 'aria-hidden': 'true' }),
    ),
  );

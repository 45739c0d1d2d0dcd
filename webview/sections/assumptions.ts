import type { ModelReport } from '../../language-server/protocol.js';
import { button, element } from '../elements.js';
import { counted } from '../number-format.js';
import type { Actions, Section } from '../panel-view.js';

/** What the figures rest on and what could not be known, each with its reason. */
export function assumptionsSection(actions: Actions): Section {
  const root = element('section', { class: 'assumptions', 'aria-labelledby': 'assumptions-title' });
  return {
    element: root,
    show({ model }) {
      const { assumptions, unknown } = model.summary;
      const values = model.arguments.map(({ name, value, source }) =>
        element('li', {}, element('code', {}, `${name} = ${value}`), ` ${source}`),
      );
      root.replaceChildren(
        element('h2', { id: 'assumptions-title' }, 'Assumptions and unknowns'),
        part('Arguments of this model', values, null),
        part(
          'Assumed',
          assumptions.map((text) => element('li', {}, text)),
          'Nothing beyond the theory itself.',
        ),
        part(
          'Not known',
          unknown.map(({ reason, path, range }, index) =>
            element(
              'li',
              {},
              path ? element('code', {}, path) : null,
              ` ${reason} `,
              button(
                `Show ${range.cell === undefined ? '' : `cell ${range.cell + 1}, `}line ${range.start.line + 1}`,
                () => actions.revealUnknown(index),
                { class: 'quiet' },
              ),
            ),
          ),
          unread(model),
        ),
      );
    },
  };
}

/** What to say where no reason is listed: never that all is known while a layer is not. */
function unread({ layers }: ModelReport): string {
  const count = layers.filter(({ weight }) => weight === null).length;
  return count === 0 ? 'Every layer of this model was understood.' : `The weights of ${counted(count, 'layer')}.`;
}

/** A headed list; without items the sentence for that, or nothing at all. */
const part = (title: string, items: HTMLElement[], otherwise: string | null): HTMLElement | '' =>
  items.length === 0 && otherwise === null
    ? ''
    : element(
        'div',
        {},
        element('h3', {}, title),
        items.length > 0 ? element('ul', {}, ...items) : element('p', { class: 'muted' }, otherwise ?? ''),
      );

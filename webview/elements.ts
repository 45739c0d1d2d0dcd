export type Child = Node | string | null;
export type Attributes = Record<string, string | number | boolean | null>;

/**
 * Makes an HTML element. Text, also that of the user's class and layer names, only ever becomes text nodes and attribute
 * values: nothing in the panel is parsed as HTML. `null` and `false` leave an attribute out.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== null) made.append(child);
  return made;
}

/** A push button; the action runs on click, Enter and Space. */
export function button(label: string, action: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', action);
  return made;
}

/** A symbol that sighted readers see and a screen reader skips, because the word stands beside it. */
export const symbol = (text: string, style = 'symbol'): HTMLSpanElement =>
  element('span', { class: style, 'aria-hidden': 'true' }, text);

/** Text for screen readers alone. */
export const spoken = (text: string): HTMLSpanElement => element('span', { class: 'spoken' }, text);

/** A table with a caption for screen readers, a header row and text cells; the first cell of a row names it. */
export function plainTable(caption: string, headers: string[], rows: string[][]): HTMLTableElement {
  const cells = (row: string[]) =>
    row.map((text, column) => (column === 0 ? element('th', { scope: 'row' }, text) : element('td', {}, text)));
  return element(
    'table',
    { class: 'plain' },
    element('caption', { class: 'spoken' }, caption),
    element('thead', {}, element('tr', {}, ...headers.map((text) => element('th', { scope: 'col' }, text)))),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...cells(row)))),
  );
}

import type { NameTest, Network, Parameter, TextTest } from '../../network/graph.js';
import type { NameTestReport } from '../../protocol.js';
import { constants } from './constants.js';

/**
 * Conditions on names that held for no part that an initializer visited, although they hold for the full names of tensors there: the code
 * sees names of another form, so that its special case never runs.
 */
export function nameTests({ nameTests: conditions = [], tensors = [] }: Network): NameTestReport[] {
  return conditions.flatMap((condition) => {
    const missed = tensors.filter(
      ({ path, parameter }) => matters(parameter) && wasSeenOtherwise(path, condition) && fits(path, condition),
    );
    if (missed.length === 0) return [];
    const names = [...new Set(condition.names.map(({ name }) => name).filter((name) => name !== ''))];
    return [
      {
        text: condition.text,
        range: condition.location.range,
        names: names.slice(0, 2),
        full: missed.some(({ path }) => names.includes(path)),
        paths: missed.map(({ path }) => path),
      },
    ];
  });
}

/** What starts at zero or one anyway is not missed. */
function matters({ writes, touched }: Parameter): boolean {
  const last = writes.at(-1);
  return !touched && last !== undefined && !constants.has(last.family) && last.family !== 'unknown';
}

/** Whether the condition was asked about this very tensor, or about a module that holds it, under another name. */
function wasSeenOtherwise(path: string, { names }: NameTest): boolean {
  return names.some(({ below, name }) => {
    const full = below === '' ? name : `${below}.${name}`;
    return name !== '' && (path === full || path.startsWith(`${full}.`));
  });
}

function fits(path: string, { tests, combined }: NameTest): boolean {
  return combined === 'any' ? tests.some((test) => holds(path, test)) : tests.every((test) => holds(path, test));
}

/** For the full name; where a test is about the beginning, for what is left of it below any module. */
function holds(path: string, { operation, texts }: TextTest): boolean {
  switch (operation) {
    case 'contains':
      return texts.some((text) => path.includes(text));
    case 'ends':
      return texts.some((text) => path.endsWith(text));
    case 'equals':
      return texts.some((text) => path === text || path.endsWith(`.${text}`));
    case 'starts':
      return texts.some((text) => path.startsWith(text) || path.includes(`.${text}`));
  }
}

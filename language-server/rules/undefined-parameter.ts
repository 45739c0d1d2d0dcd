import type { Fix, UndefinedReport } from '../protocol.js';
import { appended } from './appended.js';
import { listed } from './listed.js';
import type { Rule } from './rule.js';

/** A trainable tensor that is allocated and never written: it starts with whatever was in memory, at times NaN. */
export const undefinedParameter: Rule = {
  id: 'undefined-parameter',
  title: 'A trainable tensor is allocated but never initialized.',
  check({ reach }) {
    const tensors = reach?.undefinedTensors ?? [];
    const [first] = tensors;
    if (!first) return null;
    const elsewhere = tensors.every(({ unless }) => unless) ? first.unless : null;
    const [start, possessive] =
      tensors.length === 1 ? [`${first.path} starts`, 'it is'] : [`${listed(tensors.map(({ path }) => path))} start`, 'they are'];
    return {
      severity: elsewhere ? 'information' : 'error',
      message: elsewhere
        ? `${start} with whatever is in memory, at times NaN, unless code elsewhere calls ${elsewhere}: nothing in this file does. Call it at the end of __init__.`
        : `${start} with whatever is in memory, at times NaN: ${possessive} allocated here and never initialized.`,
      range: first.range,
      related: tensors.slice(1, 9).map(({ path, range }) => ({ message: `${path} is allocated here.`, range })),
      fix: elsewhere ? callThem(tensors) : null,
    };
  },
};

/** Calls the initializers that nothing calls; what to write into a tensor without one, nobody can tell. */
function callThem(tensors: readonly UndefinedReport[]): Fix | null {
  const calls = new Map(
    tensors.flatMap(({ unless, site }) =>
      unless && site ? [[`${JSON.stringify(site)} ${unless}`, { unless, site }] as const] : [],
    ),
  );
  const [first] = calls.values();
  if (!first || !tensors.every(({ site }) => site)) return null;
  return {
    title: `Add ${first.site.self}.${first.unless}()`,
    edits: [...calls.values()].map(({ unless, site }) => appended(site, [`${site.self}.${unless}()`])),
  };
}

import type { OverwrittenReport } from '../protocol.js';
import { listed } from './listed.js';
import type { Rule } from './rule.js';

/** A constant that was written on purpose (a branch that starts at zero, a prior) is gone, since a general initializer ran after it. */
export const overwrittenInitializer: Rule = {
  id: 'overwritten-initializer',
  title: 'A special initial value is overwritten by a general initializer that runs later.',
  check({ reach }) {
    const calls = reach?.overwritten ?? [];
    const [first] = calls;
    if (!first) return null;
    return {
      severity: first.loaded ? 'warning' : first.recomputed ? 'information' : 'hint',
      message: `${describe(first)}: ${reason(first)}`,
      range: first.range,
      related: [
        { message: `${first.winner} wins.`, range: first.winnerRange },
        ...calls.slice(1, 8).map(({ call, range }) => ({ message: `${call} is overwritten as well.`, range })),
      ],
      fix: null,
    };
  },
};

function reason({ loaded, recomputed, winner, winnerRange }: OverwrittenReport): string {
  const place = `${winner} in line ${winnerRange.start.line + 1}`;
  if (recomputed) return `${place} calculates this weight anew before each use. Initialize first, then apply ${winner}.`;
  return loaded
    ? `${place} runs later and overwrites them. Initialize first, then load.`
    : `${place} runs later and overwrites it.`;
}

function describe({ call, paths, loaded }: OverwrittenReport): string {
  const tensors = listed(paths, 2);
  return loaded ? `The loaded weights of ${tensors} are lost` : `${call} of ${tensors} has no effect`;
}

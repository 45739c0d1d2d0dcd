import { listed } from './listed.js';
import type { Rule } from './rule.js';

/** Layers of a stack that `copy.deepcopy` made: their weights are equal, and mean-field theory takes them as drawn independently. */
export const identicalCopies: Rule = {
  id: 'identical-copies',
  title: 'Layers of a stack start with equal weights, because they are copies of one layer.',
  check({ reach }) {
    const stacks = reach?.copies ?? [];
    const [first] = stacks;
    if (!first) return null;
    return {
      severity: 'hint',
      message: `The ${first.count} layers in ${first.path} start with equal weights, since they are copies of one layer (${listed(first.tensors)}). Initialize them after copying; the numbers here hold for independent draws.`,
      range: first.range,
      related: stacks.slice(1, 9).map(({ path, range }) => ({ message: `So do the layers in ${path}.`, range })),
      fix: null,
    };
  },
};

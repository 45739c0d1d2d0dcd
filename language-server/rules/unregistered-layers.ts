import { listed } from './listed.js';
import type { Rule } from './rule.js';

/** Layers in a plain Python list, tuple or dictionary: `parameters()` does not see them, so no optimizer trains them. */
export const unregisteredLayers: Rule = {
  id: 'unregistered-layers',
  title: 'Layers in a plain list or dictionary are not registered, so that no optimizer trains them.',
  check({ reach }) {
    const places = reach?.unregistered ?? [];
    const [first] = places;
    if (!first) return null;
    const kinds = [...new Set(first.kinds)];
    const count = first.kinds.length;
    const layers = kinds.length === 1 ? `${count} ${kinds[0]}` : `${count} layers (${listed(kinds)})`;
    return {
      severity: 'warning',
      message: `${first.path} keeps ${layers} in a plain ${first.container}: parameters() does not list them, so no optimizer trains them and .to() does not move them. Use ${first.container === 'dict' ? 'nn.ModuleDict' : 'nn.ModuleList'}.`,
      range: first.range,
      related: places.slice(1, 9).map(({ path, range }) => ({ message: `${path} keeps layers in the same way.`, range })),
      fix: null,
    };
  },
};

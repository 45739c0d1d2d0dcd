import type { Fix, LeftOutReport } from '../protocol.js';
import { listed } from './listed.js';
import type { Rule } from './rule.js';

/** An initializer that walks over layers and misses some of the very kind that it is for. */
export const unreachedLayers: Rule = {
  id: 'unreached-layers',
  title: 'An initializer walks over the layers and surely misses some of the kind that it is for.',
  check({ reach }) {
    const walks = reach?.leftOut ?? [];
    const [first] = walks;
    if (!first) return null;
    return {
      severity: isSure(first) ? 'warning' : 'hint',
      message: message(first),
      range: first.range,
      related: walks.slice(1, 9).map(({ initializer, range }) => ({ message: `${initializer} misses layers as well.`, range })),
      fix: goDeeper(first),
    };
  },
};

/** A loop over a sequence, or a layer that is made after the others were initialized, may be meant that way. */
function isSure({ why, initializer, reached }: LeftOutReport): boolean {
  return why === 'deeper' ? initializer.endsWith('children()') : why === 'later' && reached === 0;
}

function message({ initializer, why, reached, kinds, paths, kept }: LeftOutReport): string {
  const kind = listed(kinds, 2);
  const some = `${paths.length} of ${paths.length + reached} ${kind} layers (${listed(paths, 2)})`;
  const stay = `${paths.length === 1 ? 'keeps' : 'keep'} the ${kept}`;
  switch (why) {
    case 'deeper':
      return `${initializer} goes one level deep: ${some} ${stay}. ${/children\(\)$/.test(initializer) ? 'Use modules() instead.' : 'Loop over .modules() instead.'}`;
    case 'later':
      return `${initializer} runs before ${paths.length === 1 ? 'this layer is' : 'these layers are'} made: ${some} ${stay}. Move it to the end of the constructor.`;
    case 'nothing':
      return `${initializer} initializes nothing: no part of the model passes its tests, so that all ${paths.length} layers (${kind}) keep the ${kept}.`;
  }
}

/** `self.children()` becomes `self.modules()`. */
function goDeeper({ initializer, why, range }: LeftOutReport): Fix | null {
  if (why !== 'deeper' || !/^[\w.]+\.(named_)?children\(\)$/.test(initializer)) return null;
  const deeper = initializer.replace('children()', 'modules()');
  return { title: `Use ${deeper}`, edits: [{ range, newText: deeper }] };
}

import type { Fix, ModelReport, UncalledReport } from '../protocol.js';
import type { Rule } from './rule.js';

/** Code that initializes the weights is there, and nothing runs it: the framework's default stays. */
export const uncalledInitializer: Rule = {
  id: 'uncalled-initializer',
  title: 'An initializer is defined, but nothing calls it.',
  check(model) {
    const initializers = model.reach?.uncalled ?? [];
    const [first] = initializers;
    if (!first) return null;
    const kept = first.count === 1 ? 'the weight keeps' : `all ${first.count} weights keep`;
    return {
      severity: 'warning',
      message: `Nothing calls ${first.name}: ${kept} the ${first.kept}. ${advice(first)}`,
      range: first.range,
      related: initializers.slice(1, 9).map(({ name, range }) => ({ message: `Nothing calls ${name} either.`, range })),
      fix: callIt(model, first),
    };
  },
};

function advice({ name, takesModule, method }: UncalledReport): string {
  if (!method) return `Call model.apply(${name}) where the model is made.`;
  return `Add ${takesModule ? `self.apply(self.${name})` : `self.${name}()`} at the end of __init__.`;
}

/** Adds the call at the end of the model's own constructor. */
function callIt({ name: model, initializerSite: site }: ModelReport, { name, takesModule, owner }: UncalledReport): Fix | null {
  if (!site || owner !== model) return null;
  const call = takesModule ? `${site.self}.apply(${site.self}.${name})` : `${site.self}.${name}()`;
  return {
    title: `Add ${call}`,
    edits: [{ range: { start: site.position, end: site.position }, newText: `${site.lineEnd}${site.indent}${call}` }],
  };
}

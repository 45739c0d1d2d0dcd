import type { Fix, UncalledReport } from '../protocol.js';
import { appended } from './appended.js';
import type { Rule } from './rule.js';

/** Code that initializes the weights is there, and nothing runs it: the framework's default stays. */
export const uncalledInitializer: Rule = {
  id: 'uncalled-initializer',
  title: 'An initializer is defined, but nothing calls it.',
  check({ reach }) {
    const initializers = reach?.uncalled ?? [];
    const [first] = initializers;
    if (!first) return null;
    const kept = first.count === 1 ? 'the weight keeps' : `all ${first.count} weights keep`;
    return {
      severity: 'warning',
      message: `Nothing calls ${first.name}: ${kept} the ${first.kept}. ${advice(first)}`,
      range: first.range,
      related: initializers.slice(1, 9).map(({ name, range }) => ({ message: `Nothing calls ${name} either.`, range })),
      fix: callIt(first),
    };
  },
};

function advice({ name, takesModule, method }: UncalledReport): string {
  if (!method) return `Call model.apply(${name}) where the model is made.`;
  return `Add ${takesModule ? `self.apply(self.${name})` : `self.${name}()`} at the end of __init__.`;
}

function callIt({ name, takesModule, site }: UncalledReport): Fix | null {
  if (!site) return null;
  const call = takesModule ? `${site.self}.apply(${site.self}.${name})` : `${site.self}.${name}()`;
  return { title: `Add ${call}`, edits: [appended(site, [call])] };
}

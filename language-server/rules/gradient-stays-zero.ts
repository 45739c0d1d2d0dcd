import { listed } from './listed.js';
import type { Rule } from './rule.js';

/** Factors of a product that start at zero together: the gradient of each is a product with another. */
export const gradientStaysZero: Rule = {
  id: 'gradient-stays-zero',
  title: 'Several factors of a product start at zero, so that none of them ever gets a gradient.',
  check({ reach }) {
    const [found] = reach?.zeroGradients ?? [];
    const first = found?.causes[0];
    if (!found || !first) return null;
    const zeros = found.causes.map(({ path }) => path);
    const others = found.paths.length - zeros.length;
    const also =
      others > 0
        ? `, and ${others === 1 ? '1 more tensor' : `${others} more tensors`} with ${zeros.length === 1 ? 'it' : 'them'}`
        : '';
    return {
      severity: 'warning',
      message: `${listed(zeros)} never ${zeros.length === 1 ? 'gets' : 'get'} a gradient${also}, because ${zeros.length === 1 ? 'it is' : 'they are'} multiplied by other factors that are zero as well. Start with one factor at zero and draw the others at random.`,
      range: first.range,
      related: found.causes.slice(1, 9).map(({ path, range }) => ({ message: `${path} is set to zero here.`, range })),
      fix: null,
    };
  },
};

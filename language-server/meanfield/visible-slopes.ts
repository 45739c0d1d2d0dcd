import type { SlopeLaw } from './slope-law.js';

/**
 * The law without the largest slopes that next to no unit has: the rarest 1e-5, which are seen in no network of fewer units.
 *
 * The edge of an infinite spectrum is moved by slopes of any probability. Swish-like units on short signals have slopes near φ′(0), yet
 * one unit in 10³⁰ has a slope thrice as large; layer by layer such units would multiply to an edge that nobody ever measures.
 */
export function visibleSlopes(law: SlopeLaw): SlopeLaw {
  if (law.discrete || law.top === Number.POSITIVE_INFINITY) return law;
  const known = cache.get(law);
  if (known) return known;
  const cut = trimmed(law);
  cache.set(law, cut);
  return cut;
}

const cache = new WeakMap<SlopeLaw, SlopeLaw>();

const rarest = 1e-5;

function trimmed(law: SlopeLaw): SlopeLaw {
  const order = [...law.values.keys()].sort((a, b) => law.values[b]! - law.values[a]!);
  let above = 0;
  let first = 0;
  while (first < order.length - 2 && above + law.weights[order[first]!]! < rarest) above += law.weights[order[first++]!]!;
  if (first === 0) return law;
  const kept = order.slice(first);
  const values = Float64Array.from(kept, (i) => law.values[i]!);
  const weights = Float64Array.from(kept, (i) => law.weights[i]! / (1 - above));
  const top = values[0]!;
  const next = values.find((value) => value < top) ?? top;
  return { ...law, values, weights, top, resolution: 16 * (top - next) };
}

import type { Activation, Kink } from './activation.js';

/** x ↦ outer(inner(x)), as where an activation reads another one with nothing in between; the same object for the same two. */
export function composedActivation(outer: Activation, inner: Activation): Activation {
  let known = cache.get(outer);
  if (!known) {
    known = new WeakMap();
    cache.set(outer, known);
  }
  const found = known.get(inner);
  if (found) return found;
  const made = compose(outer, inner);
  known.set(inner, made);
  return made;
}

const cache = new WeakMap<Activation, WeakMap<Activation, Activation>>();

function compose(outer: Activation, inner: Activation): Activation {
  const dphi = (x: number) => outer.dphi(inner.phi(x)) * inner.dphi(x);
  const kinks = [...inner.kinks.map(({ at }) => at), ...outer.kinks.flatMap(({ at }) => crossings(inner, at))];
  return {
    name: `${outer.name}∘${inner.name}`,
    parameters: {},
    phi: (x) => outer.phi(inner.phi(x)),
    dphi,
    d2phi: (x) => outer.d2phi(inner.phi(x)) * inner.dphi(x) ** 2 + outer.dphi(inner.phi(x)) * inner.d2phi(x),
    kinks: [...new Set(kinks)].map((at): Kink => {
      const jump = dphi(at + nearby) - dphi(at - nearby);
      const step = outer.phi(inner.phi(at + nearby)) - outer.phi(inner.phi(at - nearby));
      return { at, jump: Math.abs(jump) > rounding ? jump : 0, step: Math.abs(step) > rounding ? step : 0 };
    }),
    parity: inner.parity === 'even' ? 'even' : inner.parity === 'odd' ? outer.parity : null,
    homogeneous: outer.homogeneous && inner.homogeneous,
    tails: inner.tails && outer.tails && [slopeAt(outer.tails, inner.tails[0], -1), slopeAt(outer.tails, inner.tails[1], 1)],
    scale: Math.min(outer.scale, inner.scale),
    settled: Math.max(inner.settled, outer.settled / slowest(inner)),
    bends: inner.bends ?? [],
  };
}

/** Distance from a kink at which both sides of it are seen, and what rounding makes of functions that are smooth there. */
const nearby = 1e-9;
const rounding = 1e-6;

/** Slope of the composition where the inner function goes with `slope` to one end of the line. */
function slopeAt([left, right]: readonly [number, number], slope: number, direction: 1 | -1): number {
  return slope === 0 ? 0 : slope * (slope * direction > 0 ? right : left);
}

/** The smallest slope with which φ still goes to an end of the line, at most 1. */
const slowest = ({ tails }: Activation): number => Math.min(1, ...(tails ?? []).map(Math.abs).filter((slope) => slope > 0));

/** Where φ passes a value, in the range that signals of usual size have. */
function crossings({ phi }: Activation, value: number): number[] {
  const [end, width] = [32, 1 / 16];
  const found: number[] = [];
  for (let left = -end; left < end; left += width) {
    let [a, b] = [left, left + width];
    const below = phi(a) < value;
    if (phi(b) < value === below) continue;
    while (b - a > 1e-12) {
      const middle = (a + b) / 2;
      if (middle === a || middle === b) break;
      if (phi(middle) < value === below) a = middle;
      else b = middle;
    }
    found.push((a + b) / 2);
  }
  return found;
}

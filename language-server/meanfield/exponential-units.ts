import type { Activation, ClosedMoments } from './activation.js';
import { erfcx } from './special-functions.js';

/** x for x > 0, else α(eˣ − 1). Clevert et al. 2016, arXiv:1511.07289. */
export const elu = (alpha: number): Activation => unit('elu', { alpha }, 1, alpha, 1);

/** x for x > 0, else α(e^{x/α} − 1). Barron 2017, arXiv:1704.07483. */
export const celu = (alpha: number): Activation => unit('celu', { alpha }, 1, alpha, alpha);

/** λ·elu(x, α), whose length map has the fixed point q = 1 at σ_w² = 1. Klambauer et al. 2017, arXiv:1706.02515. */
export const selu = (): Activation => unit('selu', {}, 1.0507009873554805, 1.6732632423543772, 1);

/** `outer`·(x for x > 0, else α(e^{x/length} − 1)). */
function unit(name: string, parameters: Record<string, number>, outer: number, alpha: number, length: number): Activation {
  const bend = (outer * alpha) / length;
  return {
    name,
    parameters,
    phi: (x) => (x > 0 ? outer * x : outer * alpha * Math.expm1(x / length)),
    dphi: (x) => (x > 0 ? outer : bend * Math.exp(x / length)),
    d2phi: (x) => (x > 0 ? 0 : (bend / length) * Math.exp(x / length)),
    kinks: [{ at: 0, jump: alpha === length ? 0 : outer - bend }],
    parity: null,
    homogeneous: false,
    tails: [0, outer],
    scale: length,
    settled: 40 * length,
    moments: (q) => closedMoments(q, outer, alpha, length),
  };
}

/** Closed forms in erfcx; below q/length² = 0.05 their terms cancel and the quadrature is the more exact one. */
function closedMoments(q: number, outer: number, alpha: number, length: number): ClosedMoments {
  const variance = q / (length * length);
  if (variance < 0.05) return {};
  const once = erfcx(Math.sqrt(variance / 2)) / 2;
  const twice = erfcx(Math.sqrt(2 * variance)) / 2;
  const square = outer * outer;
  return {
    mean: outer * (Math.sqrt(q / (2 * Math.PI)) + alpha * (once - 0.5)),
    second: square * (q / 2 + alpha * alpha * (twice - 2 * once + 0.5)),
    slopeMean: outer * (0.5 + (alpha / length) * once),
    slopeSecond: square * (0.5 + (alpha / length) ** 2 * twice),
  };
}

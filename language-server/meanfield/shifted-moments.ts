import type { Activation } from './activation.js';
import { gaussianNodes, reach } from './panels.js';

/** Moments of φ over N(β, γ²). */
export interface ShiftedMoments {
  /** E φ */
  readonly mean: number;
  /** E φ² */
  readonly second: number;
  /** Var φ, without the cancellation of E φ² − (E φ)². */
  readonly variance: number;
  /** E φ′² */
  readonly slopeSecond: number;
}

/**
 * Moments of φ at x = γ z + β, z ~ N(0, 1), as a normalization with scale γ and shift β leaves its argument.
 *
 * @throws RangeError for non-finite γ or β
 */
export function shiftedMoments(phi: Activation, gamma: number, beta: number): ShiftedMoments {
  if (!Number.isFinite(gamma)) throw new RangeError(`gamma must be finite, not ${gamma}`);
  if (!Number.isFinite(beta)) throw new RangeError(`beta must be finite, not ${beta}`);
  const width = Math.abs(gamma);
  if (width === 0) return { mean: phi.phi(beta), second: phi.phi(beta) ** 2, variance: 0, slopeSecond: phi.dphi(beta) ** 2 };
  const at = (x: number) => (x - beta) / width;
  const breaks = [...phi.kinks.map(({ at: kink }) => kink), ...(phi.bends ?? []).flatMap((x) => [x, -x])].map(at);
  const nodes = gaussianNodes(-reach, reach, breaks, [{ at: at(0), scale: phi.scale / width, extent: phi.settled / width }]);
  let mean = 0;
  let slopeSecond = 0;
  for (let i = 0; i < nodes.count; i++) {
    const x = width * nodes.z[i]! + beta;
    mean += nodes.weight[i]! * phi.phi(x);
    slopeSecond += nodes.weight[i]! * phi.dphi(x) ** 2;
  }
  let variance = 0;
  for (let i = 0; i < nodes.count; i++) variance += nodes.weight[i]! * (phi.phi(width * nodes.z[i]! + beta) - mean) ** 2;
  return { mean, second: variance + mean * mean, variance, slopeSecond };
}

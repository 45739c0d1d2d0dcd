import type { Activation, Kink } from './activation.js';
import { rectifierFamily } from './rectifiers.js';

/** A polynomial a + b x + c x² that holds up to `to`. */
export interface Piece {
  readonly to: number;
  readonly polynomial: readonly [constant: number, linear: number, quadratic?: number];
}

type Row = Pick<Activation, 'name' | 'parameters' | 'parity'>;

/** Builds an activation from its pieces, with kinks and tails found at their borders. */
export function piecewise(row: Row, pieces: readonly Piece[]): Activation {
  const at = (x: number) => (pieces.find(({ to }) => x <= to) ?? pieces[pieces.length - 1]!).polynomial;
  const first = pieces[0]!.polynomial;
  const last = pieces[pieces.length - 1]!.polynomial;
  return {
    ...row,
    phi: (x) => value(at(x), x),
    dphi: (x) => slope(at(x), x),
    d2phi: (x) => 2 * (at(x)[2] ?? 0),
    kinks: pieces.slice(1).map((right, i) => kinkBetween(pieces[i]!, right)),
    homogeneous: false,
    tails: [first[1], last[1]],
    scale: Number.POSITIVE_INFINITY,
    settled: 0,
  };
}

function kinkBetween(left: Piece, right: Piece): Kink {
  const at = left.to;
  const step = value(right.polynomial, at) - value(left.polynomial, at);
  const jump = slope(right.polynomial, at) - slope(left.polynomial, at);
  // Rounding of 3/6 − ½ and the like is no jump.
  return { at, jump: Math.abs(jump) < 1e-12 ? 0 : jump, step: Math.abs(step) < 1e-12 ? 0 : step };
}

const value = ([a, b, c = 0]: Piece['polynomial'], x: number) => a + x * (b + x * c);
const slope = ([, b, c = 0]: Piece['polynomial'], x: number) => b + 2 * x * c;

const infinity = Number.POSITIVE_INFINITY;

export const relu6 = (): Activation => clippedRamp('relu6', {}, 0, 6);

/** Keras' `relu(x, negative_slope, max_value, threshold)`; jumps where the threshold is not 0. */
export function boundedRelu(negativeSlope: number, maximum: number, threshold: number): Activation {
  const parameters = { negative_slope: negativeSlope, max_value: maximum, threshold };
  const below: Piece = { to: threshold, polynomial: [-negativeSlope * threshold, negativeSlope] };
  const above: Piece[] = [{ to: maximum, polynomial: [0, 1] }];
  if (maximum < infinity) above.push({ to: infinity, polynomial: [maximum, 0] });
  if (maximum === infinity && threshold === 0) return { ...rectifierFamily(negativeSlope), name: 'bounded_relu', parameters };
  return piecewise({ name: 'bounded_relu', parameters, parity: null }, [below, ...above]);
}

export const hardtanh = (low: number, high: number): Activation =>
  clippedRamp('hardtanh', { min_val: low, max_val: high }, low, high);

/** max(x, low) and min(x, high). */
export const clampBelow = (low: number): Activation =>
  piecewise({ name: 'clamp_min', parameters: { min: low }, parity: null }, [
    { to: low, polynomial: [low, 0] },
    { to: infinity, polynomial: [0, 1] },
  ]);

export const clampAbove = (high: number): Activation =>
  piecewise({ name: 'clamp_max', parameters: { max: high }, parity: null }, [
    { to: high, polynomial: [0, 1] },
    { to: infinity, polynomial: [high, 0] },
  ]);

function clippedRamp(name: string, parameters: Record<string, number>, low: number, high: number): Activation {
  return piecewise({ name, parameters, parity: low === -high ? 'odd' : null }, [
    { to: low, polynomial: [low, 0] },
    { to: high, polynomial: [0, 1] },
    { to: infinity, polynomial: [high, 0] },
  ]);
}

/** clip(s x + ½, 0, 1): slope 1/6 in PyTorch and Keras 3, 1/5 in Keras 2 and TF.js. */
export const hardsigmoid = (name: string, gradient: number): Activation =>
  piecewise({ name, parameters: {}, parity: null }, [
    { to: -0.5 / gradient, polynomial: [0, 0] },
    { to: 0.5 / gradient, polynomial: [0.5, gradient] },
    { to: infinity, polynomial: [1, 0] },
  ]);

export const hardswish = (): Activation =>
  piecewise({ name: 'hardswish', parameters: {}, parity: null }, [
    { to: -3, polynomial: [0, 0] },
    { to: 3, polynomial: [0, 0.5, 1 / 6] },
    { to: infinity, polynomial: [0, 1] },
  ]);

export const softshrink = (lambda: number): Activation =>
  piecewise({ name: 'softshrink', parameters: { lambd: lambda }, parity: 'odd' }, [
    { to: -lambda, polynomial: [lambda, 1] },
    { to: lambda, polynomial: [0, 0] },
    { to: infinity, polynomial: [-lambda, 1] },
  ]);

export const hardshrink = (lambda: number): Activation =>
  piecewise({ name: 'hardshrink', parameters: { lambd: lambda }, parity: 'odd' }, [
    { to: -lambda, polynomial: [0, 1] },
    { to: lambda, polynomial: [0, 0] },
    { to: infinity, polynomial: [0, 1] },
  ]);

export const threshold = (at: number, replacement: number): Activation =>
  piecewise({ name: 'threshold', parameters: { threshold: at, value: replacement }, parity: null }, [
    { to: at, polynomial: [replacement, 0] },
    { to: infinity, polynomial: [0, 1] },
  ]);

export const sparsePlus = (): Activation =>
  piecewise({ name: 'sparse_plus', parameters: {}, parity: null }, [
    { to: -1, polynomial: [0, 0] },
    { to: 1, polynomial: [0.25, 0.5, 0.25] },
    { to: infinity, polynomial: [0, 1] },
  ]);

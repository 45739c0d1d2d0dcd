/**
 * Statistics of the entries of one tensor, over random weights, in a form that no depth can under- or overflow.
 *
 * Three pairs share the same second moment: one entry with itself, the same entry for two inputs, and two positions of one input (or of
 * two independent inputs). For inputs drawn entry by entry, each spatial lag follows the correlation map by itself, because weights at
 * different taps of a kernel are independent (Xiao et al. 2018, arXiv:1806.05393, eq. 4), so one number serves all lags.
 */
export interface Signal {
  /** ln E x²; −Infinity where the signal is zero. */
  readonly logQ: number;
  /** E x_a x_b / E x² for the two inputs that are compared. */
  readonly c: number;
  /** The same between two positions. */
  readonly cSpatial: number;
  /** E x / √(E x²): of equal sign in all units after a rectifier, zero after a layer of weights. */
  readonly mean: number;
  /** Sizes of the spatial dimensions; empty without any, `null` where they are not known. */
  readonly spatial: readonly number[] | null;
  /** Set on the output of an activation: what went in, for poolings that pick the largest. */
  readonly activated?: {
    readonly activation: string;
    readonly parameters: Readonly<Record<string, number>>;
    readonly before: Signal;
  };
}

/** How a mean squared gradient at a node's output comes back at one of its inputs. */
export interface Gain {
  /** ln of the factor on the mean squared gradient of an entry. */
  readonly logSame: number;
  /** The covariance of gradients at two positions, relative to their mean square, changes by cross·r + shared. */
  readonly cross: number;
  readonly shared: number;
}

/** What a node makes of its inputs, and how gradients come back through it. */
export interface Transferred {
  readonly signal: Signal;
  /** One for each input. */
  readonly gains: readonly Gain[];
}

export const identityGain: Gain = { logSame: 0, cross: 1, shared: 0 };

/** ln(eᵃ + eᵇ). */
export function logAdd(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high));
}

/** A signal whose entries were multiplied by a factor with this second moment, equal for all positions and inputs. */
export function scaled(signal: Signal, logFactor: number): Signal {
  const { activated: _, ...rest } = signal;
  return { ...rest, logQ: signal.logQ + logFactor };
}

export function clampCorrelation(value: number): number {
  return Math.max(-1, Math.min(1, value));
}

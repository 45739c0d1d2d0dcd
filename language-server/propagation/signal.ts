/**
 * Second moments of a tensor's entries over random weights, for a pair of inputs a and b of equal length.
 *
 * All moments are in units of e^{logScale}, so that ten thousand layers neither under- nor overflow.
 */
export interface Signal {
  readonly logScale: number;
  /** E x²; the same for both inputs. */
  readonly q: number;
  /** E x, in units of e^{logScale/2}. */
  readonly mean: number;
  /** E x_a x_b at the same position. */
  readonly pair: number;
  /** E x_a(α) x_a(α′) at two positions of one feature map. */
  readonly space: number;
  /** The same at neighbouring positions: distances beyond fade like powers of it. */
  readonly near: number;
  /** E x_a(α) x_b(α′). */
  readonly pairSpace: number;
}

export const silence: Signal = { logScale: 0, q: 0, mean: 0, pair: 0, space: 0, near: 0, pairSpace: 0 };

/** ln E x², −∞ for a signal that is zero. */
export const logSecondMoment = ({ logScale, q }: Signal): number => logScale + Math.log(q);

/** Correlation of the entries for both inputs, `null` for a signal that is zero. */
export const correlation = ({ q, pair }: Signal): number | null => (q > 0 ? Math.max(-1, Math.min(1, pair / q)) : null);

/** a·x, with moments multiplied by a². */
export function scaled(signal: Signal, squaredFactor: number, meanFactor = 0): Signal {
  return balanced({
    logScale: signal.logScale,
    q: squaredFactor * signal.q,
    mean: meanFactor * signal.mean,
    pair: squaredFactor * signal.pair,
    space: squaredFactor * signal.space,
    near: squaredFactor * signal.near,
    pairSpace: squaredFactor * signal.pairSpace,
  });
}

/** What is left where all entries lose their mean. */
export function withoutMean({ logScale, q, mean, pair, space, near, pairSpace }: Signal): Signal {
  const square = mean * mean;
  const rest = (value: number) => value - square;
  return {
    logScale,
    q: Math.max(0, rest(q)),
    mean: 0,
    pair: rest(pair),
    space: rest(space),
    near: rest(near),
    pairSpace: rest(pairSpace),
  };
}

/** Adds the moments of a part of the channels, in the units of the sum. */
export const accumulated = (sum: Signal, { q, mean, pair, space, near, pairSpace }: Signal, share: number): Signal => ({
  logScale: sum.logScale,
  q: sum.q + share * q,
  mean: sum.mean + share * mean,
  pair: sum.pair + share * pair,
  space: sum.space + share * space,
  near: sum.near + share * near,
  pairSpace: sum.pairSpace + share * pairSpace,
});

/**
 * Adds an independent term that is the same for both inputs, as a bias is.
 *
 * @param between its product at two positions: the second moment, where it is the same at all of them
 */
export function withBias(signal: Signal, secondMoment: number, mean: number, between = secondMoment): Signal {
  if (secondMoment === 0) return signal;
  const open = inPlainUnits(signal);
  const cross = 2 * open.mean * mean;
  return balanced({
    logScale: open.logScale,
    q: open.q + secondMoment + cross,
    mean: open.mean + mean,
    pair: open.pair + secondMoment + cross,
    space: open.space + between + cross,
    near: open.near + between + cross,
    pairSpace: open.pairSpace + between + cross,
  });
}

/** The same signal with logScale 0; what is smaller than 10⁻³⁰⁰ becomes 0, what is larger than 10³⁰⁰ infinite. */
export function inPlainUnits(signal: Signal): Signal {
  return signal.logScale === 0 ? signal : inUnits(signal, 0);
}

/** The same signal in units of e^{logScale}. */
export function inUnits(signal: Signal, logScale: number): Signal {
  const factor = Math.exp(signal.logScale - logScale);
  return {
    logScale,
    q: factor * signal.q,
    mean: Math.sqrt(factor) * signal.mean,
    pair: factor * signal.pair,
    space: factor * signal.space,
    near: factor * signal.near,
    pairSpace: factor * signal.pairSpace,
  };
}

/** Moves the size into `logScale` before numbers leave the range where products are exact. */
export function balanced(signal: Signal): Signal {
  if (signal.q === 0 || (signal.q > 1e-100 && signal.q < 1e100) || !Number.isFinite(signal.q)) return signal;
  return inUnits(signal, signal.logScale + Math.log(signal.q));
}

/** Correlation of neighbouring positions beyond what all positions share. */
export const nearness = ({ q, space, near }: Signal): number =>
  q > space ? Math.max(0, Math.min(1, (near - space) / (q - space))) : 0;

import { numberOf } from '../network/quantity.js';
import { inPlainUnits, type Signal } from './signal.js';
import { passes, stops, type Transfer, times } from './transfer.js';

/**
 * Inverted dropout with keep probability ρ: E x² grows by 1/ρ, products under independent masks stay.
 * Schoenholz et al. 2017, arXiv:1611.01232, section 4; Pretorius et al. 2018, arXiv:1811.00293.
 */
export const dropoutTransfer: Transfer<'dropout'> = (node, [input], { training }) => {
  if (!training)
    return {
      signal: input?.signal ?? null,
      reason: input?.reason ?? null,
      backward: [passes],
      gaussian: input?.gaussian ?? null,
      attention: input?.attention ?? null,
    };
  const rate = numberOf(node.rate);
  if (rate === null) return stops('The dropout rate is not known.');
  if (rate >= 1) return stops('A dropout rate of 1 sets everything to 0.');
  const keep = 1 - rate;
  const { signal } = input ?? { signal: null };
  if (node.variant === 'alpha')
    return { signal: signal && alpha(signal, keep), reason: input?.reason ?? null, backward: [times(alphaGain(keep) * keep)] };
  const shared = node.variant !== 'element';
  return {
    signal: signal && {
      ...signal,
      q: signal.q / keep,
      space: shared ? signal.space / keep : signal.space,
      near: shared ? signal.near / keep : signal.near,
    },
    reason: input?.reason ?? null,
    backward: [times(1 / keep, shared ? 1 : keep)],
    ...(input?.attention && {
      attention: {
        ...input.attention,
        share: Math.min(input.attention.total, input.attention.share / keep),
        lastShare: Math.min(input.attention.total, input.attention.lastShare / keep),
      },
    }),
  };
};

/** Value to which alpha dropout sets dropped units: −λα of SELU. Klambauer et al. 2017, arXiv:1706.02515, section 3. */
const alphaPrime = -1.7580993408473766;

const alphaGain = (keep: number): number => 1 / (keep + alphaPrime ** 2 * keep * (1 - keep));

/** a(x or α′) + b with a, b that keep mean 0 and second moment 1. */
function alpha(signal: Signal, keep: number): Signal {
  const { q, mean, pair, space, near, pairSpace } = inPlainUnits(signal);
  const gain = alphaGain(keep);
  const factor = Math.sqrt(gain);
  const offset = -factor * (1 - keep) * alphaPrime;
  const fill = (1 - keep) * alphaPrime;
  const newMean = factor * (keep * mean + fill) + offset;
  const ownSecond = gain * (keep * q + (1 - keep) * alphaPrime ** 2) + 2 * factor * offset * (keep * mean + fill) + offset ** 2;
  const product = (value: number) =>
    gain * (keep * keep * value + 2 * keep * fill * mean + fill * fill) +
    2 * factor * offset * (keep * mean + fill) +
    offset ** 2;
  return {
    logScale: 0,
    q: ownSecond,
    mean: newMean,
    pair: product(pair),
    space: product(space),
    near: product(near),
    pairSpace: product(pairSpace),
  };
}

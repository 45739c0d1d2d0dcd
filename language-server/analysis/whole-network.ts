import { hasNormalization } from '../has-normalization.js';
import type { ModelReport, Summary } from '../protocol.js';
import { branchedNats, gradientFlow, isRemainder } from '../rules/gradient-flow.js';

/**
 * What may be said of the network as a whole. The summary speaks of a typical layer, repeated; where most layers are normalized, or
 * the graph branches, that is no statement about this network, and what cannot be known is `null`.
 */
export function wholeNetworkSummary(model: ModelReport): Summary {
  const { summary } = model;
  const bare = model.layers.filter(({ local, normalized }) => local && !normalized).length;
  const described = model.layers.filter(({ local }) => local).length;
  const chain = gradientFlow(model) !== null;
  const typical = bare * 2 > described;
  const repeats = typical && chain;
  return {
    ...summary,
    // The phases are those of networks in which nothing rescales the signal.
    phase: (chain || branchedNats(model) !== null) && !hasNormalization(model) && !isRemainder(model) ? summary.phase : null,
    chi1: typical && (chain || !hasNormalization(model)) ? summary.chi1 : null,
    // How far a signal gets by repeating one layer is no matter where skip connections carry it past.
    xiQ: repeats ? summary.xiQ : null,
    xiC: repeats ? summary.xiC : null,
    xiGrad: repeats ? summary.xiGrad : null,
    trainableDepth: repeats ? summary.trainableDepth : null,
    assumptions: typical || described === 0 ? summary.assumptions : [...summary.assumptions, normalizedNote],
  };
}

const normalizedNote = 'Most layers are normalized, which cancels the scale of their weights: they have no χ₁ of their own.';

import { showNumber } from '../format-number.js';
import type { Fix, LayerReport, ModelReport } from '../protocol.js';
import { editCalls } from './edit-calls.js';
import { alsoThere } from './elsewhere.js';
import type { Rule } from './rule.js';
import { shorten } from './shorten.js';

/**
 * SELU layers with σ_w² = 9/16, the square of the gain 3/4 that PyTorch's table has for SELU.
 *
 * χ₁ is 1.004 there, so that gradients keep their size, but the signal settles at q* = 0.023: mean 0 and variance 1 are a fixed point for
 * σ_w² = 1 alone, at χ₁ = 1.072. Klambauer et al. 2017, arXiv:1706.02515, eq. 14; github.com/pytorch/pytorch/issues/24991 on the gain.
 */
export const gainBreaksSelfNormalization: Rule = {
  id: 'gain-breaks-self-normalization',
  title: 'The gain 3/4 for SELU keeps gradients, but not the signal at variance 1.',
  check(model) {
    const layers = model.layers.filter(hasSmallGain);
    const [first] = layers;
    if (!first || layers.length < 2) return null;
    return {
      severity: 'hint',
      message: message(model, first, layers.length),
      range: first.range,
      related: alsoThere(layers),
      fix: useLeCun(model, layers),
    };
  },
};

function hasSmallGain({ activation, keep, normalized, factor = 1, weight, local }: LayerReport): boolean {
  if (activation !== 'selu' || keep < 1 || normalized || factor !== 1 || !weight?.sourceRange || weight.kept) return false;
  // A bias of some size holds the signal up.
  const settlesLow = typeof local?.qStar === 'number' && local.qStar < 0.5;
  return settlesLow && Math.abs((weight.sigmaW2 ?? 0) - 9 / 16) < 1e-3;
}

function message({ framework }: ModelReport, { path, weight, local }: LayerReport, count: number): string {
  const who = `${shorten(weight!.source, 48)} gives σ_w² = 0.5625 in ${shorten(path, 32)} and ${count - 1} more`;
  const effect = `with SELU gradients keep their size (χ₁ = ${showNumber(local!.chi1)}), but the mean square of the signal settles at ${showNumber(local!.qStar)} instead of 1`;
  const call = framework.toLowerCase() === 'pytorch' ? ": nn.init.kaiming_normal_(w, nonlinearity='linear')" : '';
  return `${who}: ${effect}. Self-normalization needs σ_w² = 1${call}.`;
}

/** Offered where the call says `selu` and all layers that it draws feed SELU or come last. */
function useLeCun(model: ModelReport, layers: readonly LayerReport[]): Fix | null {
  const edits = editCalls(model, layers, (call, drawn) => {
    if (!drawn.every((layer) => layers.includes(layer) || layer.activation === null)) return [];
    const named = call.arguments.find(({ name, text }) => name === 'nonlinearity' && /^['"]selu['"]$/.test(text));
    if (named) return [{ range: named.range, newText: named.text.replace('selu', 'linear') }];
    const gain = call.arguments.find(({ text }) => /^(\w+\.)*calculate_gain\(['"]selu['"]\)$/.test(text));
    return gain ? [{ range: gain.range, newText: '1' }] : [];
  });
  return edits.length > 0 ? { title: 'Use σ_w² = 1, as self-normalization needs', edits } : null;
}

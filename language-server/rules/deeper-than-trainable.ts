import { showDepth } from '../format-number.js';
import { hasNormalization } from '../has-normalization.js';
import type { ModelReport, Severity } from '../protocol.js';
import { gradientFlow } from './gradient-flow.js';
import type { Rule } from './rule.js';

/**
 * Depth > 6 ξ_c: what distinguishes two inputs is forgotten (or, in the chaotic phase, decorrelated) before it reaches the output
 * (Schoenholz et al. 2017, arXiv:1611.01232, §5).
 *
 * Without dropout this is nearly the same fact as vanishing or exploding gradients, whose rules follow the very layers instead of a
 * typical one, so it leaves those networks to them. Dropout in most layers makes ξ_c finite although gradients keep their size.
 */
export const deeperThanTrainable: Rule = {
  id: 'deeper-than-trainable',
  title: 'The network is deeper than differences between inputs survive.',
  check(model, found) {
    const { depth, xiC } = model.summary;
    if (typeof xiC !== 'number' || xiC <= 0 || depth <= fewLayers || hasNormalization(model) || !gradientFlow(model)) return null;
    if (model.layers.filter(({ keep }) => keep < 1).length < depth / 2) return null;
    if (found.some(({ rule, severity }) => gradientRules.has(rule) && severity !== 'hint')) return null;
    // What the last layer does not bend it passes on whole.
    const severity = depthSeverity(model.layers.filter(({ activation }) => activation).length / xiC);
    return severity && { severity, message: describe(model), range: model.range, related: [], fix: null };
  },
};

/** ξ_c is the rate far from the input: over so few layers differences are not yet lost at it, LeNet with dropout among them. */
const fewLayers = 5;

const gradientRules = new Set(['vanishing-gradient', 'exploding-gradient']);

/** Above 6 ξ_c the measured networks stopped to train; the constant is empirical, so this alone is never an error. */
function depthSeverity(ratio: number): Severity | null {
  if (ratio <= 6) return null;
  return ratio <= 12 ? 'information' : 'warning';
}

function describe({ summary }: ModelReport): string {
  const { depth, xiC } = summary;
  return `Deeper than trainable: differences between inputs fade with ξ_c = ${showDepth(xiC)} layers, so about ${trainable(summary.trainableDepth)} of ${depth} layers pass them on (6 ξ_c). Dropout decorrelates what the layers see: lower its rate, or keep it to the last layers.`;
}

function trainable(depth: ModelReport['summary']['trainableDepth']): string {
  return typeof depth === 'number' ? String(Math.max(1, Math.floor(depth))) : showDepth(depth);
}

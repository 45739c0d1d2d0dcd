import { showDepth } from '../format-number.js';
import type { ModelReport, Severity } from '../protocol.js';
import { shallow } from './effect-severity.js';
import { hasNormalization } from './normalized-layers.js';
import type { Rule } from './rule.js';

/**
 * Depth > 6 ξ_c: what distinguishes two inputs is forgotten (or, in the chaotic phase, decorrelated) before it reaches the output
 * (Schoenholz et al. 2017, arXiv:1611.01232, §5).
 *
 * Below criticality this is the same fact as vanishing gradients, above it mostly that of exploding ones, so it speaks only where
 * those are silent: dropout makes ξ_c finite although gradients keep their size.
 */
export const deeperThanTrainable: Rule = {
  id: 'deeper-than-trainable',
  title: 'The network is deeper than differences between inputs survive.',
  check(model, found) {
    const { depth, xiC } = model.summary;
    if (typeof xiC !== 'number' || xiC <= 0 || depth <= shallow || hasNormalization(model)) return null;
    if (found.some(({ rule, severity }) => gradientRules.has(rule) && severity !== 'hint')) return null;
    const severity = depthSeverity(depth / xiC);
    return severity && { severity, message: describe(model), range: model.range, related: [], fix: null };
  },
};

const gradientRules = new Set(['vanishing-gradient', 'exploding-gradient']);

/** Above 6 ξ_c the measured networks stopped to train; the constant is empirical, so this alone is never an error. */
function depthSeverity(ratio: number): Severity | null {
  if (ratio <= 6) return null;
  return ratio <= 12 ? 'information' : 'warning';
}

function describe({ summary, layers }: ModelReport): string {
  const { depth, xiC, phase } = summary;
  const dropped = layers.some(({ keep }) => keep < 1);
  const advice = dropped
    ? 'Dropout decorrelates what the layers see: lower its rate, or keep it to the last layers.'
    : phase === 'chaotic'
      ? 'Lower σ_w² towards criticality (χ₁ = 1).'
      : 'Initialize at criticality (χ₁ = 1), or add skip connections.';
  return `Deeper than trainable: differences between inputs fade with ξ_c = ${showDepth(xiC)} layers, so about ${trainable(summary.trainableDepth)} of ${depth} layers pass them on (6 ξ_c). ${advice}`;
}

function trainable(depth: ModelReport['summary']['trainableDepth']): string {
  return typeof depth === 'number' ? String(Math.max(1, Math.floor(depth))) : showDepth(depth);
}

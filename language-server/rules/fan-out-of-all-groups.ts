import { showNumber } from '../format-number.js';
import { hasNormalization } from '../has-normalization.js';
import type { Fix, LayerReport, ModelReport } from '../protocol.js';
import { activationName } from './activation-name.js';
import { editCalls } from './edit-calls.js';
import { alsoThere } from './elsewhere.js';
import type { Rule } from './rule.js';
import { shorten } from './shorten.js';

/**
 * A grouped or depthwise convolution whose variance was divided by the fan-out of all groups together.
 *
 * With g groups an input reaches out/g units, so the fan-out is k²·out/g; frameworks and hand-written loops take k²·out, and the
 * variance comes out g times too small. Where a normalization follows the scale cancels, and where no activation follows it is the
 * next layer's business too, so that both are left out. Where saved weights are loaded afterwards the initializer does not matter.
 */
export const fanOutOfAllGroups: Rule = {
  id: 'fan-out-of-all-groups',
  title: 'The fan-out of a grouped convolution counts all groups, so that its weights start too small.',
  check(model) {
    // A small branch beside a skip connection is no fault where normalization keeps the stream.
    if (hasNormalization(model)) return null;
    const layers = model.layers.filter(isDividedByAllGroups);
    const [first] = layers;
    if (!first) return null;
    return {
      severity: 'hint',
      message: message(model, first, layers.length),
      range: first.range,
      related: alsoThere(layers),
      fix: useFanIn(model, layers),
    };
  },
};

function isDividedByAllGroups({ groups = 1, normalized, local, weight, fanOut }: LayerReport): boolean {
  if (groups < 2 || normalized || !weight?.sourceRange || weight.loaded || !weight.variance || weight.mean !== 0 || !fanOut)
    return false;
  // A sigmoid has no critical variance that could be missed: it opens a gate. And from 0.7 on somebody has made up for it.
  if (!local?.chi1 || !local.critical || local.chi1 > 0.7) return false;
  return weight.formula?.includes('fan_out') ? !weight.formula.includes('fan_in') : isGain(weight.variance * fanOut);
}

/** Hand-written loops divide 1 or 2 by the fan. */
const isGain = (product: number): boolean => Math.abs(product - 1) < 1e-6 || Math.abs(product - 2) < 1e-6;

function message(
  { framework }: ModelReport,
  { path, weight, groups, summands, activation, local }: LayerReport,
  count: number,
): string {
  const who = `${shorten(weight!.source, 40)} divides by the fan-out of all ${groups} groups of ${shorten(path, 32)}${count > 1 ? ` and ${count - 1} more` : ''}`;
  const small = `each output sums ${summands} weights, so their variance is ${groups} times too small (σ_w² = ${showNumber(weight!.sigmaW2)}, χ₁ = ${showNumber(local!.chi1)} with ${activationName(activation!)})`;
  const instead =
    framework.toLowerCase() === 'pytorch' && weight!.formula?.includes('fan_out') ? "Use mode='fan_in'" : 'Divide by the fan-in';
  return `${who}: ${small}. ${instead}, which counts one group.`;
}

/** Offered where the calls say `mode='fan_out'` and change no other layer: one without groups has equal fans, or is none of theirs. */
function useFanIn(model: ModelReport, layers: readonly LayerReport[]): Fix | null {
  const edits = editCalls(model, layers, (call, drawn) => {
    const mode = call.arguments.find(({ name, text }) => name === 'mode' && /^['"]fan_out['"]$/.test(text));
    const isSafe = drawn.every((layer) => layers.includes(layer) || (layer.fanIn !== null && layer.fanIn === layer.fanOut));
    return mode && isSafe ? [{ range: mode.range, newText: mode.text.replace('fan_out', 'fan_in') }] : [];
  });
  return edits.length > 0 ? { title: "Use mode='fan_in'", edits } : null;
}

import { hasNormalization } from '../has-normalization.js';
import type { Finding, LayerReport, ModelReport, Severity } from '../protocol.js';
import { sameRange } from '../range.js';
import { effectSeverity } from './effect-severity.js';
import { type GradientFlow, gradientFlow, largestSwing } from './gradient-flow.js';
import { initializationFix } from './initialization-fix.js';
import { describeRepair, isCalculated, isDropoutAlone, misfits, repair, spanOf } from './repair.js';
import type { Rule } from './rule.js';

/**
 * Layers whose weights were drawn for another activation than the one that they feed: ReLU after `xavier_normal_`, tanh after
 * `kaiming_normal_`, SELU after PyTorch's default.
 *
 * It looks at the layers one by one, so it also sees what cancels over the network: gradients that swell in one half and shrink in the
 * other. Where the network's gradients are reported already, it only points at the layer that causes it. A network whose graph
 * branches is left out, since beside a skip connection a small branch is no fault.
 */
export const initializerDoesNotFitActivation: Rule = {
  id: 'initializer-does-not-fit-activation',
  title: 'Weights are drawn with a variance that was made for another activation.',
  check(model, found) {
    const flow = gradientFlow(model);
    if (!flow) return null;
    const last = model.propagation.findLast(({ path }) => model.layers.some((layer) => layer.path === path && layer.weight));
    const hidden = model.layers.filter(({ path, activation }) => path !== last?.path || !answers.has(activation ?? ''));
    const bad = misfits({ ...model, layers: hidden }, 0).filter(
      (layer) => Math.abs(Math.log(layer.local!.chi1!)) >= misfitNats && !isCalculated(layer) && !isDropoutAlone(layer),
    );
    const remedy = repair(model, 0, bad);
    const first = remedy?.layers[0];
    const severity = remedy && misfitSeverity(model, flow, bad, found);
    if (!remedy || !first || !severity) return null;
    const explained = found.some(({ rule, range }) => rule === 'fan-out-of-all-groups' && sameRange(range, first.range));
    if (explained) return null;
    return {
      severity,
      message: `${subject(remedy.layers)}: χ₁ = ${spanOf(remedy.layers.map(({ local }) => local?.chi1))} with ${remedy.activation}. ${describeRepair(remedy)}`,
      range: first.range,
      related: [],
      fix: initializationFix(model, remedy),
    };
  },
};

/** Behind the last layer these bring the network's answer into the range that its loss asks for, and drive no further layer. */
const answers = new Set(['sigmoid', 'hardsigmoid', 'tanh', 'hardtanh', 'softplus', 'softsign', 'exponential', 'log_sigmoid']);

/** A layer that changes squared gradients by less than half in either direction was meant for its activation. */
const misfitNats = Math.log(1.5);

function misfitSeverity(
  model: ModelReport,
  flow: GradientFlow,
  bad: readonly LayerReport[],
  found: readonly Finding[],
): Severity | null {
  if (found.some(({ rule }) => rule === 'vanishing-gradient' || rule === 'exploding-gradient')) return 'hint';
  // What normalization does to gradients is no fault of the layers that are bare.
  const severity = hasNormalization(model) ? null : effectSeverity(largestSwing(flow), model.summary.depth);
  if (severity) return severity;
  // The first layer scales the signal once, and no gradient passes through it.
  const written = bad.filter((layer) => layer.weight?.sourceRange && layer !== model.layers[0]);
  return written.reduce((sum, { local }) => sum + Math.abs(Math.log(local!.chi1!)), 0) >= 2 ? 'hint' : null;
}

function subject(layers: readonly LayerReport[]): string {
  const first = layers[0]!;
  return layers.length === 1
    ? `The initializer of ${first.path} does not fit its activation`
    : `The initializers of ${first.path} and ${layers.length - 1} more layer${layers.length > 2 ? 's' : ''} do not fit their activation`;
}

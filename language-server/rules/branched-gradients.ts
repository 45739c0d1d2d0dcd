import { showNumber } from '../format-number.js';
import { hasNormalization } from '../has-normalization.js';
import type { BlockStack, Finding, ModelReport, Severity } from '../protocol.js';
import { certainNats } from './certain-nats.js';
import { describeChange } from './describe-change.js';
import { effectSeverity } from './effect-severity.js';
import { fold } from './fold.js';
import { layersBesideGates } from './gate-layers.js';
import { branchedNats } from './gradient-flow.js';
import { hasRecurrence } from './has-recurrence.js';
import { initializationFix } from './initialization-fix.js';
import { describeRepair, repair } from './repair.js';
import { shorten } from './shorten.js';

/**
 * `vanishing-gradient` (direction −1) and `exploding-gradient` (+1) in networks with skip connections or branches. Says nothing where it
 * cannot say what to do: either residual blocks or bare layers have to account for at least half of the change.
 */
export function branchedFinding(model: ModelReport, direction: -1 | 1): Omit<Finding, 'rule'> | null {
  const nats = branchedNats(model);
  if (nats === null || Math.sign(nats) !== direction) return null;
  const normalized = hasNormalization(model);
  // With running statistics of 0 and 1, normalization does nothing yet: that is no statement on training.
  if (normalized && model.summary.mode === 'eval') return null;
  const certain = certainNats(nats, model.summary);
  const severity = normalized ? normalizedSeverity(certain) : effectSeverity(certain, model.summary.depth);
  // Below 6 nats the verdict tells the number; a hint would mark networks that many train as they are.
  if (!severity || (!normalized && severity === 'hint')) return null;
  const finding = { severity, range: model.range, related: [] };
  const what = describeChange(model, nats);
  const stacks = stacksAlong(model, direction);
  if (stacks.length > 0 && natsOf(stacks) >= Math.abs(nats) / 2)
    return {
      ...finding,
      message: `${what}, ${describeStacks(stacks, nats)} ${scaleOf(stacks, direction, normalized)}`,
      fix: null,
    };
  const remedy = repair(model, direction, layersBesideGates(model));
  // What recurrent layers take is no alarm: others have to be at fault by themselves.
  if (remedy && hasRecurrence(model) && direction < 0 && remedy.nats < 9) return null;
  // Of weights that keep their size whatever is drawn, as standardized ones do, there is nothing to write that these ways do not have.
  if (normalized || !remedy || remedy.calculated || remedy.nats < Math.abs(nats) / 2) return null;
  return { ...finding, message: `${what}. ${describeRepair(remedy)}`, fix: initializationFix(model, remedy) };
}

/**
 * Batch normalization multiplies squared gradients by π/(π − 1) = 1.47 in each ReLU layer without skip connection (Yang et al. 2019,
 * arXiv:1902.08129, corollary 3.6), and networks of some fifty such layers, 19 nats, are the deepest that were seen to train. With skip
 * connections it is a power of depth, and 150 layers at 16 nats train well.
 */
export function normalizedSeverity(nats: number): Severity | null {
  if (nats < 18) return null;
  if (nats < 22) return 'hint';
  return nats < 30 ? 'information' : 'warning';
}

/** Stacks of residual blocks that change gradients in this direction. */
const stacksAlong = ({ summary: { blocks } }: ModelReport, direction: -1 | 1): BlockStack[] =>
  blocks.filter(({ log10Gradient }) => Math.sign(log10Gradient) === direction);

const natsOf = (stacks: readonly BlockStack[]): number =>
  stacks.reduce((sum, { log10Gradient }) => sum + Math.abs(log10Gradient), 0) * Math.LN10;

const countOf = (stacks: readonly BlockStack[]): number => stacks.reduce((sum, { count }) => sum + count, 0);

function describeStacks(stacks: readonly BlockStack[], nats: number): string {
  const part = natsOf(stacks) > 0.8 * Math.abs(nats) ? 'nearly all' : fold(natsOf(stacks) / Math.LN10);
  const count = countOf(stacks);
  const chi = Math.exp(stacks.reduce((sum, { log10Gradient }) => sum + log10Gradient * Math.LN10, 0) / count);
  const [first, last] = [stacks[0]!.first, stacks.at(-1)!.last];
  return `${part} of it in ${count} residual blocks (${shorten(first, 24)} … ${shorten(last, 24)}) with a factor of ${showNumber(chi)} each.`;
}

/**
 * The branch scale α that keeps the squared gradient within a factor of 2: the stream grows by (1 + α² g)^N with g = χ − 1, so that
 * α² ≤ ln 2/(N g). Zhang et al. 2019, arXiv:1901.09321 (Fixup); De & Smith 2020, arXiv:2002.10444 (SkipInit).
 */
function scaleOf(stacks: readonly BlockStack[], direction: -1 | 1, normalized: boolean): string {
  if (direction < 0) return 'Let the skip connection of each block pass the stream as it is, without factor or activation.';
  if (normalized) return 'Start the scale γ of the last normalization in each branch at 0, so that blocks begin as the identity.';
  const growth = stacks.reduce((sum, { count, chi }) => sum + count * (chi - 1), 0);
  const scale = Math.sqrt(Math.LN2 / growth);
  return `Multiply each branch by ${showNumber(Number(scale.toPrecision(2)))} or less before it is added, or start its last layer at 0.`;
}

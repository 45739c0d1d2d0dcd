import { showNumber } from '../format-number.js';
import { initialCrossEntropy } from '../meanfield/initial-cross-entropy.js';
import type { Fix, LayerReport, ModelReport } from '../protocol.js';
import { appended } from './appended.js';
import { callAt } from './call-at.js';
import type { Rule } from './rule.js';
import { shorten } from './shorten.js';

/**
 * A model whose outputs start so large that softmax is nearly one-hot and cross-entropy far above ln K.
 *
 * From a standard deviation of 3 on, the loss starts more than 3 nats above that of a constant guess. It happens where a head keeps the
 * N(0, 1) of a table of embeddings: the variance of a logit is then the width of the model.
 */
export const largeInitialLogits: Rule = {
  id: 'large-initial-logits',
  title: 'Outputs start so large that cross-entropy begins far above the logarithm of the number of classes.',
  check(model, found) {
    const { logits } = model;
    const head = logits && model.layers.find(({ path }) => path === logits.path);
    if (!logits || !head || logits.classes < fewClasses || logits.variance < largeDeviation ** 2) return null;
    // A stream that has grown on its way is no fault of the head.
    if ((head.weight?.sigmaW2 ?? 0) < largeDeviation ** 2) return null;
    const start = initialCrossEntropy(logits.classes, logits.variance);
    const told = found.some(({ rule }) => rule === 'exploding-gradient');
    return {
      severity: told ? 'hint' : start > 3 * Math.log(logits.classes) ? 'warning' : 'information',
      message: message(model, logits, start),
      range: head.range,
      related: [],
      fix: drawSmaller(model, head, logits.tied),
    };
  },
};

const fewClasses = 10;
const largeDeviation = 3;

function message(
  { framework, layers }: ModelReport,
  { path, classes, variance, tied }: NonNullable<ModelReport['logits']>,
  start: number,
): string {
  const head = layers.find((layer) => layer.path === path);
  const fan = head?.summands ?? null;
  const small = fan === null ? '1/√fan_in' : `1/√${fan} = ${showNumber(fan ** -0.5)}`;
  const what = `The ${classes} outputs of ${shorten(path, 32)} start with standard deviation ${showNumber(Math.sqrt(variance))}: as logits they put cross-entropy at ${tied ? `${showNumber(start)} or more` : showNumber(start)}, while equal logits have ln ${classes} = ${showNumber(Math.log(classes))}`;
  const call =
    framework.toLowerCase() === 'pytorch'
      ? `: nn.init.normal_(w, std=${fan === null ? 'fan_in ** -0.5' : showNumber(fan ** -0.5)})`
      : '';
  return tied
    ? `${what}. Draw the shared table with std ${small}${call}, or multiply the output by that.`
    : `${what}. Draw its weights with std ${small} or less${call}.`;
}

/** Std 1/√fan_in, written by the size of the weight itself: in the call that draws the head alone, or after the tie to a table at its default. */
function drawSmaller(model: ModelReport, { kind, path, weight }: LayerReport, tied: boolean): Fix | null {
  if (kind !== 'Linear' || !weight) return null;
  const site = model.initializerSite;
  if (tied && weight.kept && site && /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(path)) {
    const tensor = `${site.self}.${path}.weight`;
    const call = `${site.namespace}.init.normal_(${tensor}, std=${tensor}.shape[1] ** -0.5)`;
    return { title: `Draw the shared table with std = ${tensor}.shape[1] ** -0.5`, edits: [appended(site, [call])] };
  }
  const call = callAt(model, weight.sourceRange);
  const [tensor] = call?.arguments ?? [];
  const std = call?.arguments.find(({ name }, index) => name === 'std' || (name === null && index === 2));
  if (tied || !call || call.tensors !== 1 || !tensor || !std || !/^(\w+\.)*init\.normal_$/.test(call.callee.text)) return null;
  if (tensor.name !== null || !/^[A-Za-z_][\w.]*\.weight$/.test(tensor.text)) return null;
  const small = `${tensor.text}.shape[1] ** -0.5`;
  return { title: `Use std=${small}`, edits: [{ range: std.range, newText: small }] };
}

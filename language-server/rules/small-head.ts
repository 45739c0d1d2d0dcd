import type { LayerReport, ModelReport } from '../protocol.js';
import { sameRange } from '../range.js';

/**
 * A last layer that was made small on purpose: a gain of 0.01 for policies (Andrychowicz et al. 2021, arXiv:2006.05990, §3.2), ±0.003 in
 * DDPG (Lillicrap et al. 2016, arXiv:1509.02971, §7). It scales the gradients of all layers below alike, once, and grows with its own first
 * steps, so it is no matter of depth: what is said of gradients over the network leaves its factor out.
 *
 * @returns null where the last layer has the framework's weights, or those that the other layers have
 */
export function smallHead({ layers, propagation }: ModelReport): LayerReport | null {
  if (!layers.some(({ weight }) => weight?.sourceRange)) return null;
  const weights = new Map(layers.flatMap((layer) => (layer.weight ? [[layer.path, layer] as const] : [])));
  const last = propagation.findLast(({ path }) => typeof weights.get(path)?.weight?.sigmaW2 === 'number');
  const head = last && weights.get(last.path);
  if (!head?.weight?.sourceRange || head.normalized) return null;
  const { sigmaW2, variance } = head.weight;
  if (sigmaW2 === null || sigmaW2 <= 0 || sigmaW2 >= usual) return null;
  const alike = layers.some(({ weight, path }) => {
    if (!weight?.sourceRange || path === head.path || !sameRange(weight.sourceRange, head.weight!.sourceRange!)) return false;
    return weight.variance === variance || (weight.sigmaW2 !== null && weight.sigmaW2 < 10 * sigmaW2);
  });
  return alike ? null : head;
}

/** PyTorch's default, below which nobody gets by chance. */
const usual = 1 / 3;

import { showDepth, showNumber } from '../format-number.js';
import { hasNormalization } from '../has-normalization.js';
import type { Finding, LayerReport, ModelReport } from '../protocol.js';
import { sameRange } from '../range.js';
import { branchedFinding, normalizedSeverity } from './branched-gradients.js';
import { certainNats } from './certain-nats.js';
import { describeChange } from './describe-change.js';
import { effectSeverity } from './effect-severity.js';
import { type GradientFlow, gradientFlow, isTypical, tellingChi } from './gradient-flow.js';
import { initializationFix } from './initialization-fix.js';
import { describeRepair, repair, spanOf } from './repair.js';

/**
 * What `vanishing-gradient` (direction −1) and `exploding-gradient` (+1) share: the size of the effect over the whole network
 * decides, the first layer that causes it is named, and the message ends with what to write instead.
 */
export function gradientFinding(model: ModelReport, direction: -1 | 1): Omit<Finding, 'rule'> | null {
  const flow = gradientFlow(model);
  if (!flow) return branchedFinding(model, direction);
  if (Math.sign(flow.nats) !== direction) return null;
  const severity = effectSeverity(Math.abs(flow.nats), model.summary.depth);
  if (!severity || certainNats(flow.nats, model.summary) === 0) return null;
  const remedy = repair(model, direction);
  // Without bare layers at fault the change comes from normalization or pooling, where no initializer of a weight helps.
  if (!remedy || (hasNormalization(model) && remedy.nats < Math.abs(flow.nats) / 2)) return normalizedChain(model, flow);
  // Discriminators with eight such layers train well (Miyato et al. 2018, arXiv:1802.05957, table 3), though at the start their gradients shrink.
  return {
    severity: hasNormalization(model) || remedy.calculated ? 'hint' : severity,
    message: `${describeFlow(model, flow)} ${describeRepair(remedy)}`,
    range: model.range,
    related: relatedLayers(remedy.layers),
    fix: initializationFix(model, remedy),
  };
}

/** Batch normalization without skip connections: the size of the signal is kept, that of gradients is not. */
function normalizedChain(model: ModelReport, { nats }: GradientFlow): Omit<Finding, 'rule'> | null {
  const { depth, mode } = model.summary;
  const severity = hasNormalization(model) && mode === 'train' && nats > 0 ? normalizedSeverity(nats) : null;
  if (!severity) return null;
  const what = describeChange(model, nats, ' in spite of normalization');
  const message = `${what}, ${showNumber(Math.exp(nats / depth))}-fold in each. Add skip connections around every second layer, or use fewer layers.`;
  return { severity, message, range: model.range, related: [], fix: null };
}

function describeFlow(model: ModelReport, flow: GradientFlow): string {
  // The depth scale is that of the typical layer.
  const xiGrad = isTypical(model, flow) ? model.summary.xiGrad : null;
  const scale = typeof xiGrad === 'number' ? `, ξ_∇ = ${showDepth(xiGrad)} layers` : '';
  return `${describeChange(model, flow.nats)} (${tellingChi(model, flow)}, 1 keeps them${scale}).`;
}

/** One entry a place, since layers that a loop makes share theirs. */
function relatedLayers(layers: readonly LayerReport[]): Finding['related'] {
  const byPlace = new Map<string, { range: Finding['range']; layers: LayerReport[] }>();
  let place: { range: Finding['range']; layers: LayerReport[] } | null = null;
  for (const layer of layers) {
    // Those of a loop follow each other.
    if (!place || !sameRange(place.range, layer.range)) {
      const key = JSON.stringify(layer.range);
      place = byPlace.get(key) ?? { range: layer.range, layers: [] };
      byPlace.set(key, place);
    }
    place.layers.push(layer);
  }
  return [...byPlace.values()].slice(0, maximalRelated).map(({ range, layers: here }) => {
    const first = here[0]!;
    const more = here.length > 1 ? ` and ${here.length - 1} more` : '';
    return { range, message: `${first.path}${more}: χ₁ = ${spanOf(here.map(({ local }) => local?.chi1))}` };
  });
}

const maximalRelated = 8;

import { showNumber } from '../format-number.js';
import type { Fix, LayerReport, ModelReport } from '../protocol.js';
import { editCalls } from './edit-calls.js';
import { alsoThere } from './elsewhere.js';
import type { Rule } from './rule.js';
import { shorten } from './shorten.js';

/**
 * Query, key and value in one weight under Glorot's initializer. The fan-out counts all three matrices, so that the variance is
 * 2/(d + 3d) where each of them alone would have 2/(d + d): half of it. github.com/pytorch/pytorch/issues/166378
 */
export const fanOutOfPackedProjection: Rule = {
  id: 'fan-out-of-packed-projection',
  title: 'The fan-out of a packed projection counts query, key and value together, so that their weights start smaller.',
  check(model) {
    const layers = model.layers.filter(isHalved);
    const [first] = layers;
    if (!first) return null;
    return {
      severity: 'hint',
      message: message(model, first, layers.length),
      range: first.range,
      related: alsoThere(layers),
      fix: restoreGain(model, layers),
    };
  },
};

function isHalved({ packed, normalized, weight }: LayerReport): boolean {
  // The framework's own packed layers have this law by themselves; a loop that draws them again changes nothing.
  if (!packed || normalized || !weight?.sourceRange || weight.kept || weight.redrawn) return false;
  return weight.formula === '2/(fan_in + fan_out)';
}

function message({ framework }: ModelReport, { path, weight }: LayerReport, count: number): string {
  const where = `${shorten(path, 36)}${count > 1 ? ` and ${count - 1} more` : ''}`;
  const call = framework.toLowerCase() === 'pytorch' ? ' (gain=2 ** 0.5)' : '';
  return `${shorten(weight!.source, 36)} counts query, key and value of ${where} together in the fan-out: their variance is half that of three layers of their own (σ_w² = ${showNumber(weight!.sigmaW2)} instead of 1). A gain of √2${call} restores it.`;
}

/** Offered where the calls have no gain and draw packed projections alone. */
function restoreGain(model: ModelReport, layers: readonly LayerReport[]): Fix | null {
  const edits = editCalls(model, layers, ({ arguments: given, tensors }, drawn) => {
    const [tensor] = given;
    const packed = drawn.filter((layer) => layers.includes(layer));
    if (given.length !== 1 || tensor!.name !== null || packed.length !== tensors) return [];
    return [{ range: tensor!.range, newText: `${tensor!.text}, gain=2 ** 0.5` }];
  });
  return edits.length > 0 ? { title: 'Use gain=2 ** 0.5', edits } : null;
}

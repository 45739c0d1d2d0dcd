import { hasNormalization } from '../has-normalization.js';
import type { Fix, LayerReport, ModelReport } from '../protocol.js';
import { appended } from './appended.js';
import { editCalls } from './edit-calls.js';
import { misfits, type Repair } from './repair.js';

/** What to edit so that the layers of a repair get their initializer: the call that draws them, else a loop that does. */
export function initializationFix(model: ModelReport, remedy: Repair): Fix | null {
  return remedy.layers[0]?.weight?.sourceRange ? otherCalls(model, remedy) : addedLoop(model, remedy);
}

/**
 * Exchanges the calls that draw the layers and all others at fault. It is offered only where that changes nothing else: a call draws weights
 * of layers alone that feed this activation or none, none is normalized, and no biases add to the signal, unless the activation does not see
 * its length.
 */
function otherCalls(model: ModelReport, { layers, activation, call: instead }: Repair): Fix | null {
  const [, name, options] = /^nn\.init\.(\w+)\(w(, .*)\)$/.exec(instead?.weight ?? '') ?? [];
  if (!name || !options || instead?.bias || instead?.weight.includes('fan_in') || hasNormalization(model)) return null;
  const fits = (layer: LayerReport) =>
    (layer.activation ?? activation) === activation && (layer.local?.critical?.sigmaB2 === 0 || !layer.bias?.sigmaB2);
  // Another group at fault would keep the finding.
  const faulty = [...layers, ...misfits(model, 0)];
  if (!faulty.every(({ weight }) => weight?.sourceRange)) return null;
  const edits = editCalls(model, faulty, (call, written) => {
    const [tensor] = call.arguments;
    const prefix = /^((?:\w+\.)*init\.)\w+_$/.exec(call.callee.text)?.[1];
    if (!tensor || tensor.name !== null || !prefix || written.length !== call.tensors || (call.dimensions ?? 0) < 2) return [];
    if (!written.every(fits)) return [];
    const rest = { start: tensor.range.end, end: call.arguments.at(-1)!.range.end };
    return [
      { range: call.callee.range, newText: `${prefix}${name}` },
      { range: { ...tensor.range, ...rest }, newText: options },
    ];
  });
  if (edits.length === 0) return null;
  const calls = edits.length / 2;
  return { title: `Use nn.init.${name}(…${options})${calls > 1 ? ` in ${calls} calls` : ''}`, edits };
}

/**
 * Adds a loop that initializes all layers of the affected types at the end of `__init__`.
 *
 * It is offered only where that changes nothing but what the finding is about: all layers of these types feed the same activation
 * or none, none is normalized or has an initializer of its own, and the call needs nothing but the weight.
 */
function addedLoop(model: ModelReport, { layers, activation, call }: Repair): Fix | null {
  const site = model.initializerSite;
  if (!site || !call || call.bias || call.weight.includes('fan_in')) return null;
  const kinds = [...new Set(layers.map(({ kind }) => kind))];
  const touched = model.layers.filter(({ kind }) => kinds.includes(kind));
  if (touched.some((layer) => layer.weight?.sourceRange || (layer.activation ?? activation) !== activation)) return null;
  if (model.graph.nodes.some(({ kind }) => kind === 'normalization')) return null;
  const types = kinds.map((kind) => `${site.namespace}.${kind}`);
  const weight = call.weight.replace(/^nn\./, `${site.namespace}.`).replace('(w', '(module.weight');
  const lines = [
    `for module in ${site.self}.modules():`,
    `    if isinstance(module, ${types.length === 1 ? types[0] : `(${types.join(', ')})`}):`,
    `        ${weight}`,
    '        if module.bias is not None:',
    `            ${site.namespace}.init.zeros_(module.bias)`,
  ];
  return {
    title: `Initialize ${kinds.join(' and ')} layers with ${call.weight.slice(0, call.weight.indexOf('('))}`,
    edits: [appended(site, lines)],
  };
}

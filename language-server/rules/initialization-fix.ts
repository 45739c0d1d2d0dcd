import type { Fix, ModelReport } from '../protocol.js';
import { appended } from './appended.js';
import type { Repair } from './repair.js';

/**
 * Adds a loop that initializes all layers of the affected types at the end of `__init__`.
 *
 * It is offered only where that changes nothing but what the finding is about: all layers of these types feed the same activation
 * or none, none is normalized or has an initializer of its own, and the call needs nothing but the weight.
 */
export function initializationFix(model: ModelReport, { layers, activation, call }: Repair): Fix | null {
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

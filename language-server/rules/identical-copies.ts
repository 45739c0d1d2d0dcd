import type { CopiesReport, Fix, InitializerSite, ModelReport } from '../protocol.js';
import { appended } from './appended.js';
import { listed } from './listed.js';
import type { Rule } from './rule.js';

/** Layers of a stack that `copy.deepcopy` made: their weights are equal, and mean-field theory takes them as drawn independently. */
export const identicalCopies: Rule = {
  id: 'identical-copies',
  title: 'Layers of a stack start with equal weights, because they are copies of one layer.',
  check(model) {
    const stacks = model.reach?.copies ?? [];
    const [first] = stacks;
    if (!first) return null;
    return {
      severity: 'hint',
      message: `The ${first.count} layers in ${first.path} start with equal weights, since they are copies of one layer (${listed(first.tensors)}). Initialize them after copying; the numbers here hold for independent draws.`,
      range: first.range,
      related: stacks.slice(1, 9).map(({ path, range }) => ({ message: `So do the layers in ${path}.`, range })),
      fix: drawAnew(model, stacks),
    };
  },
};

/** Offered where the copies keep the framework's own law, so that nothing but the equality is lost. */
function drawAnew(model: ModelReport, stacks: readonly CopiesReport[]): Fix | null {
  const site = model.initializerSite;
  const loops = stacks.map((stack) => site && loop(model, stack, site));
  if (!site || !loops.every(Boolean)) return null;
  return {
    title: `Draw the weights of ${listed(stacks.map(({ path }) => path))} anew`,
    edits: [
      appended(
        site,
        loops.flatMap((lines) => lines ?? []),
      ),
    ],
  };
}

function loop({ layers }: ModelReport, { path, tensors }: CopiesReport, { self, namespace }: InitializerSite): string[] | null {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(path)) return null;
  const owners = tensors.map((name) => `${path}.0.${name}`.replace(/\.\w+$/, ''));
  const kinds = [...new Set(owners.map((owner) => layers.find((layer) => layer.path === owner)?.kind ?? 'unknown'))];
  const touched = layers.filter((layer) => layer.path.startsWith(`${path}.`) && kinds.includes(layer.kind));
  if (!touched.every(({ weight, bias }) => weight?.kept && (!bias || bias.kept))) return null;
  if (kinds.every((kind) => /^(Linear|Bilinear|Conv(Transpose)?[123]d)$/.test(kind)))
    return [
      `for module in ${self}.${path}.modules():`,
      `    if isinstance(module, ${oneOf(kinds.map((kind) => `${namespace}.${kind}`))}):`,
      '        module.reset_parameters()',
    ];
  // As nn.Transformer does with its own layers, which keep no way to draw a packed projection anew.
  if (!kinds.every((kind) => kind === 'MultiheadAttention' || kind === 'Linear')) return null;
  return [
    `for parameter in ${self}.${path}.parameters():`,
    '    if parameter.dim() > 1:',
    `        ${namespace}.init.xavier_uniform_(parameter)`,
  ];
}

const oneOf = (types: readonly string[]): string => (types.length === 1 ? types[0]! : `(${types.join(', ')})`);

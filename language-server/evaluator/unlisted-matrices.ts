import type { Layer, Node, Unknown as Note, Parameter } from '../network/graph.js';
import { numberOf } from '../network/quantity.js';
import { namedModules, namedParameters } from './modules.js';
import type { Instance } from './values.js';

const reason = 'This trainable matrix works in a way that is not followed: it is listed as no layer.';

/** Trainable matrices of the model that no layer owns, and that do more than to be added, rescale, or be a part of the input. */
export function unlistedMatrices(root: Instance, layers: readonly Layer[], nodes: readonly Node[]): Note[] {
  if (layers.length === 0) return [];
  const owned = new Set(layers.flatMap(({ weight, bias, others }) => [weight, bias, ...others]));
  for (const { module } of namedModules(root))
    if (module.module!.layer)
      // The weight of a layer may be calculated from others: `weight_source`.
      for (const [name, value] of module.module!.parameters)
        if (value.kind === 'parameter' && /weight/.test(name)) owned.add(value.parameter);
  const { simple, multiplied } = usesOf(nodes);
  return namedParameters(root).flatMap(({ path, value: { parameter, trainable } }) => {
    const sizes = parameter.shape?.map(numberOf);
    const isMatrix = !sizes || (sizes.length >= 2 && sizes.every((size) => size === null || size > 1));
    const mayMultiply = sizes !== undefined && sizes.filter((size) => size === null || size > 1).length >= 2;
    if (!trainable || parameter.frozen || owned.has(parameter)) return [];
    if (isMatrix ? simple.has(parameter) : !mayMultiply || !multiplied.has(parameter)) return [];
    return [{ reason, location: parameter.writes[0]?.source.location ?? root.location, path }];
  });
}

/** Tensors that are added to signals, rescale them, or stand where an input stands: position tables, layer scales, queries. */
function usesOf(nodes: readonly Node[]): { simple: ReadonlySet<Parameter>; multiplied: ReadonlySet<Parameter> } {
  const readers = new Map<number, Node[]>();
  for (const node of nodes)
    for (const input of node.inputs) {
      const others = readers.get(input);
      if (others) others.push(node);
      else readers.set(input, [node]);
    }
  const simple = new Set<Parameter>();
  const multiplied = new Set<Parameter>();
  for (const node of nodes) {
    if ((node.kind === 'shift' || node.kind === 'scale') && node.parameter) simple.add(node.parameter);
    if (node.kind !== 'parameter') continue;
    if (isSimple(node, readers)) simple.add(node.parameter);
    if (isMultiplied(node, readers)) multiplied.add(node.parameter);
  }
  return { simple, multiplied };
}

/** A factor of a matrix product, also after it was brought into another shape. */
function isMultiplied(node: Node, readers: ReadonlyMap<number, readonly Node[]>, depth = 12): boolean {
  return (readers.get(node.id) ?? []).some(
    (reader) => reader.kind === 'matmul' || (depth > 0 && reader.kind === 'reshape' && isMultiplied(reader, readers, depth - 1)),
  );
}

function isSimple(node: Node, readers: ReadonlyMap<number, readonly Node[]>, depth = 12): boolean {
  // A mask, or the weight of a function that says itself what it does not follow, has no readers.
  const next = readers.get(node.id) ?? [];
  return (
    depth > 0 &&
    next.every((reader) =>
      ['reshape', 'scale', 'shift', 'activation', 'dropout'].includes(reader.kind)
        ? isSimple(reader, readers, depth - 1)
        : !['opaque', 'matmul'].includes(reader.kind),
    )
  );
}

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
  const simple = simplyUsed(nodes);
  return namedParameters(root).flatMap(({ path, value: { parameter, trainable } }) => {
    const sizes = parameter.shape?.map(numberOf);
    const isMatrix = !sizes || (sizes.length >= 2 && sizes.every((size) => size === null || size > 1));
    if (!trainable || parameter.frozen || !isMatrix || owned.has(parameter) || simple.has(parameter)) return [];
    return [{ reason, location: parameter.writes[0]?.source.location ?? root.location, path }];
  });
}

/** Tensors that are added to signals, rescale them, or stand where an input stands: position tables, layer scales, queries. */
function simplyUsed(nodes: readonly Node[]): ReadonlySet<Parameter> {
  const readers = new Map<number, Node[]>();
  for (const node of nodes) for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  const found = new Set<Parameter>();
  for (const node of nodes) {
    if ((node.kind === 'shift' || node.kind === 'scale') && node.parameter) found.add(node.parameter);
    if (node.kind === 'parameter' && isSimple(node, readers)) found.add(node.parameter);
  }
  return found;
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

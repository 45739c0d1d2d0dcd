import type { Network, Node } from '../network/graph.js';
import { isSequenceFirst } from '../network/sequence-first.js';
import type { World } from './operation.js';
import { operatePooling } from './pool.js';
import { operateConcatenate, operateReshape } from './rearrange.js';
import { sizeOf, type Tensor, walk } from './tensor.js';

/** The sample that each entry belongs to, where it is not known that samples come first; `null`: it is not known. */
export type Owners = Float64Array | null;

/** Whether some tensor has its samples in the second dimension. */
export const mixesSamples = ({ nodes }: Network): boolean =>
  nodes.some(
    (node) =>
      (node.kind === 'recurrent' && node.sequence?.batchFirst === false) ||
      (node.kind === 'input' && isSequenceFirst(nodes, node.id)),
  );

/** Samples of a drawn input. */
export function ownersOfInput({ shape }: Tensor, axis: number): Float64Array {
  return Float64Array.from(
    walk(
      shape,
      shape.map((_, i) => (i === axis ? 1 : 0)),
      0,
    ),
  );
}

/** Entries that are moved take their samples with them, and what acts on the last dimension leaves rows where they are. */
export function ownersBehind(
  node: Node,
  inputs: readonly Tensor[],
  owners: readonly Owners[],
  output: Tensor,
  world: World,
): Owners {
  const index = owners.findIndex((one) => one !== null);
  const [input, own] = [inputs[index], owners[index]];
  if (!input || !own) return null;
  if (node.kind === 'reshape') return operateReshape(node, [{ shape: input.shape, data: own }], world).output.data;
  if (node.kind === 'concatenate') {
    if (!owners.every((one) => one !== null)) return null;
    return operateConcatenate(
      node,
      inputs.map(({ shape }, i) => ({ shape, data: owners[i]! })),
      world,
    ).output.data;
  }
  if (node.kind === 'pooling') {
    const { data } = operatePooling(node, [{ shape: input.shape, data: own }], world).output;
    return data.every(Number.isInteger) ? data : null;
  }
  if (output.data.length === own.length) return own;
  const isTable = node.kind === 'affine' && node.variant === 'embedding';
  const [before, after] = [isTable ? 1 : (input.shape.at(-1) ?? 1), output.shape.at(-1) ?? 1];
  const isRowwise = isTable || node.kind === 'recurrent' || (node.kind === 'affine' && node.variant === 'dense');
  if (isRowwise && own.length / before === output.data.length / after)
    return output.data.map((_, i) => own[Math.floor(i / after) * before]!);
  const [batch = 1] = output.shape;
  const [size, sizeBefore] = [sizeOf(output.shape.slice(1)), own.length / batch];
  const comeFirst = own.every((sample, i) => sample === Math.floor(i / sizeBefore));
  return comeFirst ? output.data.map((_, i) => Math.floor(i / size)) : null;
}

/** All entries of the first sample, then those of the second, each in their order. */
export function sampleBySample(data: Float64Array, owners: Float64Array, batch: number): Float64Array {
  const result = new Float64Array(data.length);
  let to = 0;
  for (let sample = 0; sample < batch; sample++)
    for (let i = 0; i < data.length; i++) if (owners[i] === sample) result[to++] = data[i]!;
  return result;
}

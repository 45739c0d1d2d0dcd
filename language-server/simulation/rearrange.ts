import type { Node } from '../network/graph.js';
import { equals } from '../network/quantity.js';
import { NotSimulated } from './draw.js';
import type { Operate, Result, World } from './operation.js';
import { sizeOf, stridesOf, type Tensor, walk } from './tensor.js';

/**
 * Entries moved or selected. The graph keeps the shapes of such operations and not their arguments, so the arguments are told from the
 * shapes; where more than one reading fits, the simulation stops rather than guesses.
 */
export const operateReshape: Operate<'reshape'> = (node, [input], world) => {
  const before = world.nodes[node.inputs[0] ?? -1]?.shape ?? null;
  const after = node.shape;
  const [batch = 1] = input!.shape;
  const flattens = /flatten|view|reshape/i.test(node.name);
  if (before && after && same(before, after)) return unchanged(input!, input!.shape);
  if (flattens && (after?.length ?? 2) === 2) return unchanged(input!, [batch, input!.data.length / batch]);
  if (!after && !moves.test(node.name)) return unchanged(input!, input!.shape);
  const part = before && after ? partOf(node, before, world) : partOfFeatures(node, input!, world);
  if (part) return selected(input!, part);
  if (before && after) {
    if (orders.test(node.name)) return permuted(input!, before, after, node);
    const shape =
      merged(input!, before, after, node) ?? (world.fullSize ? after.map((size, i) => (i === 0 ? batch : world.size(size))) : []);
    if (sizeOf(shape) === input!.data.length) return unchanged(input!, shape);
  }
  throw new NotSimulated(`${node.name} is not simulated here.`);
};

/** Operations after which entries stand elsewhere. */
const orders = /permute|transpose|swap|^t$|movedim/i;
const moves =
  /permute|transpose|swap|^t$|movedim|chunk|split|unbind|select|narrow|getitem|stack|expand|repeat|squeeze|unfold|fold|pad|shuffle|upsample|interpolate|flatten|view|reshape|index|gather/i;

/** Flattened from some dimension to the last, or with dimensions of 1 added or taken away at the end. */
function merged({ shape }: Tensor, before: Shape, after: Shape, { name }: Node): number[] | null {
  const kept = after.length - 1;
  if (
    /flatten/i.test(name) &&
    after.length < before.length &&
    after.slice(0, kept).every((size, i) => equals(size, before[i]!) === true)
  )
    return [...shape.slice(0, kept), sizeOf(shape.slice(kept))];
  if (/squeeze/i.test(name)) {
    const common = Math.min(before.length, after.length);
    if (after.slice(0, common).every((size, i) => equals(size, before[i]!) === true))
      return [...shape.slice(0, common), ...Array<number>(Math.max(0, after.length - common)).fill(1)];
  }
  return null;
}

type Shape = NonNullable<Node['shape']>;

const same = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => equals(size, b[i]!) === true);

const unchanged = ({ data }: Tensor, shape: readonly number[]): Result => ({
  output: { shape, data },
  backward: (gradient) => [gradient],
});

/** `indices[i]` is the entry of the input that entry i of the output holds. */
function picked({ data }: Tensor, shape: readonly number[], indices: Int32Array): Result {
  return {
    output: { shape, data: Float64Array.from(indices, (at) => data[at]!) },
    backward: (gradient) => {
      const below = new Float64Array(data.length);
      for (let i = 0; i < indices.length; i++) below[indices[i]!]! += gradient[i]!;
      return [below];
    },
  };
}

interface Part {
  readonly axis: number;
  /** This part's share of the dimension, from its start. */
  readonly from: number;
  readonly to: number;
}

/** Which piece of its input a node of `chunk` or `split` is: the pieces are neighbours that read the same tensor. */
function partOf(node: Node, before: Shape, world: World): Part | null {
  if (!/chunk|split/i.test(node.name) || node.shape?.length !== before.length) return null;
  const axes = before.flatMap((size, i) => (equals(size, node.shape![i]!) === true ? [] : [i]));
  if (axes.length !== 1) return null;
  const axis = axes[0]!;
  const total = world.size(before[axis]);
  const pieces = piecesLike(node, world);
  const sizes = pieces.map(({ shape }) => (shape?.[axis] === undefined ? 0 : world.size(shape[axis])));
  const index = pieces.findIndex(({ id }) => id === node.id);
  const start = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
  return { axis, from: start / total, to: (start + sizes[index]!) / total };
}

/** Without known shapes: equal parts of the features of a sample, which have no other dimension to be cut along. */
function partOfFeatures(node: Node, { shape }: Tensor, world: World): Part | null {
  if (!/chunk/i.test(node.name) || shape.length !== 2) return null;
  const pieces = piecesLike(node, world);
  const index = pieces.findIndex(({ id }) => id === node.id);
  return { axis: 1, from: index / pieces.length, to: (index + 1) / pieces.length };
}

const piecesLike = (node: Node, { nodes }: World): readonly Node[] =>
  nodes.filter(({ inputs, name, location }) => inputs[0] === node.inputs[0] && name === node.name && location === node.location);

function selected(input: Tensor, { axis, from, to }: Part): Result {
  const size = input.shape[axis]!;
  const [first, last] = [Math.round(from * size), Math.round(to * size)];
  if (!(last > first) || last > size) throw new NotSimulated('A tensor is cut into parts that do not fit.');
  const shape = input.shape.map((one, i) => (i === axis ? last - first : one));
  const strides = stridesOf(input.shape);
  return picked(input, shape, walk(shape, strides, first * strides[axis]!));
}

/** Dimensions in another order, told from their sizes. */
function permuted(input: Tensor, before: Shape, after: Shape, node: Node): Result {
  const places = after.map((size) => before.flatMap((one, i) => (equals(one, size) === true ? [i] : [])));
  if (after.length !== before.length || places.some((found) => found.length !== 1))
    throw new NotSimulated(`The order of dimensions that ${node.name} makes cannot be told from their sizes.`);
  const order = places.map(([axis]) => axis!);
  const strides = stridesOf(input.shape);
  const shape = order.map((axis) => input.shape[axis]!);
  return picked(
    input,
    shape,
    walk(
      shape,
      order.map((axis) => strides[axis]!),
      0,
    ),
  );
}

export const operateConcatenate: Operate<'concatenate'> = (node, inputs) => {
  const [first] = inputs;
  const rank = first!.shape.length;
  const axis = node.axis < 0 ? rank + node.axis : node.axis;
  if (!inputs.every(({ shape }) => shape.length === rank && shape.every((size, i) => i === axis || size === first!.shape[i])))
    throw new NotSimulated('Tensors are concatenated that do not fit.');
  const total = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const shape = first!.shape.map((size, i) => (i === axis ? total : size));
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const data = new Float64Array(sizeOf(shape));
  const copy = (k: number, start: number, run: (from: number, to: number, count: number) => void) => {
    const block = inputs[k]!.shape[axis]! * inner;
    for (let i = 0; i < outer; i++) run(i * block, i * total * inner + start, block);
    return start + block;
  };
  let start = 0;
  inputs.forEach(({ data: from }, k) => {
    start = copy(k, start, (at, to, count) => data.set(from.subarray(at, at + count), to));
  });
  return {
    output: { shape, data },
    backward: (gradient) => {
      let at = 0;
      return inputs.map(({ data: one }, k) => {
        const below = new Float64Array(one.length);
        at = copy(k, at, (to, from, count) => below.set(gradient.subarray(from, from + count), to));
        return below;
      });
    },
  };
};

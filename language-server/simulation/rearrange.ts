import type { Node, Taken } from '../network/graph.js';
import { equals } from '../network/quantity.js';
import { NotSimulated } from './draw.js';
import type { Operate, Result, World } from './operation.js';
import { operateState } from './recurrent.js';
import { sizeOf, stridesOf, type Tensor, walk } from './tensor.js';
import { viewedAs } from './views.js';

/** Entries moved or selected; of what the graph does not tell, only views are taken for what their names say. */
export const operateReshape: Operate<'reshape'> = (node, [input], world) => {
  if (node.state) return operateState(node, input!, world);
  const before = world.nodes[node.inputs[0] ?? -1]?.shape ?? null;
  const after = node.shape;
  if (before && (node.split || node.order || node.copies)) return moved(input!, node, before, world);
  if (before && after && isSpread(before, after)) return moved(input!, { ...node, copies: after }, before, world);
  if (node.taken && before) return selected(input!, node.taken, before, after, world);
  if (before && after && same(before, after)) return unchanged(input!, input!.shape);
  if (views.test(node.name)) {
    const [batch = 1] = input!.shape;
    if (before && after) return unchanged(input!, viewedAs(input!.shape, before.map(world.size), after.map(world.size)));
    if ((after?.length ?? 2) === 2) return unchanged(input!, [batch, input!.data.length / batch]);
  }
  if (after || moves.test(node.name)) {
    const part = after ? null : partOfFeatures(node, input!, world);
    if (part) return part;
    throw new NotSimulated(`${node.name} is not simulated here.`);
  }
  return unchanged(input!, input!.shape);
};

/** Operations after which entries stand in the same order, and others after which they stand elsewhere. */
const views = /flatten|view|reshape|squeeze|ravel/i;
const moves =
  /permute|transpose|swap|^t$|movedim|chunk|split|unbind|select|narrow|getitem|stack|expand|repeat|unfold|fold|pad|shuffle|upsample|interpolate|index|gather|rearrange/i;

type Shape = NonNullable<Node['shape']>;

const same = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => equals(size, b[i]!) === true);

/** Dimensions of one entry became longer, and nothing else. */
const isSpread = (a: Shape, b: Shape): boolean =>
  a.length === b.length && !same(a, b) && a.every((size, i) => size === 1 || equals(size, b[i]!) === true);

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

/** A view, its dimensions in another order, copies along some of them, and a view of that. */
function moved(input: Tensor, { split, order, copies, shape: after }: Moved, before: Shape, world: World): Result {
  const own = (split ?? before).map(world.size);
  const sizes = split ? viewedAs(input.shape, before.map(world.size), own) : input.shape;
  if (sizes.length !== own.length) throw new NotSimulated('A tensor has other dimensions than the graph says.');
  const axes = order ?? own.map((_, axis) => axis);
  const strides = stridesOf(sizes);
  const ownAfter = axes.map((axis, i) => (copies ? world.size(copies[i]) : own[axis]!));
  const repeated = (i: number) => (copies && i === 0 ? world.samples(copies[0]) : ownAfter[i]!);
  const shape = axes.map((axis, i) => (own[axis] === 1 ? repeated(i) : sizes[axis]!));
  const steps = axes.map((axis) => (own[axis] === 1 ? 0 : strides[axis]!));
  const result = picked(input, shape, walk(shape, steps, 0));
  return after
    ? { ...result, output: { shape: viewedAs(shape, ownAfter, after.map(world.size)), data: result.output.data } }
    : result;
}

type Moved = Extract<Node, { kind: 'reshape' }>;

/** A part of some dimensions: of smaller ones the same share. */
function selected(input: Tensor, taken: readonly Taken[], before: Shape, after: Shape | null, world: World): Result {
  if (before.length !== input.shape.length) throw new NotSimulated('A tensor has other dimensions than the graph says.');
  const strides = stridesOf(input.shape);
  const sizes: (number | null)[] = [...input.shape];
  let offset = 0;
  for (const { axis, from, count } of taken) {
    const size = input.shape[axis]!;
    const share = size / world.size(before[axis]);
    const first = Math.min(size - 1, Math.round(world.size(from) * share));
    const length = count === null ? 1 : Math.max(1, Math.round(world.size(count) * share));
    if (first + length > size) throw new NotSimulated('A tensor is cut into parts that do not fit.');
    offset += first * strides[axis]!;
    sizes[axis] = count === null ? null : length;
  }
  const axes = sizes.flatMap((size, axis) => (size === null ? [] : [axis]));
  const shape = axes.map((axis) => sizes[axis]!);
  const result = picked(
    input,
    shape,
    walk(
      shape,
      axes.map((axis) => strides[axis]!),
      offset,
    ),
  );
  // `x[:, None]` adds dimensions of one entry.
  if (!after || after.length === shape.length) return result;
  const own = axes.map((axis) => world.size(taken.find((one) => one.axis === axis)?.count ?? before[axis]));
  return { ...result, output: { shape: viewedAs(shape, own, after.map(world.size)), data: result.output.data } };
}

/** Without known shapes: equal parts of the features of a sample, which have no other dimension to be cut along. */
function partOfFeatures(node: Node, input: Tensor, { nodes }: World): Result | null {
  const [batch = 1, features = 1] = input.shape;
  if (!/chunk/i.test(node.name) || input.shape.length !== 2) return null;
  const pieces = nodes.filter(
    ({ inputs, name, location }) => inputs[0] === node.inputs[0] && name === node.name && location === node.location,
  );
  const length = features / pieces.length;
  if (!Number.isInteger(length)) throw new NotSimulated('A tensor is cut into parts that do not fit.');
  const shape = [batch, length];
  return picked(input, shape, walk(shape, [features, 1], pieces.findIndex(({ id }) => id === node.id) * length));
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

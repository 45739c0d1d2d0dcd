import type { Node } from '../network/graph.js';
import { NotSimulated } from './draw.js';
import { matrices, multiplyInto, part, timesTransposed, transposed } from './matrix.js';
import type { Operate, Result, World } from './operation.js';
import { sameShape, sizeOf, stridesOf, type Tensor, walk } from './tensor.js';

type Product = Extract<Node, { kind: 'matmul' }>;

/** Products of matrices. Of logits, a sum over fewer channels than the model's own keeps its size. */
export const operateMatmul: Operate<'matmul'> = (node, inputs, world) => {
  const [a, b] = inputs as [Tensor, Tensor];
  if (node.inputs.length !== 2) throw new NotSimulated(`${node.name} is not simulated here.`);
  if (node.letters) return byLetters(node, node.letters, a, b, world);
  if (node.name === 'einsum') throw new NotSimulated('An einsum whose letters are not known is not simulated.');
  if (!sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2))) throw new NotSimulated('Two matrices do not fit each other.');
  return product(a, b, [...a.shape.slice(0, -1), b.shape.at(-1)!], sumFactor(node, a.shape.length - 1, a, world), world);
};

function product(a: Tensor, b: Tensor, shape: readonly number[], factor: number, world: World): Result {
  const { count, rows, inner } = matrices(a);
  const { count: others, rows: summed, inner: columns } = matrices(b);
  if (summed !== inner || others !== count) throw new NotSimulated('Two matrices do not fit each other.');
  world.spend(2 * count * rows * inner * columns);
  const output = new Float64Array(count * rows * columns);
  for (let i = 0; i < count; i++)
    multiplyInto(output, i * rows * columns, a.data, i * rows * inner, b.data, i * inner * columns, [rows, inner, columns]);
  return {
    output: { shape, data: output.map((x) => factor * x) },
    backward: (gradient) => {
      const [first, second] = [new Float64Array(a.data.length), new Float64Array(b.data.length)];
      const scaled = gradient.map((g) => factor * g);
      for (let i = 0; i < count; i++) {
        const above = scaled.subarray(i * rows * columns, (i + 1) * rows * columns);
        first.set(timesTransposed(above, part(b, i, inner * columns), rows, columns, inner), i * rows * inner);
        const turned = transposed(a.data, i * rows * inner, rows, inner);
        multiplyInto(second, i * inner * columns, turned, 0, above, 0, [inner, rows, columns]);
      }
      return [first, second];
    },
  };
}

/** Letters of both tensors and of the result are batches, those of one tensor and of the result rows or columns, the others are summed. */
function byLetters(
  node: Product,
  [left, right, result]: NonNullable<Product['letters']>,
  a: Tensor,
  b: Tensor,
  world: World,
): Result {
  const all = [...new Set(left + right)];
  const batch = all.filter((letter) => left.includes(letter) && right.includes(letter) && result.includes(letter));
  const summed = all.filter((letter) => left.includes(letter) && right.includes(letter) && !result.includes(letter));
  const rows = [...left].filter((letter) => !right.includes(letter));
  const columns = [...right].filter((letter) => !left.includes(letter));
  const isPlain = (text: string, shape: readonly number[] | null) =>
    new Set(text).size === text.length && (shape === null || shape.length === text.length);
  const order = [...batch, ...rows, ...columns];
  if (!isPlain(left, a.shape) || !isPlain(right, b.shape) || !isPlain(result, null) || order.length !== result.length)
    throw new NotSimulated('This einsum is not simulated.');
  const size = new Map([...left].map((letter, i) => [letter, a.shape[i]!]));
  [...right].forEach((letter, i) => {
    size.set(letter, b.shape[i]!);
  });
  const sizes = (letters: readonly string[]) => letters.map((letter) => size.get(letter)!);
  const asMatrices = (tensor: Tensor, text: string, [first, second]: readonly [string[], string[]]) => {
    const wanted = [...batch, ...first, ...second];
    const { data, indices } = inOrder(tensor, [...text], wanted);
    return { shape: [sizeOf(sizes(batch)), sizeOf(sizes(first)), sizeOf(sizes(second))], data, indices };
  };
  const [one, two] = [asMatrices(a, left, [rows, summed]), asMatrices(b, right, [summed, columns])];
  const factor = sumFactor(node, summed.length === 1 ? left.indexOf(summed[0]!) : -1, a, world);
  const inner = product(one, two, [...sizes(order)], factor, world);
  const last = inOrder(inner.output, order, [...result]);
  return {
    output: { shape: sizes([...result]), data: last.data },
    backward: (gradient) => {
      const [first, second] = inner.backward(scattered(gradient, last.indices)) as [Float64Array, Float64Array];
      return [scattered(first, one.indices), scattered(second, two.indices)];
    },
  };
}

/** A tensor with its dimensions, named by letters, in another order, and where each entry comes from. */
function inOrder({ shape, data }: Tensor, letters: readonly string[], wanted: readonly string[]) {
  const strides = stridesOf(shape);
  const axes = wanted.map((letter) => letters.indexOf(letter));
  const indices = walk(
    axes.map((axis) => shape[axis]!),
    axes.map((axis) => strides[axis]!),
    0,
  );
  return { data: Float64Array.from(indices, (at) => data[at]!), indices };
}

function scattered(values: Float64Array, indices: Int32Array): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) result[indices[i]!] = values[i]!;
  return result;
}

/** √(own summands/simulated ones), but for attention weights, whose sum is 1 over any number of tokens. */
function sumFactor({ inputs }: Product, axis: number, a: Tensor, { nodes, size }: World): number {
  const isWeights = (id: number): boolean => {
    const { kind, inputs: below } = nodes[id]!;
    return kind === 'softmax' || ((kind === 'dropout' || kind === 'mask' || kind === 'reshape') && isWeights(below[0]!));
  };
  const own = nodes[inputs[0]!]!.shape?.[axis];
  return own === undefined || isWeights(inputs[0]!) ? 1 : Math.sqrt(size(own) / a.shape[axis]!);
}

/** Numbers in row-major order, batch first. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** Applies f to every entry. */
export function mapped({ shape, data }: Tensor, f: (x: number) => number): Tensor {
  const result = new Float64Array(data.length);
  for (let i = 0; i < data.length; i++) result[i] = f(data[i]!);
  return { shape, data: result };
}

export function meanSquare(data: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!;
  return sum / data.length;
}

/** The shape to which two tensors broadcast; `null` where they do not. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] | null {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return null;
    shape.push(Math.max(left, right));
  }
  return shape;
}

/** For each entry of a tensor of shape `to`, the index of the entry of a tensor of shape `from` that broadcasting puts there. */
export function broadcastIndex(from: readonly number[], to: readonly number[]): Int32Array | null {
  if (sameShape(from, to)) return null;
  const strides = to.map(() => 0);
  let step = 1;
  for (let i = from.length - 1; i >= 0; i--) {
    strides[i + to.length - from.length] = from[i] === 1 ? 0 : step;
    step *= from[i]!;
  }
  return walk(to, strides, 0);
}

/** Offset + Σ stride·coordinate for every coordinate of a shape, in row-major order. */
export function walk(shape: readonly number[], strides: readonly number[], offset: number): Int32Array {
  let indices = Int32Array.of(offset);
  shape.forEach((size, axis) => {
    const next = new Int32Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) for (let k = 0; k < size; k++) next[i * size + k] = indices[i]! + k * strides[axis]!;
    indices = next;
  });
  return indices;
}

/** Row-major strides. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

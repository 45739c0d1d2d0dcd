import { NotSimulated } from './draw.js';
import { sizeOf, type Tensor } from './tensor.js';

/** A row-major matrix of either precision: weights need 24 bits only, gradients the range of 64. */
export type Numbers = Float32Array | Float64Array;

/** C += A·B with A of m × k and B of k × n, starting at these offsets. Four rows of B a pass keep C in the cache. */
export function multiplyInto(
  c: Float64Array,
  cStart: number,
  a: Numbers,
  aStart: number,
  b: Numbers,
  bStart: number,
  [m, k, n]: readonly [m: number, k: number, n: number],
): void {
  for (let i = 0; i < m; i++) {
    const to = cStart + i * n;
    const row = aStart + i * k;
    let p = 0;
    for (; p + 3 < k; p += 4) {
      const [a0, a1, a2, a3] = [a[row + p]!, a[row + p + 1]!, a[row + p + 2]!, a[row + p + 3]!];
      const b0 = bStart + p * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      for (let j = 0; j < n; j++) c[to + j]! += a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!;
    }
    for (; p < k; p++) {
      const factor = a[row + p]!;
      const from = bStart + p * n;
      for (let j = 0; j < n; j++) c[to + j]! += factor * b[from + j]!;
    }
  }
}

/** The rows × columns block of `a` from `start` on, turned over. */
export function transposed(a: Numbers, start: number, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = a[start + i * columns + j]!;
  return result;
}

/** Y = X·Wᵀ for X of m × k and W of n × k. Few rows of X meet many of W, so each row of W is read once. */
export function timesTransposed(x: Float64Array, w: Numbers, m: number, k: number, n: number): Float64Array {
  const y = new Float64Array(m * n);
  for (let j = 0; j < n; j++) {
    const row = j * k;
    let i = 0;
    for (; i + 1 < m; i += 2) {
      const [first, second] = [i * k, (i + 1) * k];
      let [sum0, sum1] = [0, 0];
      for (let p = 0; p < k; p++) {
        const weight = w[row + p]!;
        sum0 += weight * x[first + p]!;
        sum1 += weight * x[second + p]!;
      }
      y[i * n + j] = sum0;
      y[(i + 1) * n + j] = sum1;
    }
    for (; i < m; i++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += w[row + p]! * x[i * k + p]!;
      y[i * n + j] = sum;
    }
  }
  return y;
}

/** A tensor as so many matrices of its last two dimensions. @throws NotSimulated for a vector */
export function matrices({ shape }: Tensor): { count: number; rows: number; inner: number } {
  if (shape.length < 2) throw new NotSimulated('A vector stands where a matrix is wanted.');
  const [rows, inner] = shape.slice(-2) as [number, number];
  return { count: sizeOf(shape.slice(0, -2)), rows, inner };
}

/** One of them, of this size. */
export const part = ({ data }: Tensor, index: number, size: number): Float64Array =>
  data.subarray(index * size, (index + 1) * size);

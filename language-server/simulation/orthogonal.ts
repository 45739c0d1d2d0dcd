import type { Random } from './random.js';

/**
 * A rows × columns matrix with orthonormal rows or columns, whichever are fewer, uniformly drawn: Householder reflections of a Gaussian
 * matrix with the signs of its diagonal. Stewart 1980, SIAM J. Numer. Anal. 17, 403; Mezzadri 2007, arXiv:math-ph/0609050.
 */
export function orthogonal(random: Random, rows: number, columns: number): Float32Array {
  const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
  // Row i is the i-th of the `short` orthonormal vectors.
  const q = new Float64Array(short * long);
  const reflections: Float64Array[] = [];
  const signs: number[] = [];
  for (let i = 0; i < short; i++) {
    const v = new Float64Array(long);
    let square = 0;
    for (let j = i; j < long; j++) {
      v[j] = random.normal();
      square += v[j]! * v[j]!;
    }
    const norm = Math.sqrt(square);
    const sign = v[i]! < 0 ? -1 : 1;
    signs.push(-sign);
    square += 2 * sign * v[i]! * norm + norm * norm;
    v[i]! += sign * norm;
    const scale = Math.sqrt(2 / square);
    for (let j = i; j < long; j++) v[j]! *= scale;
    reflections.push(v);
  }
  for (let i = 0; i < short; i++) {
    const start = i * long;
    q[start + i] = signs[i]!;
    for (let r = i; r >= 0; r--) {
      const v = reflections[r]!;
      let dot = 0;
      for (let j = r; j < long; j++) dot += v[j]! * q[start + j]!;
      for (let j = r; j < long; j++) q[start + j]! -= dot * v[j]!;
    }
  }
  const result = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[i * columns + j] = rows <= columns ? q[i * long + j]! : q[j * long + i]!;
  return result;
}

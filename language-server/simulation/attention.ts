import { NotSimulated } from './draw.js';
import { matrices, multiplyInto, part, timesTransposed, transposed } from './matrix.js';
import type { Operate } from './operation.js';

/** softmax(q kᵀ/√d) v, for each matrix of the last two dimensions. */
export const operateAttention: Operate<'attention'> = ({ causal, dropout, scale }, [q, k, v], world) => {
  const rate = world.training && dropout !== undefined ? world.size(dropout) : 0;
  const { count, rows, inner } = matrices(q!);
  const keys = matrices(k!);
  const values = matrices(v!);
  if (keys.count !== count || values.count !== count || keys.inner !== inner || values.rows !== keys.rows)
    throw new NotSimulated('Queries, keys and values do not fit each other.');
  const width = values.inner;
  world.spend(2 * count * rows * keys.rows * (inner + width));
  if (scale === null) throw new NotSimulated('The scale of these logits is not known.');
  const factor = scale ?? 1 / Math.sqrt(inner);
  const output = new Float64Array(count * rows * width);
  const weights = Array.from({ length: count }, (_, i) => {
    const logits = timesTransposed(part(q!, i, rows * inner), part(k!, i, keys.rows * inner), rows, inner, keys.rows);
    for (let at = 0; at < logits.length; at++) logits[at]! *= factor;
    if (causal) hideLater(logits, rows, keys.rows);
    const p = softmaxRows(logits, keys.rows);
    const mask = rate > 0 ? p.map(() => (world.random.uniform() < rate ? 0 : 1 / (1 - rate))) : null;
    const kept = mask ? p.map((x, at) => x * mask[at]!) : p;
    multiplyInto(output, i * rows * width, kept, 0, v!.data, i * keys.rows * width, [rows, keys.rows, width]);
    return { p, mask, kept };
  });
  return {
    output: { shape: [...q!.shape.slice(0, -1), width], data: output },
    backward: (gradient) => {
      const below = [q!, k!, v!].map(({ data }) => new Float64Array(data.length)) as [Float64Array, Float64Array, Float64Array];
      weights.forEach(({ p, mask, kept }, i) => {
        const above = gradient.subarray(i * rows * width, (i + 1) * rows * width);
        const toWeights = timesTransposed(above, part(v!, i, keys.rows * width), rows, width, keys.rows);
        if (mask) for (let at = 0; at < toWeights.length; at++) toWeights[at]! *= mask[at]!;
        const toLogits = throughSoftmax(p, toWeights, keys.rows).map((g) => factor * g);
        multiplyInto(below[0], i * rows * inner, toLogits, 0, k!.data, i * keys.rows * inner, [rows, keys.rows, inner]);
        const turned = transposed(toLogits, 0, rows, keys.rows);
        multiplyInto(below[1], i * keys.rows * inner, turned, 0, q!.data, i * rows * inner, [keys.rows, rows, inner]);
        multiplyInto(below[2], i * keys.rows * width, transposed(kept, 0, rows, keys.rows), 0, above, 0, [
          keys.rows,
          rows,
          width,
        ]);
      });
      return below;
    },
  };
};

/** Causal masks by their law; which logits others hide only the data know, and they hide none here. */
export const operateMask: Operate<'mask'> = ({ causal }, [input]) => {
  const { rows, inner } = matrices(input!);
  const hide = (data: Float64Array, value: number) => {
    const result = data.slice();
    if (causal) for (let start = 0; start < data.length; start += rows * inner) hideLater(result, rows, inner, start, value);
    return result;
  };
  return {
    output: { shape: input!.shape, data: hide(input!.data, Number.NEGATIVE_INFINITY) },
    backward: (gradient) => [hide(gradient, 0)],
  };
};

function hideLater(data: Float64Array, rows: number, columns: number, start = 0, value = Number.NEGATIVE_INFINITY): void {
  for (let i = 0; i < rows; i++) data.fill(value, start + i * columns + Math.min(columns, i + 1), start + (i + 1) * columns);
}

/** Softmax of each row, whose entries stand `step` apart; rows may hold -∞. */
export function softmaxRows(logits: Float64Array, size: number, step = 1): Float64Array {
  const output = new Float64Array(logits.length);
  for (const start of starts(logits.length, size, step)) {
    const end = start + size * step;
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i += step) largest = Math.max(largest, logits[i]!);
    let sum = 0;
    for (let i = start; i < end; i += step) sum += output[i] = Math.exp(logits[i]! - largest);
    for (let i = start; i < end; i += step) output[i]! /= sum;
  }
  return output;
}

function* starts(length: number, size: number, step: number): Generator<number> {
  for (let block = 0; block < length; block += size * step) for (let i = 0; i < step; i++) yield block + i;
}

/** ∂f/∂logits = p (∂f/∂p − Σ p ∂f/∂p) in each row. */
export function throughSoftmax(weights: Float64Array, gradient: Float64Array, size: number, step = 1): Float64Array {
  const below = new Float64Array(gradient.length);
  for (const start of starts(gradient.length, size, step)) {
    const end = start + size * step;
    let dot = 0;
    for (let i = start; i < end; i += step) dot += gradient[i]! * weights[i]!;
    for (let i = start; i < end; i += step) below[i] = weights[i]! * (gradient[i]! - dot);
  }
  return below;
}

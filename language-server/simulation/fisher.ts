import type { Network } from '../network/graph.js';
import { backward } from './backward.js';
import { NotSimulated } from './draw.js';
import { forward, type RunOptions } from './forward.js';

/**
 * Largest eigenvalue of the Fisher information of one drawn network's weights, for Gaussian outputs of unit variance (squared error):
 *
 *   F = 1/n Σ_a Σ_k ∇f_k(x_a) ∇f_k(x_a)ᵀ,
 *
 * over the weights of affine layers, for n inputs and outputs f_k. It shares its non-zero eigenvalues with the Gram matrix of these
 * gradients, which is small. Gradient descent on the squared error diverges for learning rates above 2/λ_max. Where batches are normalized,
 * the gradient of one output runs through all samples.
 *
 * Source: Karakida, Akaho, Amari 2019 (arXiv 1806.01316); with batch normalization arXiv 1906.02926.
 *
 * @throws NotSimulated where an output cannot be computed
 */
export function largestFisherEigenvalue(network: Network, options: RunOptions): number {
  const { results, stops } = forward(network, options);
  const output = results[network.outputs[0] ?? -1]?.output;
  if (!output || network.outputs.length !== 1) throw new NotSimulated(stops[0]?.reason ?? 'The network has several outputs.');
  const perEntry = Array.from(output.data, (_, entry) => {
    const gradients = backward(network, results, ({ length }) => Float64Array.from({ length }, (_, i) => (i === entry ? 1 : 0)));
    return results.flatMap((result, id) => {
      const gradient = gradients[id];
      return (gradient && result?.weightGradient?.(gradient)) || [];
    });
  });
  const gram = perEntry.map(() => new Float64Array(perEntry.length));
  perEntry.forEach((a, i) => {
    for (let j = 0; j <= i; j++)
      gram[i]![j] = gram[j]![i] = a.reduce((sum, part, layer) => sum + dot(part, perEntry[j]![layer]!), 0);
  });
  return largestEigenvalue(gram) / output.shape[0]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** By the power method: the matrix has no negative eigenvalues, and its norm is wanted, not the direction. */
function largestEigenvalue(matrix: readonly Float64Array[]): number {
  let vector = Float64Array.from(matrix, (_, i) => 1 + i / matrix.length);
  let [value, before] = [0, Number.NaN];
  for (let round = 0; round < 1000 && !(Math.abs(value - before) <= 1e-9 * value); round++) {
    const next = Float64Array.from(matrix, (row) => dot(row, vector));
    before = value;
    value = Math.sqrt(dot(next, next) / dot(vector, vector));
    vector = next.map((entry) => entry / (value || 1));
  }
  return value;
}

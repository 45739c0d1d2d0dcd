import { covariance, type Field, type Sequences, tanhSlope, type Unrolled } from './recurrent-cell.js';
import { rectifiedKernel, rectifiedSlopeKernel, smoothKernel, type TimeKernel } from './time-kernel.js';
import { TimeMatrix } from './time-matrix.js';

/**
 * h_t = φ(W h_{t−1} + U x_t + b) from h = 0. The same weights act at all steps, so both steps of a pair move together:
 * E h_t h_s = E φφ(σ_h² E h_{t−1} h_{s−1} + σ_x² E x_t x_s + σ_b²), and gradients backwards in the same way with φ′.
 * Chen et al. 2018, arXiv:1806.05394; Yang 2019, arXiv:1910.12478 (tied weights).
 */
export function plainRecurrence(field: Field, activation: 'tanh' | 'relu', inputs: Sequences): Unrolled {
  const [phi, slope] =
    activation === 'tanh'
      ? [smoothKernel(Math.tanh, field.center), smoothKernel(tanhSlope, field.center)]
      : [rectifiedKernel(), rectifiedSlopeKernel()];
  const fields = new TimeMatrix(inputs.own.steps);
  const own = forward(field, phi, inputs.own, (t, s, value) => {
    if (t === s) slope.push(value);
    fields.both(t, s, value);
  });
  const cross = forward(field, phi, inputs.cross, null);
  return { own, cross, backward: (output) => backward(field, slope, fields, output) };
}

function forward(
  field: Field,
  phi: TimeKernel,
  input: TimeMatrix,
  found: ((t: number, s: number, value: number) => void) | null,
): TimeMatrix {
  const states = new TimeMatrix(input.steps);
  const own = found !== null;
  for (let t = 0; t < input.steps; t++) {
    for (let s = t; s >= 0; s--) {
      const value = covariance(field, states.at(t - 1, s - 1), input.at(t, s));
      if (own && s === t) phi.push(value);
      found?.(t, s, value);
      states.both(t, s, phi.at(t, s, value, own));
    }
  }
  return states;
}

function backward(field: Field, slope: TimeKernel, fields: TimeMatrix, output: TimeMatrix): TimeMatrix {
  const { steps } = output;
  const below = new TimeMatrix(steps);
  const inputs = new TimeMatrix(steps);
  for (let t = steps - 1; t >= 0; t--) {
    for (let s = t; s >= 0; s--) {
      const state = output.at(t, s) + field.recurrent * below.at(t + 1, s + 1);
      const value = slope.at(t, s, fields.at(t, s), true) * state;
      below.both(t, s, value);
      inputs.both(t, s, field.input * value);
    }
  }
  return inputs;
}

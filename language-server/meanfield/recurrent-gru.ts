import { covariance, type Field, logistic, logisticSlope, type Sequences, tanhSlope, type Unrolled } from './recurrent-cell.js';
import { smoothKernel } from './time-kernel.js';
import { TimeMatrix } from './time-matrix.js';

export interface GruFields {
  readonly reset: Field;
  readonly update: Field;
  readonly candidate: Field;
}

interface Forward {
  readonly resets: TimeMatrix;
  readonly updates: TimeMatrix;
  /** What the reset gate multiplies: W h + b. */
  readonly products: TimeMatrix;
  readonly arguments_: TimeMatrix;
  readonly candidates: TimeMatrix;
  /** E h_t n_s. */
  readonly mixed: TimeMatrix;
  readonly states: TimeMatrix;
}

/**
 * h_t = z_t h_{t−1} + (1 − z_t) n_t, n_t = tanh(U x_t + b + r_t (W h_{t−1} + b′)) from 0, over pairs of steps as for the LSTM; the argument of
 * tanh is taken as Gaussian. Gilboa et al. 2019, arXiv:1901.08987 (one step, fresh weights at each); the closure over two steps is ours,
 * confirmed by simulation.
 */
export class Gru implements Unrolled {
  private readonly reset;
  private readonly update;
  private readonly candidate;
  private readonly first: Forward;
  readonly own: TimeMatrix;
  readonly cross: TimeMatrix;

  constructor(
    private readonly fields: GruFields,
    { own, cross }: Sequences,
  ) {
    const { reset, update, candidate } = fields;
    this.reset = { value: smoothKernel(logistic, reset.center), slope: smoothKernel(logisticSlope, reset.center) };
    this.update = { value: smoothKernel(logistic, update.center), slope: smoothKernel(logisticSlope, update.center) };
    const center = candidate.center - candidate.recurrentCenter * (1 - logistic(reset.center));
    this.candidate = { value: smoothKernel(Math.tanh, center), slope: smoothKernel(tanhSlope, center) };
    this.first = this.forward(own, true);
    this.own = this.first.states;
    this.cross = this.forward(cross, false).states;
  }

  private forward(input: TimeMatrix, own: boolean): Forward {
    const { reset, update, candidate, fields } = this;
    const { steps } = input;
    const matrix = () => new TimeMatrix(steps);
    const [resets, updates, products, arguments_] = [matrix(), matrix(), matrix(), matrix()];
    const [candidates, mixed, states] = [matrix(), matrix(), matrix()];
    const push = ({ value, slope }: { value: { push(v: number): void }; slope: { push(v: number): void } }, variance: number) => {
      value.push(variance);
      slope.push(variance);
    };
    for (let t = 0; t < steps; t++) {
      for (let s = t; s >= 0; s--) {
        const [state, x] = [states.at(t - 1, s - 1), input.at(t, s)];
        resets.both(t, s, covariance(fields.reset, state, x));
        updates.both(t, s, covariance(fields.update, state, x));
        const { recurrent, recurrentBias, input: weight, bias } = fields.candidate;
        products.both(t, s, recurrent * state + recurrentBias);
        if (own && s === t) {
          push(reset, resets.at(t, t));
          push(update, updates.at(t, t));
        }
        const through = reset.value.at(t, s, resets.at(t, s), own) * products.at(t, s);
        arguments_.both(t, s, weight * x + bias - recurrentBias + through);
        if (own && s === t) push(candidate, arguments_.at(t, t));
      }
      for (let s = 0; s <= t; s++) {
        const fresh = candidate.value.at(t, s, arguments_.at(t, s), own);
        candidates.both(t, s, fresh);
        const [keepT, keepS] = [update.value.mean(t), update.value.mean(s)];
        const both = update.value.at(t, s, updates.at(t, s), own);
        const [before, after] = [mixed.at(t - 1, s), mixed.at(s - 1, t)];
        mixed.set(t, s, keepT * before + (1 - keepT) * fresh);
        mixed.set(s, t, keepS * after + (1 - keepS) * fresh);
        states.both(
          t,
          s,
          both * states.at(t - 1, s - 1) + (keepT - both) * before + (keepS - both) * after + (1 - keepT - keepS + both) * fresh,
        );
      }
    }
    return { resets, updates, products, arguments_, candidates, mixed, states };
  }

  backward(output: TimeMatrix): TimeMatrix {
    const { reset, update, candidate, fields, first } = this;
    const { steps } = output;
    const matrix = () => new TimeMatrix(steps);
    const below = { reset: matrix(), update: matrix(), product: matrix() };
    const [states, mixed, inputs] = [matrix(), matrix(), matrix()];
    const keep = (t: number) => (t < steps ? update.value.mean(t) : 0);
    for (let t = steps - 1; t >= 0; t--) {
      for (let s = t; s >= 0; s--) {
        const field =
          output.at(t, s) +
          fields.reset.recurrent * below.reset.at(t + 1, s + 1) +
          fields.update.recurrent * below.update.at(t + 1, s + 1) +
          fields.candidate.recurrent * below.product.at(t + 1, s + 1);
        const [after, before] = [mixed.at(t + 1, s), mixed.at(s + 1, t)];
        mixed.set(t, s, keep(t + 1) * after + field);
        mixed.set(s, t, keep(s + 1) * before + field);
        const kept = t + 1 < steps ? update.value.at(t + 1, s + 1, first.updates.at(t + 1, s + 1), true) : 0;
        const state = kept * states.at(t + 1, s + 1) + keep(t + 1) * after + keep(s + 1) * before + field;
        states.both(t, s, state);
        const both = update.value.at(t, s, first.updates.at(t, s), true);
        const left = 1 - keep(t) - keep(s) + both;
        const fresh = left * candidate.slope.at(t, s, first.arguments_.at(t, s), true) * state;
        const difference =
          first.states.at(t - 1, s - 1) + first.candidates.at(t, s) - first.mixed.at(t - 1, s) - first.mixed.at(s - 1, t);
        below.update.both(t, s, update.slope.at(t, s, first.updates.at(t, s), true) * difference * state);
        below.product.both(t, s, reset.value.at(t, s, first.resets.at(t, s), true) * fresh);
        below.reset.both(t, s, reset.slope.at(t, s, first.resets.at(t, s), true) * first.products.at(t, s) * fresh);
        inputs.both(
          t,
          s,
          fields.candidate.input * fresh +
            fields.update.input * below.update.at(t, s) +
            fields.reset.input * below.reset.at(t, s),
        );
      }
    }
    return inputs;
  }
}

import { covariance, type Field, logistic, logisticSlope, type Sequences, tanhSlope, type Unrolled } from './recurrent-cell.js';
import { smoothKernel, type TimeKernel } from './time-kernel.js';
import { TimeMatrix } from './time-matrix.js';

export interface LstmFields {
  readonly input: Field;
  readonly forget: Field;
  readonly candidate: Field;
  readonly output: Field;
}

type Gate = keyof LstmFields;
const gates: readonly Gate[] = ['input', 'forget', 'candidate', 'output'];

/** What the steps of one sequence have in common, kept for the way back. */
interface Forward {
  readonly fields: Readonly<Record<Gate, TimeMatrix>>;
  readonly candidates: TimeMatrix;
  readonly cells: TimeMatrix;
  readonly states: TimeMatrix;
}

/**
 * c_t = f_t c_{t−1} + i_t g_t, h_t = o_t tanh c_t from 0, with logistic gates and g_t = tanh. The cell is taken as Gaussian, and the gates of a
 * unit at two steps as independent of its cell. All products of two steps are kept, since one candidate stays in the cell for several steps, and
 * biases and the same weights make candidates of different steps alike: with E c_t g_s they enter E c_t c_s.
 * Gilboa et al. 2019, arXiv:1901.08987 (one step, fresh weights at each); the closure over two steps is ours, confirmed by simulation.
 */
export class Lstm implements Unrolled {
  private readonly values: Readonly<Record<Gate, TimeKernel>>;
  private readonly slopes: Readonly<Record<Gate, TimeKernel>>;
  private readonly squashed = smoothKernel(Math.tanh);
  private readonly squashedSlopes = smoothKernel(tanhSlope);
  private readonly first: Forward;
  readonly own: TimeMatrix;
  readonly cross: TimeMatrix;

  constructor(
    private readonly fields: LstmFields,
    { own, cross }: Sequences,
  ) {
    this.values = kernels(fields, logistic, Math.tanh);
    this.slopes = kernels(fields, logisticSlope, tanhSlope);
    this.first = this.forward(own, true);
    this.own = this.first.states;
    this.cross = this.forward(cross, false).states;
  }

  /** E c² at the last step. */
  get cell(): number {
    const last = this.own.steps - 1;
    return this.first.cells.at(last, last);
  }

  private forward(input: TimeMatrix, own: boolean): Forward {
    const { values, slopes, squashed, squashedSlopes } = this;
    const { steps } = input;
    const matrix = () => new TimeMatrix(steps);
    const fields = { input: matrix(), forget: matrix(), candidate: matrix(), output: matrix() };
    const [candidates, cells, states, mixed] = [matrix(), matrix(), matrix(), matrix()];
    for (let t = 0; t < steps; t++) {
      for (let s = t; s >= 0; s--)
        for (const gate of gates) {
          const value = covariance(this.fields[gate], states.at(t - 1, s - 1), input.at(t, s));
          if (own && s === t) values[gate].push(value);
          if (own && s === t) slopes[gate].push(value);
          fields[gate].both(t, s, value);
        }
      const at = (gate: Gate, s: number) => values[gate].at(t, s, fields[gate].at(t, s), own);
      for (let s = 0; s <= t; s++) {
        const candidate = at('candidate', s);
        candidates.both(t, s, candidate);
        const [before, after] = [mixed.at(t - 1, s), mixed.at(s - 1, t)];
        const [keepT, keepS] = [values.forget.mean(t), values.forget.mean(s)];
        const [letT, letS] = [values.input.mean(t), values.input.mean(s)];
        mixed.set(t, s, keepT * before + letT * candidate);
        mixed.set(s, t, keepS * after + letS * candidate);
        cells.both(
          t,
          s,
          at('forget', s) * cells.at(t - 1, s - 1) + keepT * letS * before + keepS * letT * after + at('input', s) * candidate,
        );
      }
      if (own) {
        squashed.push(cells.at(t, t));
        squashedSlopes.push(cells.at(t, t));
      }
      for (let s = 0; s <= t; s++) states.both(t, s, at('output', s) * squashed.at(t, s, cells.at(t, s), own));
    }
    return { fields, candidates, cells, states };
  }

  backward(output: TimeMatrix): TimeMatrix {
    const { values, slopes, squashed, squashedSlopes, first, fields } = this;
    const { steps } = output;
    const matrix = () => new TimeMatrix(steps);
    const below = { input: matrix(), forget: matrix(), candidate: matrix(), output: matrix() };
    const [cells, mixed, inputs] = [matrix(), matrix(), matrix()];
    const value = (gate: Gate, t: number, s: number) => values[gate].at(t, s, first.fields[gate].at(t, s), true);
    const slope = (gate: Gate, t: number, s: number) => slopes[gate].at(t, s, first.fields[gate].at(t, s), true);
    const keep = (t: number) => (t < steps ? values.forget.mean(t) : 0);
    const reach = Array.from({ length: steps }, (_, t) => values.output.mean(t) * squashedSlopes.mean(t));
    for (let t = steps - 1; t >= 0; t--) {
      for (let s = t; s >= 0; s--) {
        let state = output.at(t, s);
        for (const gate of gates) state += fields[gate].recurrent * below[gate].at(t + 1, s + 1);
        const [after, before] = [mixed.at(t + 1, s), mixed.at(s + 1, t)];
        mixed.set(t, s, keep(t + 1) * after + reach[t]! * state);
        mixed.set(s, t, keep(s + 1) * before + reach[s]! * state);
        const cell =
          (t + 1 < steps ? value('forget', t + 1, s + 1) * cells.at(t + 1, s + 1) : 0) +
          keep(t + 1) * reach[s]! * after +
          keep(s + 1) * reach[t]! * before +
          value('output', t, s) * squashedSlopes.at(t, s, first.cells.at(t, s), true) * state;
        cells.both(t, s, cell);
        const candidate = first.candidates.at(t, s);
        below.candidate.both(t, s, value('input', t, s) * slope('candidate', t, s) * cell);
        below.input.both(t, s, slope('input', t, s) * candidate * cell);
        below.forget.both(t, s, slope('forget', t, s) * first.cells.at(t - 1, s - 1) * cell);
        below.output.both(t, s, slope('output', t, s) * squashed.at(t, s, first.cells.at(t, s), true) * state);
        let sum = 0;
        for (const gate of gates) sum += fields[gate].input * below[gate].at(t, s);
        inputs.both(t, s, sum);
      }
    }
    return inputs;
  }
}

function kernels(
  fields: LstmFields,
  gate: (x: number) => number,
  candidate: (x: number) => number,
): Readonly<Record<Gate, TimeKernel>> {
  return {
    input: smoothKernel(gate, fields.input.center),
    forget: smoothKernel(gate, fields.forget.center),
    candidate: smoothKernel(candidate, fields.candidate.center),
    output: smoothKernel(gate, fields.output.center),
  };
}

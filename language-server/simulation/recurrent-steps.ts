/** The units of one recurrent layer, step after step, and back. */
export interface CellSteps {
  /** The next state from the products of the input and of the state with the weights of all gates, each with its bias. */
  forward(input: Float64Array, state: Float64Array, before: Float64Array): Float64Array;
  /** Before the way back: nothing arrives behind the last step. */
  rewind(): void;
  /** Gradients with respect to both products, and with respect to the state before as far as it does not pass these. */
  backward(step: number, state: Float64Array): { input: Float64Array; state: Float64Array; direct: Float64Array };
}

export const gateCount = { rnn: 1, gru: 3, lstm: 4 } as const;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** h = φ(x + s). */
export function plainSteps(activation: 'tanh' | 'relu'): CellSteps {
  const states: Float64Array[] = [];
  return {
    forward(input, state) {
      const next = input.map((x, i) => (activation === 'tanh' ? Math.tanh(x + state[i]!) : Math.max(0, x + state[i]!)));
      states.push(next);
      return next;
    },
    rewind() {},
    backward(step, gradient) {
      const values = states[step]!;
      const below = gradient.map((g, i) => g * (activation === 'tanh' ? 1 - values[i]! ** 2 : values[i]! > 0 ? 1 : 0));
      return { input: below, state: below, direct: new Float64Array(gradient.length) };
    },
  };
}

/** c = f c + i g, h = o tanh c, with the gates in the order i, f, g, o. */
export function lstmSteps(batch: number, size: number): CellSteps {
  interface Step {
    readonly gates: Float64Array;
    readonly before: Float64Array;
    readonly squashed: Float64Array;
  }
  const steps: Step[] = [];
  let cells: Float64Array = new Float64Array(batch * size);
  let handed: Float64Array = new Float64Array(batch * size);
  return {
    forward(input, state) {
      const gates = input.map((x, i) => {
        const sum = x + state[i]!;
        return Math.floor((i % (4 * size)) / size) === 2 ? Math.tanh(sum) : logistic(sum);
      });
      const before = cells;
      cells = new Float64Array(batch * size);
      const squashed = new Float64Array(batch * size);
      const next = new Float64Array(batch * size);
      for (let b = 0; b < batch; b++)
        for (let u = 0; u < size; u++) {
          const [at, k] = [4 * b * size + u, b * size + u];
          cells[k] = gates[at + size]! * before[k]! + gates[at]! * gates[at + 2 * size]!;
          squashed[k] = Math.tanh(cells[k]!);
          next[k] = gates[at + 3 * size]! * squashed[k]!;
        }
      steps.push({ gates, before, squashed });
      return next;
    },
    rewind() {
      handed = new Float64Array(batch * size);
    },
    backward(step, gradient) {
      const { gates, before, squashed } = steps[step]!;
      const below = new Float64Array(gates.length);
      const next = new Float64Array(batch * size);
      for (let b = 0; b < batch; b++)
        for (let u = 0; u < size; u++) {
          const [at, k] = [4 * b * size + u, b * size + u];
          const [i, f, g, o] = [gates[at]!, gates[at + size]!, gates[at + 2 * size]!, gates[at + 3 * size]!];
          const cell = handed[k]! + gradient[k]! * o * (1 - squashed[k]! ** 2);
          below[at] = cell * g * i * (1 - i);
          below[at + size] = cell * before[k]! * f * (1 - f);
          below[at + 2 * size] = cell * i * (1 - g * g);
          below[at + 3 * size] = gradient[k]! * squashed[k]! * o * (1 - o);
          next[k] = cell * f;
        }
      handed = next;
      return { input: below, state: below, direct: new Float64Array(batch * size) };
    },
  };
}

/** h = z h + (1 − z) n, n = tanh(x + r s), with the gates in the order r, z, n. */
export function gruSteps(batch: number, size: number): CellSteps {
  interface Step {
    readonly gates: Float64Array;
    readonly state: Float64Array;
    readonly before: Float64Array;
  }
  const steps: Step[] = [];
  return {
    forward(input, state, before) {
      const gates = new Float64Array(input.length);
      const next = new Float64Array(batch * size);
      for (let b = 0; b < batch; b++)
        for (let u = 0; u < size; u++) {
          const [r, k] = [3 * b * size + u, b * size + u];
          const [z, n] = [r + size, r + 2 * size];
          gates[r] = logistic(input[r]! + state[r]!);
          gates[z] = logistic(input[z]! + state[z]!);
          gates[n] = Math.tanh(input[n]! + gates[r]! * state[n]!);
          next[k] = gates[z]! * before[k]! + (1 - gates[z]!) * gates[n]!;
        }
      steps.push({ gates, state, before: before.slice() });
      return next;
    },
    rewind() {},
    backward(step, gradient) {
      const { gates, state, before } = steps[step]!;
      const [atInput, atState] = [new Float64Array(gates.length), new Float64Array(gates.length)];
      const direct = new Float64Array(batch * size);
      for (let b = 0; b < batch; b++)
        for (let u = 0; u < size; u++) {
          const [r, k] = [3 * b * size + u, b * size + u];
          const [z, n] = [r + size, r + 2 * size];
          const [reset, update, fresh, above] = [gates[r]!, gates[z]!, gates[n]!, gradient[k]!];
          const inside = above * (1 - update) * (1 - fresh * fresh);
          atInput[n] = inside;
          atState[n] = inside * reset;
          atInput[r] = inside * state[n]! * reset * (1 - reset);
          atState[r] = atInput[r]!;
          atInput[z] = above * (before[k]! - fresh) * update * (1 - update);
          atState[z] = atInput[z]!;
          direct[k] = above * update;
        }
      return { input: atInput, state: atState, direct };
    },
  };
}

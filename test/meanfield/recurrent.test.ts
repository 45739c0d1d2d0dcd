import { describe, expect, test } from 'vitest';
import type { Field } from '../../language-server/meanfield/recurrent-cell.js';
import { Gru } from '../../language-server/meanfield/recurrent-gru.js';
import { Lstm } from '../../language-server/meanfield/recurrent-lstm.js';
import { plainRecurrence } from '../../language-server/meanfield/recurrent-plain.js';
import { RecurrentStack } from '../../language-server/meanfield/recurrent-stack.js';
import { TimeMatrix } from '../../language-server/meanfield/time-matrix.js';
import { golden } from '../golden.js';

interface Inputs {
  readonly cell: string;
  readonly defaults?: 'pytorch' | 'keras';
  readonly hidden: number;
  readonly input: number;
  readonly E_x2: number;
}

const still: Field = { recurrent: 0, input: 0, center: 0, bias: 0, recurrentBias: 0, recurrentCenter: 0 };
const gates = { rnn: 1, gru: 3, lstm: 4 } as const;

/** Section 2 of the table's source: U(±1/√H) for all tensors; or recurrent weights orthogonal as a whole, and Glorot's on inputs. */
function fieldOf({ cell, defaults, hidden, input }: Inputs, center = 0): Field {
  if (defaults === 'pytorch') {
    const bias = 1 / (3 * hidden);
    return { ...still, recurrent: 1 / 3, input: input / (3 * hidden), bias: 2 * bias, recurrentBias: bias };
  }
  const count = gates[cell as keyof typeof gates];
  return { ...still, recurrent: 1 / count, input: (2 * input) / (input + count * hidden), center };
}

function rate(inputs: Inputs): number {
  const steps = 25;
  const field = fieldOf(inputs);
  const forget = fieldOf(inputs, 1);
  const stack = new RecurrentStack(
    [
      {
        keep: 1,
        unroll: (own, cross) => {
          if (inputs.cell === 'rnn') return plainRecurrence(field, 'tanh', { own, cross });
          if (inputs.cell === 'gru') return new Gru({ reset: field, update: field, candidate: field }, { own, cross });
          return new Lstm({ input: field, forget, candidate: field, output: field }, { own, cross });
        },
      },
    ],
    false,
    { own: new TimeMatrix(steps, (t, s) => (t === s ? inputs.E_x2 : 0)), cross: new TimeMatrix(steps) },
  );
  return stack.rates()[0]!;
}

describe('squared gradients from step to step', () => {
  const rows = golden('10-recurrent').filter(({ inputs }) => 'defaults' in inputs);
  expect(rows).toHaveLength(18);
  test.each(rows.map((row) => [row.id, row] as const))('%s as simulated', (_, { inputs, expected }) => {
    const simulated = expected.chi_simulated as number;
    expect(Math.abs(rate(inputs as unknown as Inputs) / simulated - 1)).toBeLessThan(0.03);
  });
});

describe('a plain recurrence', () => {
  const field: Field = { ...still, recurrent: 1.21, input: 0.5, bias: 0.1 };
  const input = new TimeMatrix(6, (t, s) => (t === s ? 1 : 0));
  const layer = plainRecurrence(field, 'relu', { own: input, cross: input });

  test('with ReLU has E h² = (σ_h² E h² + σ_x² E x² + σ_b²)/2', () => {
    let q = 0;
    for (let t = 0; t < 6; t++) {
      q = (1.21 * q + 0.6) / 2;
      expect(layer.own.at(t, t)).toBeCloseTo(q, 12);
    }
  });

  test('with ReLU hands half of σ_h² to each step before', () => {
    const gradient = layer.backward(new TimeMatrix(6, (t, s) => (t === 5 && s === 5 ? 1 : 0)));
    for (let lag = 0; lag < 6; lag++) expect(gradient.at(5 - lag, 5 - lag)).toBeCloseTo(0.25 * (1.21 / 2) ** lag, 12);
  });
});

test('gates that never open keep what a cell holds for ever', () => {
  const candidate: Field = { ...still, input: 1e-4 };
  const [forget, input] = [
    { ...still, center: 40 },
    { ...still, center: 40 },
  ];
  const x = new TimeMatrix(10, (t, s) => (t === s ? 1 : 0));
  const cell = new Lstm({ input, forget, candidate, output: { ...still, center: 40 } }, { own: x, cross: new TimeMatrix(10) });
  // A sum of independent small steps.
  for (let t = 0; t < 10; t++) expect(cell.own.at(t, 3) / cell.own.at(0, 0)).toBeCloseTo(Math.min(t, 3) + 1, 2);
});

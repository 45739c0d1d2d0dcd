import { describe, expect, test } from 'vitest';
import { initializerNotes } from '../../language-server/features/layer-notes.js';
import type { LayerReport, WeightReport } from '../../language-server/protocol.js';
import { chain } from '../hand-made-report.js';

/** The names of the notes on the second of two layers, which has this weight and these fields. */
function notes(weight: Partial<WeightReport>, fields: Partial<LayerReport> = {}): string[] {
  const model = chain([
    { chi1: 1, activation: 'relu', written: true },
    { chi1: 1, activation: 'leaky_relu', parameters: { negative_slope: 0.5 }, written: true },
  ]);
  const second = model.layers[1]!;
  model.layers[1] = { ...second, ...fields, weight: { ...second.weight!, ...weight } };
  return initializerNotes(model, model.layers[1]).map(([name]) => name);
}

const slope = (a: number) => ({ given: { a, nonlinearity: 'leaky_relu' } });
const constant = (mean: number) => ({
  distribution: 'constant',
  mean,
  variance: 0,
  source: 'constant_',
  sourceRange: null,
  formula: null,
  sigmaB2: mean * mean,
});

describe('a note is made where there is something to say', () => {
  test.each<[string, string[], string[]]>([
    ['a weight that an initializer wrote', notes({}), []],
    ['a default beside it', notes({ kept: true, sourceRange: null }), ['set by']],
    [
      'a default that code which is not followed may have replaced',
      notes({ sourceRange: null, source: 'PyTorch default' }),
      ['set by'],
    ],
    ['a slope that is that of the activation', notes(slope(0.5)), []],
    ['a slope of its own', notes(slope(Math.sqrt(5))), ['gain']],
    ['the slope of a gain for ReLU, which has no meaning', notes({ given: { a: 3, nonlinearity: 'relu' } }), []],
    ['a slope that changes nothing', notes(slope(0.01)), []],
    ['bounds', notes({ variance: 4e-4, given: { std: 0.02, a: -2, b: 2 } }), ['bounds']],
    ['packed query, key and value', notes({ formula: '2/(fan_in + fan_out)' }, { packed: true }), ['fan\\_out']],
    ['the same by fan-in alone', notes({ formula: '1/fan_in' }, { packed: true }), []],
    ['a forget gate', notes({}, { forgetBias: 1 }), ['forget gate']],
    ['one whose biases are not known', notes({}, { forgetBias: null }), []],
    ['a prior', notes({}, { logits: true, bias: constant(-4.6) }), ['start']],
    ['a small constant', notes({}, { logits: true, bias: constant(0.1) }), []],
    ['a constant elsewhere', notes({}, { bias: constant(-4.6) }), []],
  ])('%s', (_title, found, expected) => expect(found).toEqual(expected));
});

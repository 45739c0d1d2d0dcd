import { describe, expect, test } from 'vitest';
import type { Finding, ModelReport } from '../../language-server/protocol.js';
import { atLevels, checkModel } from '../../language-server/rules/check-model.js';
import { rules } from '../../language-server/rules/index.js';
import { verdict } from '../../language-server/rules/verdict.js';
import { chain, repeated } from '../hand-made-report.js';

const relu = { chi1: 1 / 6, activation: 'relu' };
const heRelu = { chi1: 1, activation: 'relu', sigmaW2: 2 };
const xavierRelu = { chi1: 0.5, activation: 'relu', sigmaW2: 1, written: true };
const chaoticTanh = { chi1: 2, activation: 'tanh', sigmaW2: 6, written: true };

const brief = (model: ModelReport) => checkModel(model).map(({ rule, severity }) => `${severity} ${rule}`);
const found = (model: ModelReport, rule: string): Finding => checkModel(model).find((finding) => finding.rule === rule)!;
const verdictOf = (model: ModelReport) => verdict(model, checkModel(model));

describe('severity follows the effect over the actual depth', () => {
  const vanishing = ['error vanishing-gradient', 'hint initializer-does-not-fit-activation'];
  test.each([
    ['sixteen ReLU layers at the default', repeated(16, relu), vanishing],
    ['twenty layers at χ₁ = 0.5', repeated(20, xavierRelu), vanishing],
    ['two layers at χ₁ = 0.5', repeated(2, xavierRelu), []],
    ['two layers at the default', repeated(2, relu), []],
    ['three layers at the default', repeated(3, relu), ['hint vanishing-gradient', 'hint initializer-does-not-fit-activation']],
    ['fifty ReLU layers at He', repeated(50, heRelu), []],
    [
      'thirty chaotic layers',
      repeated(30, chaoticTanh),
      ['error exploding-gradient', 'hint initializer-does-not-fit-activation'],
    ],
    ['tanh at gain 5/3 over three layers', repeated(3, { chi1: 1.21, activation: 'tanh', sigmaW2: 25 / 9, written: true }), []],
    ['SELU at LeCun over thirty layers', repeated(30, { chi1: 1.0716, activation: 'selu', sigmaW2: 1, written: true }), []],
    ['SELU at gain 3/4 over fifty layers', repeated(50, { chi1: 1.0037, activation: 'selu', sigmaW2: 0.5625 }), []],
  ])('%s', (_title, model, expected) => expect(brief(model)).toEqual(expected));
});

const tanhLayers = (chi1s: number[]) =>
  chain([...chi1s.map((chi1) => ({ chi1, activation: 'tanh', sigmaW2: 6, written: true })), { chi1: null }]);

test('gradients that swell in one half and shrink in the other are reported, though the whole looks sound', () => {
  const model = tanhLayers([...Array(10).fill(2.5), ...Array(10).fill(0.4)]);
  expect(brief(model)).toEqual(['warning initializer-does-not-fit-activation']);
  expect(verdictOf(model)).toMatch(/^Uneven: squared gradients change 9,537-fold within the network, though only 1-fold/);
});

test('gradients that alternate stay close to their size everywhere, so that it is a hint at most', () => {
  const model = tanhLayers(Array.from({ length: 20 }, (_, i) => (i % 2 ? 2.5 : 0.4)));
  expect(brief(model)).toEqual(['hint initializer-does-not-fit-activation']);
});

test('a normalized layer has no initializer that does not fit', () => {
  expect(brief(repeated(16, { ...relu, normalized: true, chi1: 0.5 }))).toEqual([]);
});

test('a change that normalization makes is not blamed on the few layers that are bare', () => {
  const model = chain([
    ...Array.from({ length: 10 }, () => ({ chi1: 2, activation: 'relu', normalized: true })),
    { chi1: 2.5, activation: 'relu', sigmaW2: 5 },
    { chi1: null },
  ]);
  expect(brief(model)).toEqual([]);
  expect(verdictOf(model)).toMatch(
    /^Can be trained as initialized: normalization keeps the size of the signal, and squared gradients grow 2,560-fold/,
  );
});

test.each([
  [
    'without skip connections, where fifty layers are the most',
    2,
    17,
    /^Normalization keeps the size of the signal; squared gradients grow 10⁵-fold/,
  ],
  ['where gradients shrink, as behind post-LN', 0.8, 17, /^Normalization keeps the size of the signal; squared gradients shrink/],
])('normalization alone is no promise: %s', (_, chi1, layers, sentence) => {
  const model = chain([
    ...Array.from({ length: layers }, () => ({ chi1, activation: 'relu', normalized: true })),
    { chi1: null },
  ]);
  expect(verdictOf(model)).toMatch(sentence);
});

test('dropout makes a net at He deeper than trainable', () => {
  const model = repeated(20, { ...heRelu, keep: 0.9 }, { xiC: 2.274, trainableDepth: 13.6 });
  expect(brief(model)).toEqual(['information deeper-than-trainable']);
  expect(found(model, 'deeper-than-trainable').message).toMatch(/ξ_c = 2\.3 layers.*13 of 20 layers.*Dropout/);
});

test('deeper than trainable is silent where vanishing gradients say it already', () => {
  const model = repeated(20, xavierRelu, { xiC: 1.44, trainableDepth: 8.66 });
  expect(checkModel(model).map(({ rule }) => rule)).not.toContain('deeper-than-trainable');
});

test('a branching graph gives no finding, since a product of χ is not that of the network', () => {
  const model = repeated(20, relu);
  model.graph.edges.push([1, 5]);
  expect(brief(model)).toEqual([]);
  expect(verdict(model, [])).toMatch(/^Cannot be judged as a whole: its graph branches/);
});

describe('a message has the number, the reason and the call that repairs it', () => {
  test('ReLU at the default', () => {
    const { message, related, range } = found(repeated(16, relu), 'vanishing-gradient');
    // 15 factors of 1/6: 6¹⁵ = 4.7·10¹¹, of the order 10¹².
    expect(message).toContain('10¹²-fold');
    expect(message).toContain('χ₁ = 0.167');
    expect(message).toContain('PyTorch default gives σ_w² = 0.333, ReLU needs 2:');
    expect(message).toContain("nn.init.kaiming_normal_(w, nonlinearity='relu').");
    expect(range.start.line).toBe(5);
    expect(related[0]!.message).toBe('layers.0: χ₁ = 0.167');
  });
  const gelu = { sigmaW2: 2.194, sigmaB2: 0.067, qStar: 1, attracting: false };
  test.each([
    ['leaky_relu', { negative_slope: 0.2 }, null, 'nn.init.kaiming_normal_(w, a=0.2)'],
    ['selu', {}, null, "nn.init.kaiming_normal_(w, nonlinearity='linear')"],
    ['gelu', {}, gelu, 'nn.init.normal_(w, std=(2.19 / fan_in) ** 0.5) with nn.init.normal_(b, std=0.259)'],
    ['softplus', {}, null, 'no initialization makes softplus critical'],
  ])('%s', (activation, parameters, critical, expected) => {
    const model = repeated(20, { chi1: 0.2, activation, parameters, critical });
    expect(found(model, 'vanishing-gradient').message).toContain(expected);
  });
  test('no message is longer than 300 characters', () => {
    const long = { source: `a_very_long_user_function_name_that_sets_weights_${'x'.repeat(80)} (line 1234)`, written: true };
    for (const activation of ['relu', 'gelu', 'softplus', 'leaky_relu'])
      for (const chi1 of [1e-5, 0.2, 3, 1e5]) {
        const model = repeated(
          300,
          { chi1, activation, critical: gelu, ...long },
          { xiGrad: 0.087, xiC: 0.1, trainableDepth: 0.6 },
        );
        const findings = checkModel(model);
        expect(findings.length).toBeGreaterThan(0);
        for (const { message } of findings) expect(message.length, message).toBeLessThanOrEqual(300);
      }
  });
});

test('the user decides on the severity of a rule, or turns it off', () => {
  const levels = { 'vanishing-gradient': 'off', 'initializer-does-not-fit-activation': 'warning' } as const;
  expect(atLevels(checkModel(repeated(16, relu)), levels).map(({ rule, severity }) => [rule, severity])).toEqual([
    ['initializer-does-not-fit-activation', 'warning'],
  ]);
});

describe('the verdict is a sentence to act on', () => {
  test.each([
    [repeated(16, relu), /^Gradients vanish: squared, they shrink 10¹²-fold .* 16 layers at χ₁ = 0\.167 .*kaiming_normal_/],
    [repeated(20, heRelu), /^Can be trained as initialized: critical \(χ₁ = 1\) over 20 layers\.$/],
    [repeated(2, relu), /^Can be trained as initialized: squared gradients shrink 6-fold over 2 layers/],
    [repeated(30, chaoticTanh), /^Gradients explode: squared, they grow 10⁹-fold/],
    [
      chain([{ chi1: null }]),
      /^Cannot be judged as a whole: a single layer has no depth over which gradients could shrink or grow\./,
    ],
    [
      chain([{ chi1: null }], { unknown: [{ reason: 'It is shown as if it ran once.', range: chain([]).range, path: null }] }),
      /^Cannot be judged as a whole: how many layers its loops make is not known\./,
    ],
    [chain([]), /^Cannot be judged as a whole: it has no layers with weights\.$/],
  ])('%#', (model, expected) => expect(verdictOf(model)).toMatch(expected));

  test('what could not be followed is the reason, not a guess', () => {
    const unknown = [{ reason: 'fancy_op is not known.', range: chain([]).range, path: null }];
    const model = chain([{ chi1: null }, { chi1: null }], { unknown });
    model.propagation = [];
    model.graph.nodes[1]!.kind = 'opaque';
    expect(verdictOf(model)).toBe('Cannot be judged as a whole: fancy_op is not known.');
  });
});

test('the ids of the rules are unique and name what was found', () => {
  const ids = rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^(?!no-)[a-z]+(-[a-z]+)+$/);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDiscontinuous } from '../../language-server/meanfield/activation.js';
import { activation, activationNames } from '../../language-server/meanfield/activations.js';
import { cMap, gapMap } from '../../language-server/meanfield/correlation-map.js';
import { depthScale } from '../../language-server/meanfield/depth-scale.js';
import { gaussianMoments } from '../../language-server/meanfield/gaussian-moments.js';
import { repeatedLayer } from '../../language-server/meanfield/layer-theory.js';
import { qStar } from '../../language-server/meanfield/length-fixed-points.js';
import { qMap } from '../../language-server/meanfield/length-map.js';
import { pairDifference, pairMoments } from '../../language-server/meanfield/pair-moments.js';
import { shiftedActivation } from '../../language-server/meanfield/shifted-activation.js';
import { erf, erfc, erfcx } from '../../language-server/meanfield/special-functions.js';

const named = (name: string) => activation(name)!;
const anyActivation = fc.constantFrom(...activationNames).map(named);
const withoutJumps = fc
  .constantFrom(...activationNames.filter((name) => name !== 'exponential' && !isDiscontinuous(named(name))))
  .map(named);
const rising = fc
  .constantFrom('relu', 'tanh', 'erf', 'gelu', 'silu', 'elu', 'selu', 'hardtanh', 'softplus', 'leaky_relu', 'relu6')
  .map(named);
const length = fc.double({ min: -3, max: 2, noNaN: true }).map((exponent) => 10 ** exponent);
const variances = fc.record({
  sigmaW2: fc.double({ min: 0.1, max: 4, noNaN: true }),
  sigmaB2: fc.double({ min: 0.001, max: 1, noNaN: true }),
});
const law = (title: string, property: fc.IProperty<never[]> | fc.IProperty<unknown[]>, numRuns = 60) =>
  test(title, () => fc.assert(property as fc.IProperty<unknown[]>, { numRuns, seed: 1606 }));

const close = (a: number, b: number, relative: number, absolute = 0) => Math.abs(a - b) <= relative * Math.abs(b) + absolute;

describe('Laws of Gaussian moments', () => {
  law(
    'V′ is the derivative of V',
    fc.property(anyActivation, fc.double({ min: -2, max: 1, noNaN: true }), (phi, exponent) => {
      const q = 10 ** exponent;
      const h = 1e-4 * q;
      const numeric = (gaussianMoments(phi, q + h).second - gaussianMoments(phi, q - h).second) / (2 * h);
      return close(gaussianMoments(phi, q).secondSlope, numeric, 1e-5, 1e-9);
    }),
  );

  law(
    'no mean is larger than the root of its second moment',
    fc.property(anyActivation, length, (phi, q) => {
      const { mean, second, slopeMean, slopeSecond } = gaussianMoments(phi, q);
      const bounded = (a: number, b: number) => !Number.isFinite(b) || a * a <= b * (1 + 1e-9) + 1e-15;
      return bounded(mean, second) && (slopeMean === null || bounded(slopeMean, slopeSecond));
    }),
  );

  law(
    'homogeneous activations have straight length maps',
    fc.property(fc.constantFrom('relu', 'leaky_relu', 'abs', 'linear', 'prelu').map(named), length, (phi, q) =>
      close(gaussianMoments(phi, q).second, q * gaussianMoments(phi, 1).second, 1e-13),
    ),
  );

  law(
    'shifting there and back changes nothing',
    fc.property(withoutJumps, length, fc.double({ min: -2, max: 2, noNaN: true }), (phi, q, mean) => {
      const round = gaussianMoments(shiftedActivation(shiftedActivation(phi, mean), -mean), q);
      return close(round.second, gaussianMoments(phi, q).second, 1e-8, 1e-12);
    }),
  );
});

describe('Laws of pairs', () => {
  law(
    'a pair of equal inputs is one input',
    fc.property(withoutJumps, length, (phi, q) =>
      close(pairMoments(phi, q, q, 1).value, gaussianMoments(phi, q).second, 1e-9, 1e-13),
    ),
  );

  law(
    'independent inputs multiply their means',
    fc.property(withoutJumps, length, length, (phi, q1, q2) =>
      close(
        pairMoments(phi, q1, q2, 0).value,
        gaussianMoments(phi, q1).mean * gaussianMoments(phi, q2).mean,
        1e-8,
        1e-10 * (1 + q1 + q2),
      ),
    ),
    30,
  );

  law(
    'K′ is the derivative of K',
    fc.property(
      withoutJumps,
      fc.double({ min: 0.05, max: 3, noNaN: true }),
      fc.double({ min: -0.9, max: 0.9, noNaN: true }),
      (phi, q, c) => {
        const h = 1e-4;
        const numeric = (pairMoments(phi, q, q, c + h).value - pairMoments(phi, q, q, c - h).value) / (2 * h * q);
        return close(pairMoments(phi, q, q, c).slope, numeric, 1e-5, 1e-6);
      },
    ),
    30,
  );

  law(
    'the difference integral is V − K',
    fc.property(
      withoutJumps,
      fc.double({ min: 0.05, max: 3, noNaN: true }),
      fc.double({ min: 0.01, max: 1.9, noNaN: true }),
      (phi, q, gap) => {
        const direct = gaussianMoments(phi, q).second - pairMoments(phi, q, q, 1 - gap).value;
        return close(pairDifference(phi, q, gap), direct, 1e-8, 1e-11);
      },
    ),
    30,
  );
});

describe('Laws of the maps', () => {
  law(
    'at q* the length stays',
    fc.property(rising, variances, (phi, layer) => {
      const reached = qStar(phi, layer);
      return reached.kind !== 'finite' || close(qMap(reached.value, phi, layer), reached.value, 1e-9);
    }),
  );

  law(
    'at q* the correlation map keeps c = 1, rises, and is convex on [0, 1]',
    fc.property(rising, variances, (phi, layer) => {
      const reached = qStar(phi, layer);
      if (reached.kind !== 'finite') return true;
      const map = [0, 0.25, 0.5, 0.75, 1].map((c) => cMap(c, reached.value, phi, layer));
      const steps = map.slice(1).map((value, i) => value - map[i]!);
      const convex = steps.every((step, i) => i === 0 || step >= steps[i - 1]! - 1e-9);
      return close(map[4]!, 1, 1e-9) && steps.every((step) => step >= -1e-12) && convex;
    }),
    30,
  );

  law(
    'correlations go to 1 where χ₁ < 1, and to a fixed point below where χ₁ > 1',
    fc.property(rising, variances, (phi, layer) => {
      const { length: reached, chi1, correlation } = repeatedLayer(phi, layer);
      if (reached.kind !== 'finite' || !correlation || reached.value < 1e-6) return true;
      if (chi1 <= 1) return correlation.cStar === 1 && correlation.chiC === chi1;
      const stays = close(gapMap(correlation.gap, reached.value, phi, layer), correlation.gap, 1e-8, 1e-12);
      return correlation.cStar < 1 && correlation.chiC < 1 + 1e-9 && stays;
    }),
    30,
  );

  law(
    'dropout that keeps everything is no dropout',
    fc.property(rising, variances, (phi, layer) => {
      const [without, kept] = [repeatedLayer(phi, layer), repeatedLayer(phi, { ...layer, keep: 1 })];
      return without.chi1 === kept.chi1 && without.xiC === kept.xiC;
    }),
    20,
  );

  law(
    'a depth scale is the depth at which a factor reaches e',
    fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (chi) => close(chi ** depthScale(chi), Math.exp(-1), 1e-12)),
  );
});

describe('Wrong arguments', () => {
  test('are refused by name', () => {
    const tanh = named('tanh');
    expect(() => gaussianMoments(tanh, -1)).toThrow(RangeError);
    expect(() => gaussianMoments(tanh, Number.NaN)).toThrow(RangeError);
    expect(() => pairMoments(tanh, 1, 1, 1.5)).toThrow(RangeError);
    expect(() => qStar(tanh, { sigmaW2: -1, sigmaB2: 0 })).toThrow(/sigmaW2/);
    expect(() => qStar(tanh, { sigmaW2: 1, sigmaB2: 0, keep: 0 })).toThrow(/keep/);
  });

  test('an unknown activation is no error', () => {
    expect(activation('no_such_function')).toBeNull();
    expect(activation('toString')).toBeNull();
  });
});

describe('Error functions', () => {
  // Rounded from 40 digits of mpmath.
  const table: [number, number, number, number][] = [
    [0.1, 0.1124629160182849, 0.8875370839817152, 0.8964569799691267],
    [0.5, 0.5204998778130465, 0.4795001221869535, 0.6156903441929259],
    [1, 0.8427007929497149, 0.15729920705028513, 0.427583576155807],
    [3, 0.9999779095030014, 2.209049699858544e-5, 0.17900115118138996],
    [6, 1.0, 2.1519736712498913e-17, 0.09277656780053835],
    [26, 1.0, 5.663192408856143e-296, 0.021683584850562907],
  ];
  for (const [x, value, complement, scaled] of table)
    test(`at ${x}`, () => {
      expect(close(erf(x), value, 1e-15)).toBe(true);
      expect(close(erfc(x), complement, 1e-13)).toBe(true);
      expect(close(erfcx(x), scaled, 1e-13)).toBe(true);
      expect(erf(-x)).toBe(-erf(x));
    });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { propagate } from '../../language-server/propagation/propagate.js';
import { chainOf, type Step } from './build-network.js';

interface Measured {
  name: string;
  input: number[];
  seeds: number;
  batch: number;
  operations: Step[];
  q: number[];
  qSpread: number[];
  gradient: number[];
  gradientSpread: number[];
  log10GradientRatio: number;
  log10GradientRatioSpread: number;
}

const cases: Measured[] = JSON.parse(readFileSync(new URL('../golden/propagation.json', import.meta.url), 'utf8'));

/**
 * Four standard errors of the measurement, plus what the approximation is known to be worth: 0.02 for finite width and small batches in
 * chains of dense layers, 0.06 where zero padding, max-pooling or distances between positions enter.
 */
const allowance = ({ operations }: Measured): number => (operations.some(({ op }) => op === 'conv') ? 0.06 : 0.02);

describe('Signals and gradients of random PyTorch networks', () => {
  for (const measured of cases) {
    const standardError = (spread: number) => (4 * spread) / Math.sqrt(measured.seeds);

    const off: string[] = [];
    const compare = (what: string, error: number, spread: number) => {
      const beyond = Math.abs(error);
      if (!(beyond <= allowance(measured) + standardError(spread))) off.push(`${what} by ${error.toFixed(3)}`);
    };

    test(measured.name, () => {
      const { points, summary } = propagate(chainOf(measured.operations, measured.input, measured.batch), { inputCosine: 0 });
      measured.operations.forEach((operation, i) => {
        // What only rearranges has no point of its own.
        const point = points.find(({ path }) => path === String(i + 1));
        if (!point) return;
        const place = `of ${i} ${operation.op}`;
        compare(`q ${place}`, Math.log10(point.q as number) - Math.log10(measured.q[i]!), measured.qSpread[i]!);
        compare(
          `gradient ${place}`,
          point.logGradient! / Math.LN10 - Math.log10(measured.gradient[i]!),
          measured.gradientSpread[i]!,
        );
      });
      compare('ratio', summary.log10GradientRatio! - measured.log10GradientRatio, measured.log10GradientRatioSpread);
      expect(off).toEqual([]);
    });
  }
});

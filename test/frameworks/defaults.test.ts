import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Arguments } from '../../language-server/frameworks/framework.js';
import { instantiate } from '../../language-server/frameworks/index.js';
import { pytorch } from '../../language-server/frameworks/pytorch/index.js';
import { numberOf } from '../../language-server/network/quantity.js';
import { bind } from './bind.js';

interface Drawn {
  readonly name: string;
  readonly shape: readonly number[];
  /** Entries that the moments were taken over. */
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
  /** Fourth central moment over the square of the variance; `null` for a constant. */
  readonly kurtosis: number | null;
}

// What PyTorch draws; test/oracle/pytorch-defaults.py writes it.
const cases = JSON.parse(readFileSync(new URL('../golden/pytorch-defaults.json', import.meta.url), 'utf8')) as {
  readonly module: string;
  readonly arguments: Arguments;
  readonly parameters: readonly Drawn[];
}[];

/** Kurtosis of the families that layers are drawn from. */
const kurtosisOf: Readonly<Record<string, number>> = { uniform: 1.8, normal: 3 };

const place = { path: '', location: { file: '', range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } } };

test.each(cases)('$module $arguments starts as PyTorch draws it', ({ module, arguments: given, parameters }) => {
  const row = pytorch.modules[`torch.nn.${module}`]!;
  const made = instantiate(pytorch, `torch.nn.${module}`, row, bind(row.signature, given), place);
  const present = [...made.parameters].filter(([, parameter]) => parameter !== null);
  expect(present.map(([name, parameter]) => [name, parameter!.shape])).toEqual(
    parameters.map(({ name, shape }) => [name, shape]),
  );
  for (const drawn of parameters) {
    const { family, mean, variance } = made.parameters.get(drawn.name)!.writes.at(-1)!;
    if (drawn.kurtosis === null) {
      // PyTorch keeps 0.1 as a float of 32 bits.
      expect(numberOf(mean)).toBeCloseTo(drawn.mean, 7);
      expect(numberOf(variance)).toBe(0);
      continue;
    }
    const hasZeroRow = given.padding_idx !== undefined;
    // Four standard errors: of a mean σ/√n, of a variance σ²·√((κ − 1)/n). Entries of one table with a zero row are no single family.
    expect(Math.abs(drawn.mean - numberOf(mean)!)).toBeLessThan(4 * Math.sqrt(drawn.variance / drawn.count));
    expect(Math.abs(numberOf(variance)! / drawn.variance - 1)).toBeLessThan(4 * Math.sqrt((drawn.kurtosis - 1) / drawn.count));
    if (!hasZeroRow) expect(Math.abs(drawn.kurtosis - kurtosisOf[family]!)).toBeLessThan(0.15);
  }
});

test('each layer with weights stands in the comparison', () => {
  const compared = new Set(cases.map(({ module }) => `torch.nn.${module}`));
  const left = Object.entries(pytorch.modules).filter(
    ([name, row]) => row.tensors.length > 0 && !row.lazy && !compared.has(name),
  );
  // RMSNorm came with PyTorch 2.4; the other is the class of attention's output projection, a Linear by another name.
  expect(left.map(([name]) => name)).toEqual(['torch.nn.modules.linear.NonDynamicallyQuantizableLinear', 'torch.nn.RMSNorm']);
});

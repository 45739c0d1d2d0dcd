import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

type Measured = Record<string, Record<string, { q: number; gradient: number }>>;

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const measured = JSON.parse(read('../golden/patches.json')) as Measured;
const text = read('../fixtures/propagation/patches.py');

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

/** Tokens are positions: attention and the mean over them average, and each gets its share of the gradient. */
describe.each(Object.keys(measured))('tokens out of an image, %s', (name) => {
  test.each(Object.keys(measured[name]!).map((path) => [path]))('%s', (path) => {
    const { models } = analyzer.analyzeText(text, { file: 'patches.py' });
    const point = models.find((model) => model.name === name)!.propagation.find((one) => one.path === path)!;
    const { q, gradient } = measured[name]![path]!;
    expect(Math.abs(Math.log10((point.q as number) / q))).toBeLessThan(0.06);
    expect(Math.abs(Math.log10((point.gradient as number) / gradient))).toBeLessThan(0.06);
  });
});

test('where the number of tokens is not known, the verdict says how to tell it', () => {
  const { models } = analyzer.analyzeText(text.replaceAll(/# meanfield: input.*/g, ''), { file: 'patches.py' });
  for (const { summary, propagation } of models) {
    expect(summary.verdict).toContain('how many tokens attend to each other is not known; a comment # meanfield: input(…)');
    expect(propagation.find(({ path }) => path === 'qkv')!.gradient).toBeNull();
  }
});

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

type Measured = Record<string, Record<string, { q: number; gradient: number }>>;

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/**
 * The models of a fixture against what PyTorch measured of them on average (test/oracle/means.py): one test a layer.
 *
 * @param decades by which log₁₀ of second moments and of gradients may be off, by path
 */
export function describeMeans(fixture: string, decades: (path: string) => number): { text: string; analyzer: () => Analyzer } {
  const measured = JSON.parse(read(`../golden/${fixture}.json`)) as Measured;
  const text = read(`../fixtures/propagation/${fixture}.py`);
  let analyzer: Analyzer;
  beforeAll(async () => {
    analyzer = await testAnalyzer();
  });
  describe.each(Object.keys(measured))(`${fixture}, %s`, (name) => {
    test.each(Object.keys(measured[name]!).map((path) => [path]))('%s', (path) => {
      const { models } = analyzer.analyzeText(text, { file: `${fixture}.py` });
      const point = models.find(({ entry }) => entry === name)!.propagation.find((one) => one.path === path)!;
      const { q, gradient } = measured[name]![path]!;
      expect(Math.abs(Math.log10((point.q as number) / q))).toBeLessThan(decades(path));
      expect(Math.abs(Math.log10((point.gradient as number) / gradient))).toBeLessThan(decades(path));
    });
  });
  return { text, analyzer: () => analyzer };
}

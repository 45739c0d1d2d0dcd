import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';
import { drawCharts } from './draw-charts.js';

/** Of test/oracle/circle.py: means over seeds with their standard errors. */
interface Measured {
  name: string;
  source: string;
  points: {
    path: string;
    logLength: number;
    logLengthError: number;
    turning?: number;
    turningError?: number;
    crossings: number;
    crossingsError: number;
  }[];
}

const cases: Measured[] = JSON.parse(readFileSync(new URL('../golden/circle.json', import.meta.url), 'utf8'));

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

describe('A circle of inputs through random PyTorch networks, from their source text', () => {
  for (const { name, source, points: measured } of cases) {
    test(name, () => {
      const { circle } = drawCharts(analyzer.analyzeText(source, { file: 'model.py' }).models.at(-1)!);
      if ('missing' in circle) throw new Error(circle.missing);
      expect(circle.points.map(({ path }) => path)).toEqual(measured.map(({ path }) => path));
      circle.points.forEach(({ logLength, turning, corners }, i) => {
        const wanted = measured[i]!;
        // Corrections of wide layers are of order depth/width: 1 % in the length at widths of 600, and a few in the turning, its derivative.
        const close = (actual: number, expected: number, error: number, allowed: number, what: string) =>
          expect(Math.abs(actual - expected), `${what}, ${wanted.path}: ${actual} is ${expected} ± ${error}`).toBeLessThan(
            4 * error + allowed,
          );
        close(logLength, wanted.logLength, wanted.logLengthError, 0.01, 'ln of the length');
        if (wanted.turning !== undefined)
          close(turning as number, wanted.turning, wanted.turningError!, 0.03 * wanted.turning, 'turning');
        else if (corners !== null) close(corners, wanted.crossings, wanted.crossingsError, 0.01 * wanted.crossings, 'corners');
      });
    });
  }
});

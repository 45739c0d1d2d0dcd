import { expect, test } from 'vitest';
import { coverageOf, figureNames } from './coverage.js';
import { families, randomModel } from './random-models.js';

/** `npm run measure`: how many single draws of sixty networks lie in the bands, which takes minutes to an hour. */
const networks = 15;
const draws = 20;

for (const family of families)
  test(`${family} networks`, () => {
    const inside = new Map<string, number>();
    for (let seed = 1; seed <= networks; seed++) {
      const { name, figures } = coverageOf(randomModel(family, seed), draws);
      const words = figureNames.map((figure) => {
        const { inside: count, predicted, measured } = figures[figure]!;
        inside.set(figure, (inside.get(figure) ?? 0) + count);
        const show = (center: number, deviation: number) => `${center.toFixed(2)} ± ${deviation.toFixed(3)}`;
        return `${figure} ${count}/${draws}, ${show(predicted.typical, predicted.deviation)} expected, ${show(measured.mean, measured.deviation)} measured`;
      });
      console.log(`${name}\n  ${words.join('\n  ')}`);
    }
    const shares = [...inside].map(([figure, count]) => [figure, count / networks / draws] as const);
    console.log(`${family}: ${shares.map(([figure, share]) => `${figure} ${(100 * share).toFixed(1)} %`).join(', ')}`);
    for (const [figure, share] of shares) expect(share, figure).toBeGreaterThan(0.8);
  });

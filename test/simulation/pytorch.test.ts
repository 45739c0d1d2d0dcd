import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defaultOptions, type Spread, simulate } from '../../language-server/simulation/simulate.js';
import { evaluateText } from '../evaluator/evaluate-text.js';

interface Case {
  name: string;
  input: number[];
  mode: 'train' | 'eval';
  draws: number;
  source: string;
  modules: Record<string, { q: Spread; c: Spread; gradient: Spread }>;
  ratio: Spread;
}

const cases: Case[] = JSON.parse(readFileSync(new URL('../golden/simulation.json', import.meta.url), 'utf8'));
const draws = 60;

/**
 * Means of both sides differ by less than 4.5 standard errors, and standard deviations, which are known to 1/√(2·draws), by less than that
 * many of theirs: with 300 comparisons a right answer fails once in a thousand runs, and the seeds are fixed.
 */
function off(what: string, ours: Spread | null, theirs: Spread, theirDraws: number): string[] {
  if (!ours) return [`${what} is missing`];
  const error = Math.hypot(ours.deviation / Math.sqrt(draws), theirs.deviation / Math.sqrt(theirDraws));
  const found: string[] = [];
  if (!(Math.abs(ours.mean - theirs.mean) <= 4.5 * error + 1e-4))
    found.push(`${what}: ${ours.mean.toFixed(4)} instead of ${theirs.mean.toFixed(4)} ± ${error.toFixed(4)}`);
  const allowed = 4.5 * Math.hypot(1 / Math.sqrt(2 * draws), 1 / Math.sqrt(2 * theirDraws));
  if (Math.max(ours.deviation, theirs.deviation) > 1e-4 && Math.abs(Math.log(ours.deviation / theirs.deviation)) > allowed)
    found.push(`${what} spreads by ${ours.deviation.toFixed(4)} instead of ${theirs.deviation.toFixed(4)}`);
  return found;
}

describe('The simulation draws networks as PyTorch does', () => {
  for (const { name, input, mode, source, modules, ratio, draws: theirDraws } of cases)
    test(name, () => {
      const { networks } = evaluateText(source);
      const network = networks.find((one) => one.name === 'Net')!;
      const simulated = simulate(network, { ...defaultOptions, mode, draws, mapSize: input.length > 1 ? input.at(-1)! : null })!;
      expect(simulated.stops).toEqual([]);
      const differences = Object.entries(modules).flatMap(([path, theirs]) => {
        const ours = network.nodes.filter((node) => node.path === path && !(node.kind === 'reshape' && node.state));
        if (ours.length !== 1) return [`${path} runs ${ours.length} times`];
        const measured = simulated.nodes[ours[0]!.id]!;
        return (['q', 'c', 'gradient'] as const).flatMap((which) =>
          off(`${which} of ${path}`, measured[which], theirs[which], theirDraws),
        );
      });
      expect([...differences, ...off('ratio', simulated.log10GradientRatio, ratio, theirDraws)]).toEqual([]);
    });
});

import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';
import { expectClose, golden } from '../golden.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

/** Of test/oracle/rule-numbers.py: what PyTorch measures where a message states a number. */
describe('Numbers in messages are those of PyTorch', () => {
  for (const { id, inputs, expected, tolerance } of golden('rule-numbers')) {
    test(id, () => {
      const { models } = analyzer.analyzeText(inputs.source as string, { file: 'model.py' });
      const messages = models.flatMap(({ findings }) => findings).filter(({ rule }) => rule === inputs.rule);
      const [shown] = messages.flatMap(({ message }) => new RegExp(inputs.pattern as string).exec(message)?.slice(1) ?? []);
      expect(shown, JSON.stringify(messages)).toBeDefined();
      const decimals = shown!.split('.')[1]?.length ?? 0;
      const rounding = 0.5 * 10 ** -decimals;
      expectClose(Number(shown!.replaceAll(',', '')), expected.number, {
        rel: tolerance.rel,
        abs: (tolerance.abs ?? 0) + rounding,
      });
    });
  }
});

import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const model = (more = '') =>
  analyzer.analyzeText(
    `from torch import nn

class Net(nn.Module):
    def __init__(self, act):
        super().__init__()
        if act == 'sigmoid':
            phi = nn.Sigmoid
        elif act == 'relu':
            phi = nn.ReLU
        self.body = nn.Sequential(*[layer for _ in range(12) for layer in (nn.Linear(64, 64), phi())])

    def forward(self, x):
        return self.body(x)
${more}`,
    { file: 'net.py' },
  ).models[0]!;

test('What is wrong with a choice that nobody made is a hint with a condition', () => {
  const { chosen, findings, summary } = model();
  expect(chosen).toEqual([{ name: 'act', value: "'sigmoid'" }]);
  expect(findings.map(({ rule, severity }) => `${severity} ${rule}`)).toContain('hint vanishing-gradient');
  expect(new Set(findings.map(({ severity }) => severity))).toEqual(new Set(['hint']));
  expect(findings[0]!.message).toMatch(/^With act = 'sigmoid', gradients vanish: /);
  expect(summary.verdict).toMatch(/^With act = 'sigmoid', gradients vanish: /);
});

test('Where the file makes it, it is an error', () => {
  const { chosen, findings } = model("\nnet = Net('sigmoid')\n");
  expect(chosen).toBeUndefined();
  expect(findings.map(({ rule, severity }) => `${severity} ${rule}`)).toContain('error vanishing-gradient');
});

import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { testAnalyzer } from '../analyzer.js';

interface Row {
  inputs: { before: number[]; after: number[]; mode: string; align_corners: boolean };
  expected: { q: number; independent: number; equal: number };
}

const rows = JSON.parse(readFileSync(new URL('../golden/interpolation.json', import.meta.url), 'utf8')) as Row[];

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

/** A layer without an effect of its own on norms, the interpolation, and what reads it. */
function report({ before, after, mode, align_corners }: Row['inputs'], read: string) {
  const n = before.length;
  const text = `import torch
from torch import nn
import torch.nn.functional as F
# meanfield: input(2, 16, ${before.join(', ')})
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv${n}d(16, 16, 1, bias=False)
        self.last = nn.Conv${n}d(16, 16, 1, bias=False)
        for layer in (self.first, self.last):
            nn.init.normal_(layer.weight, std=0.25)

    def forward(self, x):
        x = F.interpolate(self.first(x), size=(${after.join(', ')},), mode='${mode}', align_corners=${align_corners ? 'True' : 'False'})
        x = self.last(x)
        return ${read}
`;
  return analyzer.analyzeText(text, { file: 'net.py' }).models[0]!;
}

test.each(rows)('$inputs.mode from $inputs.before to $inputs.after', ({ inputs, expected }) => {
  const { propagation, summary } = report(inputs, 'x');
  expect(propagation.find(({ path }) => path === 'last')!.q).toBeCloseTo(expected.q, 9);
  expect(10 ** summary.log10ActivationGradient!).toBeCloseTo(expected.independent, 9);
});

test.each(rows)('gradients that are the same everywhere add up, $inputs.before to $inputs.after', ({ inputs, expected }) => {
  const { summary } = report(inputs, `x.mean(${inputs.before.length === 1 ? '2' : '(2, 3)'})`);
  expect(10 ** summary.log10ActivationGradient!).toBeCloseTo(expected.equal, 6);
});

import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../language-server/analysis/analyzer.js';
import { simulationReport } from '../../language-server/analysis/simulation-report.js';
import { defaultSettings } from '../../language-server/settings.js';
import { defaultOptions, simulate } from '../../language-server/simulation/simulate.js';
import { testAnalyzer } from '../analyzer.js';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await testAnalyzer();
});

const source = (token: string, last: string) => `import torch
from torch import nn

# meanfield: input(8, 3, 16, 16)
class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(3, 32, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, 32))
        self.mix = nn.Sequential(nn.Linear(32, 32), nn.GELU())
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.${token}, x], dim=1)
        return self.head(${last})
`;

function simulated(text: string) {
  using tree = analyzer.parse(text);
  const [network] = analyzer.networks(tree, { file: 'tokens.py' });
  const result = simulate(network!, { ...defaultOptions, draws: 2 })!;
  return simulationReport(network!, result, defaultSettings);
}

describe('What a simulation does not come to', () => {
  test.each(['expand(x.shape[0], -1, -1)', 'expand(8, -1, -1)', 'repeat(x.size(0), 1, 1)'])(
    'is nothing behind a token for each sample of another batch: %s',
    (token) => {
      const { points, stops } = simulated(source(token, 'self.mix(x)[:, 0]'));
      expect(stops).toEqual([]);
      expect(points.at(-1)!.q).not.toBeNull();
    },
  );

  test('is told with the operation that it stopped at', () => {
    const last = 'nn.functional.interpolate(x.transpose(1, 2), scale_factor=2, mode="linear").mean(2)';
    const [one, ...others] = simulated(source('expand(8, -1, -1)', last)).stops;
    expect(one).toBe('Not simulated beyond interpolate: Operations such as interpolate are not simulated.');
    expect(others).toEqual([]);
  });
});

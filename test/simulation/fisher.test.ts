import { describe, test } from 'vitest';
import { largestFisherEigenvalue } from '../../language-server/simulation/fisher.js';
import { evaluateText } from '../evaluator/evaluate-text.js';
import { expectClose, golden } from '../golden.js';

const rows = golden('09b-bn-fisher');
const networks = 4;

const modules: Record<string, string> = { tanh: 'nn.Tanh()', relu: 'nn.ReLU()' };

const source = (activation: string, width: number, hidden: number, gamma: number) => `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for _ in range(${hidden}):
            layers += [nn.Linear(${width}, ${width}, bias=False), nn.BatchNorm1d(${width}), ${modules[activation]}]
        self.layers = nn.Sequential(*layers, nn.Linear(${width}, 1, bias=False))
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=${width} ** -0.5)
            if isinstance(module, nn.BatchNorm1d):
                nn.init.constant_(module.weight, ${gamma})

    def forward(self, x):
        return self.layers(x)
`;

/** Mean of λ_max/N over draws of the network. */
function measured(text: string, { samples, width }: { samples: number; width: number }): number {
  const network = evaluateText(text).networks[0]!;
  const scale = { width: 1, mapScale: 1, mapSize: null, batch: samples };
  const draws = Array.from({ length: networks }, (_, i) =>
    largestFisherEigenvalue(network, {
      seed: 1 + i,
      training: true,
      scale,
      budget: Number.POSITIVE_INFINITY,
      secondMoment: 1,
      cosine: 0,
    }),
  );
  return draws.reduce((sum, value) => sum + value, 0) / networks / width;
}

describe('The largest eigenvalue of the Fisher information, with batch normalization', () => {
  for (const { id, inputs, expected, tolerance } of rows)
    test(id, () => {
      const { activation, gamma, hidden_layers, width, samples } = inputs as { activation: string } & Record<string, number>;
      const value = measured(source(activation, width!, hidden_layers!, gamma!), { samples: samples!, width: width! });
      expectClose(value, expected.lambda_max_over_N, tolerance, 'λ_max/N');
    });
});

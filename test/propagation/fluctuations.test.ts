import { describe, expect, test } from 'vitest';
import { activation } from '../../language-server/meanfield/activations.js';
import { finiteWidth } from '../../language-server/meanfield/finite-width.js';
import { propagate } from '../../language-server/propagation/propagate.js';
import { evaluateText } from '../evaluator/evaluate-text.js';
import { expectClose } from '../golden.js';

const chain = (depth: number, width: number, phi: string, law: string) => `
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(*[layer for _ in range(${depth}) for layer in (nn.Linear(${width}, ${width}), ${phi})], nn.Linear(${width}, ${width}))
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.${law}
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.layers(x)
`;

const summaryOf = (source: string) => propagate(evaluateText(source).networks[0]!).summary;

describe('Error bars of chains are those of the covariance recursion', () => {
  const cases = [
    ['relu', 'nn.ReLU()', 'kaiming_normal_(module.weight, nonlinearity="relu")', 'iid', 2],
    ['tanh', 'nn.Tanh()', 'xavier_normal_(module.weight)', 'iid', 1],
    ['tanh', 'nn.Tanh()', 'orthogonal_(module.weight)', 'orthogonal', 1],
    ['selu', 'nn.SELU()', 'xavier_normal_(module.weight, 0.9)', 'iid', 0.81],
  ] as const;
  for (const [name, module, law, family, sigmaW2] of cases)
    test(`${name}, ${family}`, () => {
      const [depth, width] = [12, 64];
      const { uncertainty } = summaryOf(chain(depth, width, module, law));
      const layer = { activation: activation(name)!, width, family, sigmaW2, sigmaB2: 0 };
      const theory = finiteWidth(new Array(depth).fill(layer), sigmaW2);
      const variance = (uncertainty!.activationGradient!.deviation * Math.LN10) ** 2;
      // The recursion starts from a K₁ that is certain; here the input is drawn and the first layer has its noise. Scale-free units do not see it.
      if (name === 'relu') expectClose(variance, theory.logGainVariance, { rel: 1e-3 }, 'variance of the log gain');
      else expectClose(variance, theory.logGainVariance, { rel: 0.12 }, 'variance of the log gain');
      // The output has noise of its own.
      const own = family === 'iid' ? 2 / width : 0;
      const signal = (uncertainty!.signalRatio!.deviation * Math.LN10) ** 2;
      expectClose(signal, theory.relativeDeviation ** 2 + own, { rel: name === 'relu' ? 0.1 : 0.2 }, 'variance of the signal');
    });
});

describe('Error bars', () => {
  test('are not given for widths that nobody knows', () => {
    const source = `
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a = nn.Linear(width, width)
        self.b = nn.Linear(width, width)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))
`;
    expect(summaryOf(source).uncertainty).toBeNull();
  });

  test('tell narrow from wide', () => {
    const law = 'kaiming_normal_(module.weight, nonlinearity="relu")';
    expect(summaryOf(chain(4, 512, 'nn.ReLU()', law)).uncertainty!.trust).toBe('reliable');
    expect(summaryOf(chain(20, 128, 'nn.ReLU()', law)).uncertainty!.trust).toBe('order-of-magnitude');
    expect(summaryOf(chain(50, 64, 'nn.ReLU()', law)).uncertainty!.trust).toBe('seed-dependent');
  });

  test('of a length that a normalization sets are those of the last layer', () => {
    const source = chain(30, 64, 'nn.Tanh(), nn.LayerNorm(64)', 'xavier_normal_(module.weight)');
    const { signalRatio } = summaryOf(source).uncertainty!;
    expectClose((signalRatio!.deviation * Math.LN10) ** 2, 2 / 64, { rel: 0.02 }, 'variance of the signal');
  });

  test('say so where first order is not enough', () => {
    const rough = (width: number, depth: number) =>
      summaryOf(chain(depth, width, 'nn.GELU()', 'kaiming_normal_(module.weight)')).assumptions.filter((text) =>
        text.includes('error bars are rough'),
      );
    expect(rough(32, 60)).toHaveLength(1);
    expect(rough(1024, 6)).toHaveLength(0);
  });
});
